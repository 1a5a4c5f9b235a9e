// SPDX-License-Identifier: GPL-2.0-only
#include "policy/policy.h"

#include <errno.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "policy/readers.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/read-file.h"
#include "json/diag.h"
#include "json/doc.h"
#include "json/members.h"
#include "json/quantity.h"

static int read_version(const struct value *v, void *context)
{
	int err = value_want(v, VALUE_NUMBER);

	if (!err && strcmp(value_text(v), "1"))
		err = value_error(v, "this tierbpf only supports version 1 of the policy language");
	return err;
}

/* "$schema" is only for editors, which find the schema by it. */
static int read_schema(const struct value *v, void *context)
{
	return value_want(v, VALUE_STRING);
}

static int read_description(const struct value *v, void *context)
{
	struct policy *p = context;
	const char *text;
	int err = value_string(v, &text);

	if (!err && !(p->description = strdup(text)))
		err = -ENOMEM;
	return err;
}

static int read_tiers(const struct value *v, void *context)
{
	return tiers_read(v, context);
}

static int read_reference_node(const struct value *v, void *context)
{
	struct policy *p = context;
	int64_t node;
	int err = value_int(v, 0, TIERBPF_MAX_NODES - 1, &node);

	if (!err)
		p->reference = (int)node;
	return err;
}

static const struct member reference_list[] = {
	{ "node", read_reference_node, true },
};

const struct members reference_members = MEMBERS(reference_list);

static int read_reference(const struct value *v, void *context)
{
	return members_read(v, &reference_members, context);
}

static int read_tolerance(const struct value *v, void *context)
{
	struct policy *p = context;
	int64_t n;
	int err = quantity_read(v, &unit_tolerance, &n);

	if (!err)
		p->tolerance = n;
	return err;
}

static int read_rules(const struct value *v, void *context)
{
	struct policy *p = context;
	size_t i, count;
	int err = value_want(v, VALUE_ARRAY);

	if (err)
		return err;
	count = value_length(v);
	if (count > TIERBPF_MAX_RULES)
		return value_error(v, "%zu rules, and at most %d are possible", count,
				   TIERBPF_MAX_RULES);
	p->rules = calloc(count + 1, sizeof(*p->rules));
	p->rule_names = calloc(count + 1, sizeof(*p->rule_names));
	p->rule_places = calloc(count + 1, sizeof(*p->rule_places));
	if (!p->rules || !p->rule_names || !p->rule_places)
		return -ENOMEM;
	for (p->nr_rules = count, i = 0; i < count; i++) {
		struct value rule = value_element(v, i);

		err = first_error(err, rule_read(&rule, p, i));
	}
	return err;
}

static int read_default(const struct value *v, void *context)
{
	struct policy *p = context;

	return action_read(v, p, &p->otherwise);
}

static const struct member policy_list[] = {
	{ "$schema", read_schema, false },
	{ "version", read_version, true },
	{ "description", read_description, false },
	{ "tiers", read_tiers, false },
	{ "reference", read_reference, false },
	{ "tolerance", read_tolerance, false },
	{ "rules", read_rules, true },
	{ "default", read_default, false },
};

const struct members policy_members = MEMBERS(policy_list);

static int parse(struct policy *p, struct diags *diags)
{
	struct doc doc;
	struct value root;
	int err = doc_parse(p->source, p->source_bytes, diags, &doc);

	if (err)
		return err;
	root = doc_root(&doc, diags);
	err = members_read(&root, &policy_members, p);
	doc_free(&doc);
	return err ?: policy_lint(p, diags);
}

int policy_parse(const char *text, size_t length, struct diags *diags, struct policy **policy)
{
	_cleanup_(cleanup_policy) struct policy *p = calloc(1, sizeof(*p));
	int err;

	if (!p || !(p->source = malloc(length + 1)))
		return -ENOMEM;
	memcpy(p->source, text, length);
	p->source[length] = 0;
	p->source_bytes = length;
	p->reference = -1;

	err = parse(p, diags) ?: diags->failed;
	if (!err)
		*policy = TAKE_PTR(p);
	return err;
}

