/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * may_loop() in the condition of a loop lets the verifier accept a loop of any length. It is
 * the instruction may_goto (BPF_MAY_GOTO, kernel/bpf/verifier.c, since Linux 6.9), whose counter
 * allows 8 million rounds of all loops of a function together, or a quarter of a second on
 * newer kernels. The largest policy takes fewer than 70,000. bpf_for() would call the kernel
 * twice for each loop and once for each round. The instruction is written as bytes, since clang
 * 14 does not know it.
 */
#ifndef LOOP_H
#define LOOP_H

#define may_loop()                                                                                    \
	({                                                                                            \
		__label__ ended, going_on;                                                            \
		_Bool may = 1;                                                                        \
		/* half of .long is the offset; clang would take a .short for one of its own jumps */ \
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
