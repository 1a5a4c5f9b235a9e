/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a text JSON (RFC 8259)? And if not, where and why. */
#ifndef SYNTAX_H
#define SYNTAX_H

#include "json/diag.h"

/* Of @length bytes and a 0. 0; -EBADMSG with one entry in @diags; -ENOMEM. */
int syntax_check(const char *text, size_t length, struct diags *diags);

#endif
