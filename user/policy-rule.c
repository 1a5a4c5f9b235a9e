// SPDX-License-Identifier: GPL-2.0-only
/* Rules: predicates, each turned into ranges of one fact (decide.h), and an action. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "nodelist.h"
#include "object.h"
#include "policy-parts.h"

struct rule_context {
	struct policy *policy;
	size_t index;
};

static int add_test(struct rule_context *c, const struct value *v, enum tierbpf_fact fact,
		    int64_t min, int64_t max)
{
	struct policy *p = c->policy;
	size_t n = p->nr_tests;

	if (n == TIERBPF_MAX_TESTS)
		return value_error(v, "the rules up to here name %d ranges, and no more are possible",
				   TIERBPF_MAX_TESTS);
	if (!(n & (n - 1))) { /* full: a power of 2, or 0 */
		struct tierbpf_test *more = reallocarray(p->tests, n ? 2 * n : 1, sizeof(*more));

		if (!more)
			return -ENOMEM;
		p->tests = more;
	}
	p->tests[p->nr_tests++] = (struct tierbpf_test){ .min = min, .max = max, .fact = fact };
	p->rules[c->index].nr_tests++;
	return 0;
}

/* Behind @index ASCII characters of a string; its start where escapes hide how far that is. */
static struct place place_inside(const struct value *v, size_t index)
{
	size_t written = v->node->end_mark.column - v->node->start_mark.column - 2;
	struct place at = value_place(v);
	const char *p;

	for (p = value_text(v); *p; p++)
		written -= ((unsigned char)*p & 0xc0) != 0x80;
	if (written)
		return at;
	at.column += 1 + index; /* behind the quotation mark */
	at.length = 0;
	return at;
}

static int read_node_list(const struct value *v, struct rule_context *c)
{
	_cleanup_free_ struct range *ranges = NULL;
	size_t i, count, bad;
	const char *why;
	int err = nodelist_parse(value_text(v), TIERBPF_MAX_NODES - 1, &ranges, &count, &bad, &why);

	if (err == -EINVAL)
		return diags_add(v->diags, place_inside(v, bad), v->path,
				 "not a list of nodes 0..%d such as \"0,2-5\": %s",
				 TIERBPF_MAX_NODES - 1, why);
	for (i = 0; !err && i < count; i++)
		err = add_test(c, v, TIERBPF_FACT_NODE, ranges[i].first, ranges[i].last);
	return err;
}

static int read_node(const struct value *v, void *context)
{
	int64_t node;
	int err;

	if (value_kind(v) == VALUE_STRING)
		return read_node_list(v, context);
	if (value_kind(v) != VALUE_NUMBER)
		return value_error(v, "a node number, or a list such as \"0,2-5\", is expected here");
	err = value_int(v, 0, TIERBPF_MAX_NODES - 1, &node);
	return err ?: add_test(context, v, TIERBPF_FACT_NODE, node, node);
}

static int read_cpu(const struct value *v, void *context)
{
	bool cpu;
	int err = value_bool(v, &cpu);

	return err ?: add_test(context, v, TIERBPF_FACT_CPU, cpu, cpu);
}

static const struct member predicates[] = {
	{ "node", read_node, false },
	{ "cpu", read_cpu, false },
};

static int read_match(const struct value *v, void *context)
{
	struct rule_context *c = context;
	int err = object_read(v, predicates, sizeof(predicates) / sizeof(*predicates), c);

	if (!err && !c->policy->rules[c->index].nr_tests)
		err = add_test(c, v, TIERBPF_FACT_NONE, 0, 0);
	return err;
}

static int read_action(const struct value *v, void *context)
{
	struct rule_context *c = context;

	return action_read(v, c->policy, &c->policy->rules[c->index].action);
}

static bool has_control(const char *s)
{
	while (*s && !iscntrl((unsigned char)*s))
		s++;
	return *s;
}

static int read_name(const struct value *v, void *context)
{
	struct rule_context *c = context;
	const char *name;
	int err = value_string(v, &name);

	if (err)
		return err;
	if (!*name || strlen(name) > 63 || has_control(name))
		return value_error(v, "a rule's name is 1 to 63 bytes, none of them a control character");
	c->policy->rule_names[c->index] = strdup(name);
	return c->policy->rule_names[c->index] ? 0 : -ENOMEM;
}

static const struct member rule_members[] = {
	{ "name", read_name, false },
	{ "match", read_match, true },
	{ "action", read_action, true },
};

int rule_read(const struct value *v, struct policy *policy, size_t index)
{
	struct rule_context c = { policy, index };

	policy->rules[index].first_test = (__u32)policy->nr_tests;
	return object_read(v, rule_members, sizeof(rule_members) / sizeof(*rule_members), &c);
}
