// SPDX-License-Identifier: GPL-2.0-only
/*
 * differ SEED COUNT [--spoil]: compares decisions on COUNT random machines and policies. The BPF
 * program in the kernel and the same code in user space must choose the same rule and adistance
 * for each node, before and after grouping. Prints the number of decisions of each kind, and fails
 * if a kind never occurred. --spoil changes one value in the kernel's maps, so that it must find a
 * difference.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/args.h"
#include "plan/compiled.h"
#include "random-policy.h"
#include "tierbpf.skel.h"

#define MAX_SMALL 12 /* most machines have at most so many nodes */

static bool spoil;

static struct {
	unsigned long decisions, by_rule, by_default, gathered, unknown_nodes, mangled, by_kind[5];
} count;

static int write_array(const struct bpf_map *map, const void *values, size_t size, __u32 n)
{
	int err = 0;
	__u32 i;

	for (i = 0; !err && i < n; i++)
		err = bpf_map_update_elem(bpf_map__fd(map), &i, (const char *)values + i * size,
					  BPF_ANY);
	return err;
}

/* Checks some nodes beyond those of the machine: nothing of an earlier one may be left there. */
static int fill(struct tierbpf_bpf *skel, const struct compiled_policy *p)
{
	static const struct tierbpf_facts nothing;
	__u32 node = (__u32)p->nr_nodes, end = node + 2;
	struct tierbpf_meta meta = p->meta;
	int err = write_array(skel->maps.facts, p->facts, sizeof(*p->facts), node);

	meta.otherwise.kind ^= spoil;
	for (; !err && node < end && node < TIERBPF_MAX_NODES; node++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.facts), &node, &nothing, BPF_ANY);
	err = err   ?:
		      write_array(skel->maps.rules, p->policy->rules, sizeof(*p->policy->rules),
				  (__u32)p->policy->nr_rules);
	err = err   ?:
		      write_array(skel->maps.tests, p->policy->tests, sizeof(*p->policy->tests),
				  (__u32)p->policy->nr_tests);
	err = err ?: write_array(skel->maps.groups, p->groups, sizeof(*p->groups), p->meta.nr_groups);
	return err ?: write_array(skel->maps.meta, &meta, sizeof(meta), 1);
}

static int ask_kernel(struct tierbpf_bpf *skel, const struct tierbpf_node *node,
		      struct tierbpf_decision *d)
{
	struct decide_args args = { .node = *node };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &args, .ctx_size_in = sizeof(args));
	int err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.decide_node), &opts);

	*d = args.decision;
	return err;
}

static void tally(const struct compiled_policy *p, const struct tierbpf_decision *d)
{
	__u32 kind = compiled_action(p, d->rule)->kind;

	count.decisions++;
	*(d->rule < 0 ? &count.by_default : &count.by_rule) += 1;
	count.gathered += d->adistance != d->acted;
	if (kind < 5)
		count.by_kind[kind]++;
}

static int compare(struct tierbpf_bpf *skel, const struct compiled_policy *p,
		   const struct tierbpf_node *node)
{
	struct tierbpf_decision native, kernel;
	int err = ask_kernel(skel, node, &kernel);

	if (err) {
		fprintf(stderr, "node %d: %s\n", node->id, strerror(-err));
		return err;
	}
	compiled_decide(p, node, &native);
	tally(p, &native);
	if (!memcmp(&native, &kernel, sizeof(native)))
		return 0;
	printf("node %d (kernel_adistance %d, flags %u): native %d, rule %d, acted %d; in the kernel %d, rule %d, acted %d\n%s\n",
	       node->id, node->kernel_adistance, node->flags, native.adistance, native.rule,
	       native.acted, kernel.adistance, kernel.rule, kernel.acted, p->policy->source);
	return -EIO;
}

/* Writes map values that no policy has: both sides must handle them alike. */
static void mangle(struct rng *r, const struct compiled_policy *p)
{
	struct policy *policy = (struct policy *)p->policy;
	size_t i, n = 1 + rng_below(r, 4);

	count.mangled++;
	p->facts[rng_below(r, (uint32_t)p->nr_nodes)].first_rule =
		rng_below(r, 2) ? rng_below(r, 25) : UINT32_MAX;
	for (i = 0; i < n && policy->nr_rules && policy->nr_tests; i++) {
		struct tierbpf_test *t = &policy->tests[rng_below(r, (uint32_t)policy->nr_tests)];
		struct tierbpf_rule *rule = &policy->rules[rng_below(r, (uint32_t)policy->nr_rules)];

		switch (rng_below(r, 6)) {
		case 0:
			t->fact = rng_below(r, 70);
			break;
		case 1:
			t->predicate = rng_below(r, 3);
			break;
		case 2:
			/* Only this policy's tests: the map also holds those of earlier ones. */
			rule->first_test = rng_below(r, (uint32_t)policy->nr_tests);
			rule->nr_tests =
				rng_below(r, (uint32_t)policy->nr_tests - rule->first_test + 1);
			break;
		case 3:
			rule->action.kind = rng_below(r, 8);
			break;
		case 4:
			rule->action.value = (__s32)rng_below(r, 80) - 10;
			break;
		case 5:
			t->min = t->max + 1;
			break;
		}
	}
}

