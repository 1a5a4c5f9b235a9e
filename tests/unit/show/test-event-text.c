// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "unit.h"

#include "show/event-text.h"

#define SECOND 1000000000ULL

static const char text[] =
	"{\"version\": 1, \"description\": \"cards\","
	"\"tiers\": [\"dram\", \"cxl\", {\"name\": \"far\", \"adistance\": 1344}],"
	"\"rules\": [{\"name\": \"slow\", \"match\": {\"node\": 1}, \"action\": {\"tier\": \"far\"}},"
	"{\"match\": {\"node\": 2}, \"action\": {\"tier\": \"cxl\"}}]}";

static const struct tierbpf_meta rules = { .generation = 2,
					   .nr_rules = 2,
					   .digest = { 0xab, 0xcd, 0xef, 1, 2, 3, 4 } };
static const struct tierbpf_meta object = { .generation = 2, .object = "mine" };

#define DIGEST "abcdef0102030400000000000000000000000000000000000000000000000000"

enum policy_kind { RULES, OBJECT, RULES_GONE, OBJECT_GONE };

/* An event of 12:00:07.5 on 2026-11-23, and what is to be said of it behind the time. */
struct row {
	enum policy_kind policy;
	__s32 by;
	struct tierbpf_event event;
	const char *line;
	const char *json; /* what it has beside time, with ' for " */
};

