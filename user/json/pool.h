/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jansson builds a tree even where only asked whether a text is JSON. Between these two it takes
 * the many small pieces out of a few large ones, which are given back all at once: its values are
 * gone at the end, and nobody frees them.
 */
#ifndef POOL_H
#define POOL_H

void pool_begin(void);
void pool_end(void);

#endif
