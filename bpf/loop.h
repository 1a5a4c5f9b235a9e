/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * may_loop(), in the condition of a loop of any length: the verifier's bound to it, a counter
 * on the stack that allows 8 million rounds of all loops of a function together, or a quarter
 * of a second on newer kernels (BPF_MAY_GOTO, kernel/bpf/verifier.c, since Linux 6.9). No policy
 * has 70,000. bpf_for() costs two calls of the kernel a loop and one a round. As bytes, since
 * clang 14 does not know the instruction.
 */
#ifndef LOOP_H
#define LOOP_H

#define may_loop()                                                                                    \
	({                                                                                            \
		__label__ ended, going_on;                                                            \
		_Bool may = 1;                                                                        \
                                                                                                      \
		/* .long, of which half is the offset: clang takes a .short for a jump of its own. */ \
		asm volatile goto("1: .byte 0xe5, 0; .long (%l[ended] - 1b - 8) / 8 & 0xffff; "       \
				  ".short 0"                                                          \
				  :                                                                   \
				  :                                                                   \
				  :                                                                   \
				  : ended);                                                           \
		goto going_on;                                                                        \
	ended:                                                                                        \
		may = 0;                                                                              \
	going_on:                                                                                     \
		may;                                                                                  \
	})

#endif
