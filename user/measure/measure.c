// SPDX-License-Identifier: GPL-2.0-only
#include "measure/measure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "measure/loops-and-buffer.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/nodelist.h"
#include "util/sysfs.h"

#define HUGE_PAGE ((size_t)2 << 20)
#define USUAL_BYTES ((size_t)256 << 20)
#define LEAST_BYTES ((size_t)64 << 20) /* unless the user asks for less */
#define CACHES 4	 /* size of the buffer, in multiples of the last-level cache */
#define ROUND_NS 100000000LL

static void cleanup_cpus(struct bitmask **cpus)
{
	if (*cpus)
		numa_free_cpumask(*cpus);
}

#define CACHE "/sys/devices/system/cpu/cpu0/cache/index3/size"
#define MIB(bytes) ((bytes) >> 20)

/* ---- which nodes ---- */

static int add_range(const struct machine *m, const struct range *r, struct nodeset *nodes)
{
	unsigned int node;

	for (node = r->first; node <= r->last; node++) {
		if (node >= (unsigned int)m->nr_nodes || !m->nodes[node].memory)
			return fail(-EINVAL, "node %u has no memory", node);
		nodeset_add(nodes, (int)node);
	}
	return 0;
}

static int choose_nodes(const struct machine *m, const char *list, struct nodeset *nodes)
{
	_cleanup_free_ struct range *ranges = NULL;
	size_t i, bad, count = 0;
	const char *why;
	int node, err = 0;

	for (node = 0; !list && node < m->nr_nodes; node++)
		if (m->nodes[node].memory)
			nodeset_add(nodes, node);
	if (list)
		err = nodelist_parse(list, TIERBPF_MAX_NODES - 1, &ranges, &count, &bad, &why);
	if (err)
		return err == -EINVAL ? fail(err, "--node %s: %s", list, why) : no_memory();
	for (i = 0; !err && i < count; i++)
		err = add_range(m, &ranges[i], nodes);
	return err;
}

/* ---- size of the buffer ---- */

/* Not from sysconf(): that of glibc 2.36 reports ten times the cache of an EPYC. */
static size_t cache_bytes(void)
{
	_cleanup_free_ char *text = NULL;
	unsigned int kb;

	if (sysfs_text(&text, "", CACHE) || sscanf(text, "%uK", &kb) != 1)
		return 0;
	return (size_t)kb * 1024;
}

static int free_bytes(int node, size_t *bytes)
{
	_cleanup_free_ char *text = NULL;
	unsigned long long kb;
	const char *line;

	if (sysfs_text(&text, "", SYSFS_NODES "/node%d/meminfo", node) ||
	    !(line = strstr(text, "MemFree:")) || sscanf(line, "MemFree: %llu kB", &kb) != 1)
		return fail(-EIO, "node %d: cannot read its free memory in " SYSFS_NODES, node);
	*bytes = (size_t)kb * 1024;
	return 0;
}

/* The usual size, or less where it does not fit. All nodes get this size, to be comparable. */
static size_t choose_bytes(size_t least_free)
{
	size_t usual = cache_bytes() * CACHES > USUAL_BYTES ? cache_bytes() * CACHES : USUAL_BYTES;
	size_t fits = least_free / 2 & ~(HUGE_PAGE - 1);

	if (fits > usual)
		return usual;
	return fits > LEAST_BYTES ? fits : LEAST_BYTES;
}

/* Uses at most half of the free memory of a node, so that other programs notice nothing. */
static int check_memory(const struct machine *m, const struct nodeset *nodes, size_t *bytes)
{
	size_t available[TIERBPF_MAX_NODES], least = SIZE_MAX;
	int node, err = 0;

	for (node = 0; !err && node < m->nr_nodes; node++) {
		if (!nodeset_has(nodes, node))
			continue;
		err = free_bytes(node, &available[node]);
		if (!err && available[node] < least)
			least = available[node];
	}
	if (err)
		return err;
	*bytes = *bytes ? (*bytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1) : choose_bytes(least);
	for (node = 0; node < m->nr_nodes; node++)
		if (nodeset_has(nodes, node) && available[node] / 2 < *bytes)
			return fail(-ENOSPC,
				    "node %d: measuring %zu MiB needs %zu MiB free, only %zu MiB are; free some "
				    "memory or lower --memory",
				    node, MIB(*bytes), 2 * MIB(*bytes), MIB(available[node]));
	if (*bytes < cache_bytes() * CACHES)
		note("%zu MiB is less than %d times the last-level cache (%zu MiB): the results partly reflect the CPU cache",
		     MIB(*bytes), CACHES, MIB(cache_bytes()));
	return 0;
}

/* ---- which CPUs measure ---- */

/* The CPUs of node @from that this process may use, or NULL. Free it with numa_free_cpumask(). */
static struct bitmask *usable_cpus(int from)
{
	struct bitmask *cpus = numa_allocate_cpumask(), *allowed = numa_allocate_cpumask();
	bool any = false;
	unsigned int cpu;