static const struct row table[] = {
	{ RULES,
	  1,
	  { TIERBPF_EVENT_RETIERED, 1, 576, 1344, 43210000 },
	  "retiered node 1: tier 4 dram -> 10 far, adistance 576 -> 1344, by slow, took 43.2 ms",
	  "{'event':'retiered','generation':2,'node':1,'from':{'tier':4,'name':'dram','adistance':576},"
	  "'to':{'tier':10,'name':'far','adistance':1344},'decided_by':'slow','ns':43210000}" },
	{ RULES,
	  2,
	  { TIERBPF_EVENT_ANSWERED, 2, 2304, 704 },
	  "answered node 2: its first memory; the kernel asked: tier 18 -> 5 cxl, adistance 2304 -> 704, by rule 2",
	  "{'event':'answered','generation':2,'node':2,'from':{'tier':18,'name':'','adistance':2304},"
	  "'to':{'tier':5,'name':'cxl','adistance':704},'decided_by':'rule 2'}" },
	{ RULES,
	  TIERBPF_BY_OVERRIDE,
	  { TIERBPF_EVENT_REJECTED, 1023, 2304, -2147483647 - 1 },
	  "rejected node 1023: -2147483648 is no adistance; the kernel's own 2304 stands, tier 18, by override",
	  "{'event':'rejected','generation':2,'node':1023,'answer':-2147483648,"
	  "'kernel':{'tier':18,'name':'','adistance':2304},'decided_by':'override'}" },
	{ RULES,
	  TIERBPF_BY_DEFAULT,
	  { TIERBPF_EVENT_HELD, 1, 1344, 16777215 },
	  "held     node 1: moved too often, stays in tier 10 far for now instead of 131071, by default",
	  "{'event':'held','generation':2,'node':1,'from':{'tier':10,'name':'far','adistance':1344},"
	  "'to':{'tier':131071,'name':'','adistance':16777215},'decided_by':'default'}" },
	{ OBJECT,
	  TIERBPF_BY_UNKNOWN,
	  { TIERBPF_EVENT_SLOW, 1, 576, 1344, 20 * SECOND },
	  "slow     node 1: the answer 1344 took 20000.0 ms, by mine",
	  "{'event':'slow','generation':2,'node':1,'answer':1344,'decided_by':'mine','ns':20000000000}" },
	{ RULES,
	  TIERBPF_BY_UNKNOWN,
	  { TIERBPF_EVENT_FAILED, 1, 576, -ENOMEM },
	  "failed   node 1: is not moved from tier 4 dram: Cannot allocate memory; it is tried again",
	  "{'event':'failed','generation':2,'node':1,'from':{'tier':4,'name':'dram','adistance':576},"
	  "'error':'Cannot allocate memory'}" },
	{ RULES,
	  TIERBPF_BY_UNKNOWN,
	  { TIERBPF_EVENT_MEMORY, 3, 0, 1 << 30 },
	  "memory   node 3: 0 MiB -> 1073741824 MiB",
	  "{'event':'memory','generation':2,'node':3,'from_mib':0,'to_mib':1073741824}" },

	/*
	 * The cause is unknown, the kernel or another program; for moves by an object, the
	 * object.
	 */
	{ RULES,
	  TIERBPF_BY_UNKNOWN,
	  { TIERBPF_EVENT_RETIERED, 1, 1344, 576, 1 },
	  "retiered node 1: tier 10 far -> 4 dram, adistance 1344 -> 576, took 0.0 ms",
	  NULL },
	{ RULES,
	  -3,
	  { TIERBPF_EVENT_RETIERED, 1, 1344, 576, 1 },
	  "retiered node 1: tier 10 far -> 4 dram, adistance 1344 -> 576, took 0.0 ms",
	  NULL },
	{ RULES_GONE,
	  1,
	  { TIERBPF_EVENT_RETIERED, 1, 1344, 576, 1 },
	  "retiered node 1: tier 10 far -> 4 dram, adistance 1344 -> 576, took 0.0 ms",
	  NULL },
	{ OBJECT,
	  TIERBPF_BY_OVERRIDE,
	  { TIERBPF_EVENT_RETIERED, 1, 1344, 576, 1 },
	  "retiered node 1: tier 10 -> 4 dram, adistance 1344 -> 576, by override, took 0.0 ms",
	  NULL },
	{ OBJECT_GONE,
	  TIERBPF_BY_UNKNOWN,
	  { TIERBPF_EVENT_RETIERED, 1, 1344, 576, 1 },
	  "retiered node 1: tier 10 -> 4 dram, adistance 1344 -> 576, took 0.0 ms",
	  "{'event':'retiered','generation':2,'node':1,'from':{'tier':10,'name':'','adistance':1344},"
	  "'to':{'tier':4,'name':'dram','adistance':576},'decided_by':null,'ns':1}" },

	{ RULES,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, 0, 2 },
	  "policy   generation 2 is in force: cards (2 rules, sha256 abcdef010203)",
	  "{'event':'policy','generation':2,'in_force':true,'former':null,'description':'cards','object':null,"
	  "'rules':2,'digest':'" DIGEST "'}" },
	{ RULES,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, 1, 2 },
	  "policy   generation 2 is in force, in the place of generation 1: cards (2 rules, sha256 abcdef010203)",
	  NULL },
	{ RULES,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, -1, 2 },
	  "policy   generation 2 is in force: cards (2 rules, sha256 abcdef010203)",
	  NULL },
	{ OBJECT,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, 1, 2 },
	  "policy   generation 2 is in force, in the place of generation 1: BPF object mine (sha256 000000000000)",
	  NULL },
	/* From an object that was built before objects had a generation. */
	{ OBJECT,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, 1, -1 },
	  "policy   an object is in force, in the place of generation 1: BPF object mine (sha256 000000000000)",
	  "{'event':'policy','generation':2,'in_force':true,'former':1,'description':null,'object':'mine','rules':0,"
	  "'digest':'0000000000000000000000000000000000000000000000000000000000000000'}" },
	{ RULES_GONE,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, 2, 3 },
	  "policy   generation 3 is in force, in the place of generation 2",
	  "{'event':'policy','generation':3,'in_force':true,'former':2}" },
	{ RULES_GONE,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, 2, -1 },
	  "policy   an object is in force, in the place of generation 2",
	  "{'event':'policy','generation':null,'in_force':true,'former':2}" },
	{ RULES_GONE,
	  0,
	  { TIERBPF_EVENT_POLICY, -1, 2, 0 },
	  "policy   generation 2 is detached, no policy is in force",
	  "{'event':'policy','generation':null,'in_force':false,'former':2}" },

	/* A newer module. */
	{ RULES,
	  0,
	  { 99, 1, 2, 3 },
	  "unknown  node 1: event 99 of a newer module, 2 -> 3",
	  "{'event':'unknown','generation':2,'node':1,'kind':99,'from':2,'to':3}" },
	{ RULES, 0, { 0, 1, 2, 3 }, "unknown  node 1: event 0 of a newer module, 2 -> 3", NULL },
};

