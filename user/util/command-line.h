/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line, for messages that advise to run it again in another way. */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

/* Keeps a copy of the words for command_line(). Call it before argp, which sorts them. */
void command_line_keep(int argc, char **argv);

/*
 * The command line as it can be pasted into a shell: the tool's name, and its arguments quoted where a
 * shell would change them.
 */
const char *command_line(void);

#endif