static int try(struct tierbpf_bpf *skel, struct rng *r, const struct policy *policy,
	       struct machine *m)
{
	struct compiled_policy *p = NULL;
	int node, err = policy_compile(policy, m, &p);

	if (!err && !rng_below(r, 4))
		mangle(r, p);
	err = err ?: fill(skel, p);
	for (node = 0; !err && node < m->nr_nodes; node++) {
		struct tierbpf_node question = compiled_node(m, node);

		err = compare(skel, p, &question);
	}
	for (node = m->nr_nodes; !err && node < m->nr_nodes + 2 && node < TIERBPF_MAX_NODES; node++) {
		struct tierbpf_node question = {
			.id = node,
			.kernel_adistance = 500 + (int)rng_below(r, 900),
			.size = (__u64)rng_below(r, 9) << 30,
		};

		count.unknown_nodes++;
		err = compare(skel, p, &question);
	}
	compiled_free(p);
	return err;
}

static int one(struct tierbpf_bpf *skel, struct rng *r, bool large)
{
	int nr_nodes = large ? TIERBPF_MAX_NODES : 1 + (int)rng_below(r, MAX_SMALL);
	int nr_rules = large ? TIERBPF_MAX_RULES : (int)rng_below(r, 20);
	struct policy *policy = NULL;
	struct machine *m = NULL;
	struct diags diags = { .file = "random policy" };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? random_machine(r, nr_nodes, &m) : -ENOMEM;

	if (out) {
		random_policy(r, nr_nodes, nr_rules, out);
		fclose(out);
	}
	diags.text = text;
	err = err ?: policy_parse(text, size, &diags, &policy);
	if (err)
		diags_print(&diags, stdout);
	err = err ?: try(skel, r, policy, m);
	diags_free(&diags);
	policy_free(policy);
	machine_free(m);
	free(text);
	return err;
}

static struct tierbpf_bpf *load(void)
{
	struct tierbpf_bpf *skel = tierbpf_bpf__open();
	int err = skel ? 0 : -errno;

	err = err ?: bpf_map__set_max_entries(skel->maps.facts, TIERBPF_MAX_NODES);
	err = err ?: bpf_map__set_max_entries(skel->maps.rules, TIERBPF_MAX_RULES);
	err = err ?: bpf_map__set_max_entries(skel->maps.tests, TIERBPF_MAX_TESTS);
	err = err ?: bpf_map__set_max_entries(skel->maps.groups, TIERBPF_MAX_NODES + 1);
	err = err ?: tierbpf_bpf__load(skel);
	if (!err)
		return skel;
	fprintf(stderr, "the BPF programs cannot be loaded: %s\n", strerror(-err));
	tierbpf_bpf__destroy(skel);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long i, n = argc >= 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct rng r = { .state = argc >= 3 ? strtoull(argv[1], NULL, 10) * 2 + 1 : 0 };
	struct tierbpf_bpf *skel = n ? load() : NULL;
	size_t kind;
	int err = 0;

	if (!skel)
		return 2;
	spoil = argc == 4 && !strcmp(argv[3], "--spoil");
	for (i = 0; !err && i < n; i++)
		err = one(skel, &r, i % 400 == 399);
	if (err)
		printf("differ: seed %s, machine %lu\n", argv[1], i);
	printf("%lu machines: %lu decisions, %lu by rules, %lu by default, %lu gathered, %lu of nodes without facts, "
	       "%lu policies mangled; by action:",
	       i, count.decisions, count.by_rule, count.by_default, count.gathered,
	       count.unknown_nodes, count.mangled);
	for (kind = 0; kind < 5; kind++)
		printf(" %lu", count.by_kind[kind]);
	putchar('\n');
	for (kind = 0; kind < 5; kind++)
		err |= !count.by_kind[kind];
	err |= !count.by_rule || !count.by_default || !count.gathered || !count.mangled;
	tierbpf_bpf__destroy(skel);
	return !!err;
}