static struct policy *parse(void)
{
	struct diags diags = { .file = "p.json", .text = text };
	struct policy *policy = NULL;

	cr_assert_eq(policy_parse(text, strlen(text), &diags, &policy), 0);
	diags_free(&diags);
	return policy;
}

static struct event_context context(enum policy_kind kind, const struct policy *policy)
{
	bool by_rules = kind == RULES || kind == RULES_GONE;

	return (struct event_context){
		.meta = by_rules ? &rules : &object,
		.policy = by_rules ? policy : NULL,
		.generation = 2,
		.in_force = kind == RULES || kind == OBJECT,
		.epoch = 1795435200LL * (int64_t)SECOND, /* 2026-11-23 12:00:00 UTC */
		.utc = true,
	};
}

static char *printed(const struct event_context *c, const struct tierbpf_record *r)
{
	char *line = NULL;
	size_t length;
	FILE *f = open_memstream(&line, &length);

	event_print(c, r, f);
	fclose(f);
	return line;
}

static void expect_json(json_t *json, const char *expected)
{
	char *found, wanted[512], *c;

	snprintf(wanted, sizeof(wanted), "{'time':'2026-11-23T12:00:07.500000Z',%s", expected + 1);
	for (c = wanted; *c; c++)
		if (*c == '\'')
			*c = '"';
	found = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(json);
	json = json_loads(wanted, 0, NULL);
	cr_assert(json, "%s", wanted);
	c = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	cr_expect_str_eq(found, c, "%s\n%s", found, c);
	json_decref(json);
	free(found);
	free(c);
}

Test(event_text, each_kind)
{
	struct policy *policy = parse();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct row *row = &table[i];
		struct tierbpf_record r = { .at = 7 * SECOND + SECOND / 2,
					    .by = row->by,
					    .event = row->event };
		struct event_context c = context(row->policy, policy);
		char *line = printed(&c, &r), wanted[256];

		snprintf(wanted, sizeof(wanted), "2026-11-23 12:00:07.500Z %s\n", row->line);
		cr_expect_str_eq(line, wanted, "%s%s", line, wanted);
		free(line);
		if (row->json)
			expect_json(event_json(&c, &r), row->json);
	}
	policy_free(policy);
}

Test(event_text, dropped)
{
	struct event_context c = context(OBJECT, NULL);
	char *line = NULL;
	size_t length;
	FILE *f = open_memstream(&line, &length);

	event_print_dropped(&c, 7 * SECOND + SECOND / 2, 5000000000, f);
	fclose(f);
	cr_expect_str_eq(line, "2026-11-23 12:00:07.500Z dropped  5000000000 events are lost: "
			       "the buffer was full, or no policy was there to record them\n");
	free(line);
	expect_json(event_json_dropped(&c, 7 * SECOND + SECOND / 2, 5000000000),
		    "{'event':'dropped','generation':2,'count':5000000000}");
}

Test(event_text, local_time)
{
	struct event_context c = context(OBJECT, NULL);
	struct tierbpf_record r = { .at = 999999, .event = { TIERBPF_EVENT_MEMORY } };
	char *line;

	setenv("TZ", "XST-5:30", 1);
	tzset();
	c.utc = false;
	line = printed(&c, &r);
	cr_expect(!strncmp(line, "2026-11-23 17:30:00.000 memory", 30), "%s", line);
	free(line);
}

Test(event_text, begins)
{
	cr_expect(event_begins(&rules, &(struct tierbpf_event){ .from = 1, .to = 2 }));
	cr_expect(!event_begins(&rules, &(struct tierbpf_event){ .from = 2, .to = 1 }));
	cr_expect(!event_begins(&rules, &(struct tierbpf_event){ .from = 2, .to = 0 }));
	cr_expect(!event_begins(&rules, &(struct tierbpf_event){ .from = 2, .to = -1 }));
	cr_expect(event_begins(&object, &(struct tierbpf_event){ .from = 0, .to = -1 }));
	cr_expect(event_begins(&object, &(struct tierbpf_event){ .from = 0, .to = 2 }));
}
