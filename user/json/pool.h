/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A memory pool for jansson, which builds a tree even if only asked whether a text is JSON.
 * Between pool_begin() and pool_end() jansson allocates from a few large chunks. pool_end()
 * frees the chunks and so all values made since: nobody may free or use them afterwards.
 */
#ifndef POOL_H
#define POOL_H

void pool_begin(void);
void pool_end(void);

#endif