	if (numa_node_to_cpus(from, cpus) || numa_sched_getaffinity(0, allowed) < 0)
		numa_bitmask_clearall(cpus);
	for (cpu = 0; cpu < cpus->size; cpu++) {
		if (cpu >= allowed->size || !numa_bitmask_isbitset(allowed, cpu))
			numa_bitmask_clearbit(cpus, cpu);
		any = any || numa_bitmask_isbitset(cpus, cpu);
	}
	numa_free_cpumask(allowed);
	if (any)
		return cpus;
	numa_free_cpumask(cpus);
	return NULL;
}

static int nearest_cpus(const struct machine *m, int node, struct bitmask **cpus)
{
	int from, best = -1;

	for (from = 0; from < m->nr_nodes; from++)
		if (m->nodes[from].cpu &&
		    (best < 0 || machine_distance(m, from, node) < machine_distance(m, best, node)))
			best = from;
	*cpus = best < 0 ? NULL : usable_cpus(best);
	if (!*cpus)
		return fail(-EIO,
			    "node %d: this process may not use the nearest CPUs, those of node %d (taskset, cpuset)",
			    node, best);
	return 0;
}

/* Latency is measured by one thread, on one CPU. */
static void pin_to_first(const struct bitmask *cpus)
{
	struct bitmask *one = numa_allocate_cpumask();
	unsigned int cpu = 0;

	while (!numa_bitmask_isbitset(cpus, cpu))
		cpu++;
	numa_bitmask_setbit(one, cpu);
	numa_sched_setaffinity(0, one);
	numa_free_cpumask(one);
}

/* The CPUs that have a thread, as "0-3,8". */
static char *cpus_text(const struct bitmask *cpus)
{
	struct nodeset set = {};
	unsigned int cpu, count = 0;

	for (cpu = 0; cpu < cpus->size && cpu < TIERBPF_MAX_NODES && count < MEASURE_MAX_THREADS;
	     cpu++) {
		if (numa_bitmask_isbitset(cpus, cpu)) {
			nodeset_add(&set, (int)cpu);
			count++;
		}
	}
	return nodeset_text(&set);
}

/* ---- the measurement ---- */

#define ATTEMPTS 3

static int measure_value(struct loop *l, enum coordinate c, struct measured_value *v)
{
	bool write = c == WRITE_LATENCY || c == WRITE_BANDWIDTH;

	if (!is_latency(c))
		return loop_bandwidth(l, write, v);
	loop_latency(l, write, v);
	return 0;
}

/*
 * Measures again where that may help and the node's time is enough, also for its other values; the smallest
 * spread counts.
 */
static int measure_best(struct loop *l, enum coordinate c, int64_t until,
			struct measured_value *best)
{
	struct loop_time sum = {}, *all = l->time;
	int i, err = 0;

	for (i = 0; i < ATTEMPTS; i++) {
		struct loop_time time = {};
		struct measured_value v;
		int64_t start = measure_now(), now;

		l->time = &time;
		err = measure_value(l, c, &v);
		if (err)
			break;
		if (!i || v.spread < best->spread) {
			*best = v;
			sum = time;
		}
		now = measure_now();
		if (!is_worth_repeating(&v, &time) ||
		    !is_time_to_repeat(now, now - start, NR_COORDINATES - 1 - (int)c, until))
			break;
	}
	all->cpu += sum.cpu;
	all->wall += sum.wall;
	l->time = all;
	return err;
}

static int measure_values(struct loop *l, int64_t until, struct measured_node *n)
{
	enum coordinate c;
	int err = 0;

	buffer_make_cycle((struct buffer *)l->buffer);
	/* The bandwidths overwrite the cycle, and so come last. */
	for (c = 0; !err && c < NR_COORDINATES; c++)
		err = measure_best(l, c, until, &n->values[c]);
	return err;
}

static void note_grade(const struct measured_node *n, const struct conditions *c)
{
	char text[MEASURED_DOUBTS_TEXT];

	if (n->grade == GRADE_GOOD)
		return;
	note("node %d: grade %s (%s)", n->node, measured_grade_name(n->grade),
	     measured_doubts_text(n->doubts, text));
	if (n->doubts & 1U << DOUBT_EMULATED)
		note("node %d: this CPU is emulated, so the values show the emulator's speed and not the memory's",
		     n->node);
	if (n->doubts & 1U << DOUBT_ONE_CPU)
		note("node %d: only one CPU measures, which may not reach the bandwidth of the memory",
		     n->node);
	if (n->doubts & 1U << DOUBT_BUSY)
		note("node %d: something else took %d %% of the time of these CPUs; measure again when the machine "
		     "(or its host) is idle",
		     n->node, (int)(c->stolen * 100 + 0.5));
	if (n->doubts & 1U << DOUBT_SPREAD)
		note("node %d: the rounds differ by more than the values can tell nodes apart; measure again when the "
		     "machine is idle, or raise --seconds",
		     n->node);
	if (n->doubts & 1U << DOUBT_FEW_ROUNDS)
		note("node %d: the time was not enough for %d rounds of each value; raise --seconds",
		     n->node, MEASURE_ROUNDS);
}

