/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy that was read from its file and checked, with rules in the format of the BPF maps. */
#ifndef POLICY_H
#define POLICY_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>
#include <tierbpf/abi.h>

#include "util/nearest.h"
#include "json/diag.h"

struct policy_tier {
	char *name;
	__s32 adistance;
	struct place at;
};

struct policy {
	char *source; /* the text of the file, then a 0 */
	size_t source_bytes;
	char *description;  /* NULL: none */
	struct policy_tier *tiers; /* fast to slow, no two in the same chunk of adistances */
	size_t nr_tiers;
	struct tierbpf_rule *rules; /* rules, tests and otherwise have the format of the maps */
	size_t nr_rules;
	struct tierbpf_test *tests;
	size_t nr_tests;
	struct tierbpf_action otherwise;
	char **rule_names; /* by rule; NULL: none */
	struct place *rule_places;
	int reference;  /* node that ratios refer to; -1: the first with CPUs and memory */
	__s64 tolerance; /* relative difference up to which adistances share a tier, in millionths; 0: off */
};

/*
 * Reads the policy in file @path ("-": standard input) and prints its errors and warnings on
 * stderr. 0, and the caller frees *policy with policy_free(); -EBADMSG if the policy has errors;
 * another -errno with a message if the file cannot be read.
 */
int policy_read(const char *path, struct policy **policy);

/*
 * Like policy_read(), but stores errors and warnings in @diags. They refer to *text; the caller
 * frees both in any case. Both are empty if the file cannot be read.
 */
int policy_examine(const char *path, struct diags *diags, char **text, struct policy **policy);

/*
 * Like policy_examine(), for a text in memory (@length bytes, then a 0), which is copied. The
 * caller has set file and text of @diags. 0, -EBADMSG or -ENOMEM.
 */
int policy_parse(const char *text, size_t length, struct diags *diags, struct policy **policy);

void policy_free(struct policy *policy);

/* Computes the SHA-256 of the policy's text. */
void policy_digest(const struct policy *policy, uint8_t digest[32]);

/* Finds the adistance of tier @name: 0, or -ENOENT. "dram" is always known. @policy may be NULL. */
int policy_find_tier(const struct policy *policy, const char *name, __s32 *adistance);

/* Tries the names of the tiers that policy_find_tier() finds. */
void policy_nearest_tier(const struct policy *policy, struct nearest *near);

/* The name of the tier that @adistance lies in; "" if the tier has none. @policy may be NULL. */
const char *policy_tier_name(const struct policy *policy, __s32 adistance);

/* The name of a rule; "rule 3" (counted from 1) if it has none, "default" for -1. */
const char *policy_rule_name(const struct policy *policy, int rule, char *buffer, size_t size);

/* The name of a rule for use within a sentence: rule "its name", or rule 3. */
#define POLICY_RULE_TITLE 80
const char *policy_rule_title(const struct policy *policy, int rule, char *buffer, size_t size);

/* Finds a kind of memory by its name, 0 if there is none; and the name of a kind. */
enum tierbpf_kind policy_find_kind(const char *name);
const char *policy_kind_name(int64_t kind);

static inline void cleanup_policy(struct policy **p)
{
	policy_free(*p);
}

#endif
