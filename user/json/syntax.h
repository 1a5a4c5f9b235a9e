/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks whether a text is JSON (RFC 8259), and says where and why if it is not. */
#ifndef SYNTAX_H
#define SYNTAX_H

#include "json/diag.h"

/* @text has @length bytes, then a 0. 0, -EBADMSG with one entry in @diags, or -ENOMEM. */
int syntax_check(const char *text, size_t length, struct diags *diags);

#endif
