/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy: what is in the file, checked, and already in the form of the maps. */
#ifndef POLICY_H
#define POLICY_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <tierbpf/abi.h>

struct policy_tier {
	char *name;
	__s32 adistance;
};

struct policy {
	char *source; /* the text, with a 0 behind it */
	size_t source_bytes;
	uint8_t digest[32]; /* SHA-256 of the text */
	char *description;  /* NULL where it has none */
	struct policy_tier *tiers; /* fast to slow, no two in the same chunk */
	size_t nr_tiers;
	struct tierbpf_rule *rules; /* as in the maps, like the next three */
	size_t nr_rules;
	struct tierbpf_test *tests;
	size_t nr_tests;
	struct tierbpf_action otherwise;
	char **rule_names; /* by rule; NULL where it has none */
};

/*
 * Reads the policy in file @path ("-": standard input). 0, and *policy is the
 * caller's; -EBADMSG after all its errors have been printed on stderr; another
 * -errno with a message if the file cannot be read.
 */
int policy_read(const char *path, struct policy **policy);

/*
 * The same of a text in memory (@length bytes and a 0), called @name in errors,
 * which go to @errors. @text is copied.
 */
int policy_parse(const char *name, const char *text, size_t length, FILE *errors,
		 struct policy **policy);

void policy_free(struct policy *policy);

/* Where tier @name lies: 0, or -ENOENT. "dram" is always known. @policy may be NULL. */
int policy_find_tier(const struct policy *policy, const char *name, __s32 *adistance);

/* The name of the tier that @adistance lies in; "" where it has none. @policy may be NULL. */
const char *policy_tier_name(const struct policy *policy, __s32 adistance);

/* The name of a rule: its own, or "rule 3" (from 1); "default" for -1. */
const char *policy_rule_name(const struct policy *policy, int rule, char *buffer, size_t size);

static inline void cleanup_policy(struct policy **p)
{
	policy_free(*p);
}

#endif
