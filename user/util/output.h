/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output. A command whose output does not arrive has failed, however well its work went:
 * whoever reads the output would take a part of it for the whole.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

/*
 * Writes what is buffered. Returns 0; or -EIO if this or anything before could not be written, with a
 * message the first time. For output that goes on, to end it.
 */
int output_flush(void);

/* From now on, the process exits with EXIT_FAILED instead of EXIT_DONE if its output does not arrive. */
void output_check_at_exit(void);

#endif
