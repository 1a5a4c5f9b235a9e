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

/*
 * Call it before any file is opened. A standard stream that is closed becomes one that cannot be used:
 * otherwise the first file that is opened would get its number, and the output. And from now on, the
 * process exits with EXIT_FAILED instead of EXIT_DONE if its output does not arrive.
 */
void output_begin(void);

#endif
