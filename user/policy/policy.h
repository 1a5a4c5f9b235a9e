/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy: what is in the file, checked, and already in the form of the maps. */
#ifndef POLICY_H
#define POLICY_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>
#include <tierbpf/abi.h>

#include "json/diag.h"

struct policy_tier {
	char *name;
	__s32 adistance;
	struct place at;
};

struct policy {
	char *source; /* the text, with a 0 behind it */
	size_t source_bytes;
	char *description;  /* NULL where it has none */
	struct policy_tier *tiers; /* fast to slow, no two in the same chunk */
	size_t nr_tiers;
	struct tierbpf_rule *rules; /* as in the maps, like the next three */
	size_t nr_rules;
	struct tierbpf_test *tests;
	size_t nr_tests;
	struct tierbpf_action otherwise;
	char **rule_names; /* by rule; NULL where it has none */
	struct place *rule_places;
	int reference;  /* node that ratios refer to; -1: the first with CPUs and memory */
	__s64 tolerance; /* millionths by which adistances may differ and share a tier; 0: none */
};

/*
 * Reads the policy in file @path ("-": standard input). 0, and *policy is the
 * caller's; -EBADMSG after all its errors have been printed on stderr; another
 * -errno with a message if the file cannot be read. Warnings are printed too.
 */
int policy_read(const char *path, struct policy **policy);

/*
 * The same, but what is wrong or warned about goes into @diags, which refer to *text; both are
 * the caller's in any case. Nothing is in them where the file could not be read.
 */
int policy_examine(const char *path, struct diags *diags, char **text, struct policy **policy);

/*
 * The same of a text in memory (@length bytes and a 0), which is copied. Errors and warnings go
 * into @diags, whose file and text the caller has set; 0, -EBADMSG or -ENOMEM.
 */
int policy_parse(const char *text, size_t length, struct diags *diags, struct policy **policy);

void policy_free(struct policy *policy);

/* SHA-256 of the text. */
void policy_digest(const struct policy *policy, uint8_t digest[32]);

/* Where tier @name lies: 0, or -ENOENT. "dram" is always known. @policy may be NULL. */
int policy_find_tier(const struct policy *policy, const char *name, __s32 *adistance);

/* The name of the tier that @adistance lies in; "" where it has none. @policy may be NULL. */
const char *policy_tier_name(const struct policy *policy, __s32 adistance);

/* The name of a rule: its own, or "rule 3" (from 1); "default" for -1. */
const char *policy_rule_name(const struct policy *policy, int rule, char *buffer, size_t size);

/* The same within a sentence: rule "its own", or rule 3. */
#define POLICY_RULE_TITLE 80
const char *policy_rule_title(const struct policy *policy, int rule, char *buffer, size_t size);

/* enum tierbpf_kind by its name, 0 if there is none; and back. */
enum tierbpf_kind policy_find_kind(const char *name);
const char *policy_kind_name(int64_t kind);

static inline void cleanup_policy(struct policy **p)
{
	policy_free(*p);
}

#endif
