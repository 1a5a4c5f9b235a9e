/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NATIVE_H
#define NATIVE_H

#include <tierbpf/abi.h>

#include "policy.h"

/*
 * What the rules of @policy say of @node: the code that the BPF policy runs,
 * compiled here. *rule is its index, -1 for the default. Returns the adistance.
 */
__s32 native_decide(const struct policy *policy, const struct tierbpf_node *node, int *rule);

#endif