int policy_examine(const char *path, struct diags *diags, char **text, struct policy **policy)
{
	size_t length;
	int err = text_read(path, TIERBPF_MAX_POLICY_BYTES, text, &length);

	*diags = (struct diags){ .file = path, .text = *text };
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	err = policy_parse(*text, length, diags, policy);
	return err == -ENOMEM ? no_memory() : err;
}

int policy_read(const char *path, struct policy **policy)
{
	_cleanup_free_ char *text = NULL;
	struct diags diags;
	int err = policy_examine(path, &diags, &text, policy);

	diags_print(&diags, stderr);
	diags_free(&diags);
	return err;
}

void policy_free(struct policy *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->nr_rules; i++)
		free(p->rule_names[i]);
	for (i = 0; i < p->nr_tiers; i++)
		free(p->tiers[i].name);
	free(p->rule_names);
	free(p->rule_places);
	free(p->tests);
	free(p->rules);
	free(p->tiers);
	free(p->description);
	free(p->source);
	free(p);
}

void policy_digest(const struct policy *p, uint8_t digest[32])
{
	SHA2_CTX hash;

	SHA256Init(&hash);
	SHA256Update(&hash, (const uint8_t *)p->source, p->source_bytes);
	SHA256Final(digest, &hash);
}

void policy_nearest_tier(const struct policy *p, struct nearest *near)
{
	size_t i;

	for (i = 0; p && i < p->nr_tiers; i++)
		nearest_try(near, p->tiers[i].name);
	nearest_try(near, "dram");
}

int policy_find_tier(const struct policy *p, const char *name, __s32 *adistance)
{
	size_t i;

	for (i = 0; p && i < p->nr_tiers; i++) {
		if (!strcmp(p->tiers[i].name, name)) {
			*adistance = p->tiers[i].adistance;
			return 0;
		}
	}
	if (strcmp(name, "dram"))
		return -ENOENT;
	*adistance = TIERBPF_ADISTANCE_DRAM;
	return 0;
}

const char *policy_tier_name(const struct policy *p, __s32 adistance)
{
	size_t i;

	for (i = 0; p && i < p->nr_tiers; i++)
		if (tierbpf_tier(p->tiers[i].adistance) == tierbpf_tier(adistance))
			return p->tiers[i].name;
	return tierbpf_tier(adistance) == tierbpf_tier(TIERBPF_ADISTANCE_DRAM) ? "dram" : "";
}

static const char *const kind_names[] = {
#define KIND(SYMBOL, number, name) [number] = name,
	TIERBPF_KIND_TABLE(KIND)
#undef KIND
};

enum tierbpf_kind policy_find_kind(const char *name)
{
	int kind;

	for (kind = 1; kind < TIERBPF_KINDS_END; kind++)
		if (!strcmp(kind_names[kind], name))
			return (enum tierbpf_kind)kind;
	return 0;
}

const char *policy_kind_name(int64_t kind)
{
	return kind > 0 && kind < TIERBPF_KINDS_END ? kind_names[kind] : "unknown";
}

const char *policy_rule_name(const struct policy *p, int rule, char *buffer, size_t size)
{
	if (rule < 0)
		return "default";
	if (p && (size_t)rule < p->nr_rules && p->rule_names[rule])
		return p->rule_names[rule];
	snprintf(buffer, size, "rule %lld", rule + 1LL);
	return buffer;
}

const char *policy_rule_title(const struct policy *p, int rule, char *buffer, size_t size)
{
	if (rule < 0 || (size_t)rule >= p->nr_rules || !p->rule_names[rule])
		return policy_rule_name(p, rule, buffer, size);
	snprintf(buffer, size, "rule \"%s\"", p->rule_names[rule]);
	return buffer;
}