static void judge(struct measured_node *n, const struct loop *l, double stolen_by_host)
{
	double stolen = loop_stolen(l->time);
	struct conditions c = {
		.cpus = numa_bitmask_weight(l->cpus),
		.bytes = (size_t)n->bytes,
		.cache = cache_bytes(),
		.stolen = stolen > stolen_by_host ? stolen : stolen_by_host,
		.emulated = cpu_is_emulated(),
	};

	grade_node(n, &c);
	note_grade(n, &c);
}

static int measure_on(struct loop *l, int64_t until, struct measured_node *n)
{
	struct loop_time time = {};
	int64_t total[2], stolen[2];
	int err;

	l->time = &time;
	stolen[0] = stolen_ticks(l->cpus, &total[0]);
	err = measure_values(l, until, n);
	stolen[1] = stolen_ticks(l->cpus, &total[1]);
	if (!err)
		judge(n, l,
		      total[1] > total[0] ?
			      (double)(stolen[1] - stolen[0]) / (double)(total[1] - total[0]) :
			      0);
	return err;
}

static int measure_node(const struct machine *m, struct loop *l, size_t bytes, int64_t until,
			struct measured_node *n)
{
	_cleanup_(cleanup_cpus) struct bitmask *cpus = NULL;
	_cleanup_(cleanup_buffer) struct buffer b = {};
	int err = nearest_cpus(m, n->node, &cpus);

	if (err)
		return err;
	n->cpus = cpus_text(cpus);
	if (!n->cpus)
		return no_memory();
	note("measuring node %d from CPUs %s, %zu MiB", n->node, n->cpus, MIB(bytes));
	pin_to_first(cpus);
	err = buffer_new(n->node, bytes, &b);
	if (err)
		return err;
	n->bytes = (int64_t)bytes;
	n->huge = buffer_is_huge(&b);
	l->buffer = &b;
	l->cpus = cpus;
	return measure_on(l, until, n);
}

/* Restores the CPUs of the thread, as the next node may be nearest to other ones. */
static int measure_and_unpin(const struct machine *m, struct loop *l, size_t bytes, int64_t until,
			     struct measured_node *n)
{
	_cleanup_(cleanup_cpus) struct bitmask *before = numa_allocate_cpumask();
	int err;

	numa_sched_getaffinity(0, before);
	err = measure_node(m, l, bytes, until, n);
	numa_sched_setaffinity(0, before);
	return err;
}

static int measure_nodes(const struct machine *m, const struct nodeset *nodes, size_t bytes,
			 int seconds, struct measurement *all)
{
	int64_t start = measure_now(), budget = seconds * 1000000000LL;
	struct loop l = { .deadline = start + budget };
	int node, total = 0, err = 0;

	for (node = 0; node < m->nr_nodes; node++)
		total += nodeset_has(nodes, node);
	all->nodes = calloc((size_t)total + 1, sizeof(*all->nodes));
	if (!all->nodes)
		return no_memory();
	/* A quarter of the time is left for preparations. */
	l.round_ns = budget / 4 * 3 / total / NR_COORDINATES / (MEASURE_ROUNDS + 1);
	if (l.round_ns > ROUND_NS)
		l.round_ns = ROUND_NS;
	for (node = 0; !err && node < m->nr_nodes; node++) {
		if (!nodeset_has(nodes, node))
			continue;
		/* After the deadline, nodes get the minimum of rounds; after twice the time, give up. */
		if (measure_now() > l.deadline + budget)
			return fail(-ETIME,
				    "node %d: took more than twice --seconds (%d s); raise --seconds or lower --memory",
				    node, seconds);
		all->nodes[all->count].node = node;
		err = measure_and_unpin(m, &l, bytes,
					start + budget / total * (int64_t)(all->count + 1),
					&all->nodes[all->count]);
		all->count++;
	}
	return err;
}

/* If memory runs short during the measurement, the kernel should kill this process first. */
static void offer_to_oom_killer(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/oom_score_adj", "we");

	if (f)
		fputs("1000", f);
}

int measure(const struct machine *m, const struct measure_options *o,
	    struct measurement **measurement)
{
	_cleanup_(cleanup_measurement) struct measurement *all = calloc(1, sizeof(*all));
	struct nodeset nodes = {};
	size_t bytes = o->bytes;
	int err;

	if (!all)
		return no_memory();
	if (numa_available() < 0)
		return fail(-ENOPKG,
			    "this kernel has no NUMA policies (CONFIG_NUMA), or a sandbox blocks them");
	err = choose_nodes(m, o->nodes, &nodes) ?: check_memory(m, &nodes, &bytes);
	if (err)
		return err;
	offer_to_oom_killer();
	err = measure_nodes(m, &nodes, bytes, o->seconds, all);
	if (!err)
		*measurement = TAKE_PTR(all);
	return err;
}
