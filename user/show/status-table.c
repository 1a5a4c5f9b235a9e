// SPDX-License-Identifier: GPL-2.0-only
/* The table of the nodes, whose columns the user can choose. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "show/status.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"

enum {
	NODE,
	CPUS,
	TIER,
	WANTED,
	NAME,
	ADISTANCE,
	KERNEL,
	SIZE,
	USED,
	FREE,
	ZONES,
	DEMOTES,
	FALLBACK,
	PROMOTES,
	DEMOTED,
	PROMOTED,
	DEMOTED_S,
	PROMOTED_S,
	DRIFT,
	RULE,
	NR_COLUMNS
};

const struct column status_columns[NR_COLUMNS] = {
	[NODE] = { "NODE", SCOLS_FL_RIGHT, true },
	[CPUS] = { "CPUS", 0 },
	[TIER] = { "TIER", SCOLS_FL_RIGHT, true },
	[WANTED] = { "WANTED", SCOLS_FL_RIGHT, true },
	[NAME] = { "NAME", 0 },
	[ADISTANCE] = { "ADISTANCE", SCOLS_FL_RIGHT, true },
	[KERNEL] = { "KERNEL", SCOLS_FL_RIGHT, true },
	[SIZE] = { "SIZE", SCOLS_FL_RIGHT, true },
	[USED] = { "USED", SCOLS_FL_RIGHT, true },
	[FREE] = { "FREE", SCOLS_FL_RIGHT, true },
	[ZONES] = { "ZONES", 0 },
	[DEMOTES] = { "DEMOTES", 0 },
	[FALLBACK] = { "FALLBACK", 0 },
	[PROMOTES] = { "PROMOTES", 0 },
	[DEMOTED] = { "DEMOTED", SCOLS_FL_RIGHT, true },
	[PROMOTED] = { "PROMOTED", SCOLS_FL_RIGHT, true },
	[DEMOTED_S] = { "DEM/S", SCOLS_FL_RIGHT, true },
	[PROMOTED_S] = { "PROM/S", SCOLS_FL_RIGHT, true },
	[DRIFT] = { "DRIFT", 0 },
	[RULE] = { "RULE", 0 },
};

const size_t status_nr_columns = NR_COLUMNS;

void status_default_layout(struct layout *l)
{
	static const size_t shown[] = { NODE, CPUS, TIER,    NAME,	ADISTANCE,  SIZE,
					USED, FREE, DEMOTES, DEMOTED_S, PROMOTED_S, RULE };

	*l = (struct layout){ .nr_chosen = ARRAY_SIZE(shown), .sort = -1 };
	memcpy(l->chosen, shown, sizeof(shown));
}

bool status_wants_rates(const struct layout *l)
{
	return layout_has(l, DEMOTED_S) || layout_has(l, PROMOTED_S);
}

static void put(struct cell *c, const char *text)
{
	snprintf(c->text, sizeof(c->text), "%s", text ?: "");
}

static void put_number(struct cell *c, int64_t number)
{
	c->key = number;
	snprintf(c->text, sizeof(c->text), "%" PRId64, number);
}

/* Sizes as lsblk prints them: 512M, 1.5G. */
static void put_size(struct cell *c, uint64_t size, bool bytes)
{
	static const char units[] = "BKMGTPE";
	double value = (double)size;
	size_t unit = 0, length;

	put_number(c, (int64_t)size);
	if (bytes)
		return;
	for (; value >= 1023.95 && unit < sizeof(units) - 2; unit++)
		value /= 1024;
	length = (size_t)snprintf(c->text, sizeof(c->text), "%.1f", value);
	if (c->text[length - 1] == '0')
		length -= strlen(".0");
	snprintf(c->text + length, sizeof(c->text) - length, "%c", units[unit]);
}

static void put_set(struct cell *c, const struct nodeset *set, const char *arrow)
{
	_cleanup_free_ char *text = nodeset_text(set);

	snprintf(c->text, sizeof(c->text), "%s%s", nodeset_is_empty(set) ? "" : arrow, text ?: "?");
}

static void put_tier(struct cell *cells, const struct report_node *n, bool loaded)
{
	__u32 wanted = tierbpf_tier(n->adistance);

	if (n->tier == NO_TIER)
		put(&cells[TIER], "-");
	else
		put_number(&cells[TIER], n->tier);
	cells[TIER].key = n->tier;
	if (!loaded) /* without a policy no tier is wanted */
		return;
	put_number(&cells[WANTED], wanted);
	put(&cells[DRIFT], report_drifts(n) ? "yes" : "no");
	if (!report_drifts(n))
		return;
	snprintf(cells[TIER].text + strlen(cells[TIER].text), 16, "!=%u", wanted);
	cells[TIER].color = cells[DRIFT].color = "red";
}

static void put_memory(struct cell *cells, const struct node_memory *memory, bool bytes)
{
	char *zones = cells[ZONES].text;
	size_t i, used = 0;

	put_size(&cells[SIZE], memory->size, bytes);
	put_size(&cells[USED], memory->size - memory->free, bytes);
	put_size(&cells[FREE], memory->free, bytes);
	for (i = 0; i < memory->nr_zones && used < sizeof(cells[ZONES].text); i++)
		used += (size_t)snprintf(zones + used, sizeof(cells[ZONES].text) - used, "%s%s",
					 i ? "," : "", memory->zones[i].name);
}

static void put_rate(struct cell *c, uint64_t before, uint64_t now, double seconds)
{
	if (seconds > 0)
		put_number(c, (int64_t)(activity_rate(before, now, seconds) + 0.5));
}

/* Empty cells if the kernel does not count by node. */
static void put_activity(struct cell *cells, const struct status *s, int node)
{
	const struct activity *before = &s->before.nodes[node], *now = &s->now.nodes[node];

	if (s->now.source != ACTIVITY_NODES)
		return;
	put_number(&cells[DEMOTED], (int64_t)now->demoted);
	put_number(&cells[PROMOTED], (int64_t)now->promoted);
	put_rate(&cells[DEMOTED_S], before->demoted, now->demoted, s->seconds);
	put_rate(&cells[PROMOTED_S], before->promoted, now->promoted, s->seconds);
}

static void put_line(struct cell *cells, const struct status *s, const struct report_node *n,
		     const struct layout *l, bool bytes)
{
	const struct tiering_node *t = &s->tiering.nodes[n->node];

	put_number(&cells[NODE], n->node);
	put(&cells[CPUS], n->cpu ? "yes" : "no");
	put_tier(cells, n, s->loaded);
	put(&cells[NAME], n->tier == NO_TIER && !s->loaded ?
				  "" :
				  policy_tier_name(s->report.policy, n->adistance));
	if (s->loaded) { /* without a policy only the tier is known */
		put_number(&cells[ADISTANCE], n->adistance);
		put_number(&cells[KERNEL], n->kernel_adistance);
	}
	put_memory(cells, &s->memory[n->node], bytes);
	put_set(&cells[DEMOTES], &t->preferred, l->raw ? "" : "-> ");
	put_set(&cells[FALLBACK], &t->fallback, l->raw ? "" : "-> ");
	put(&cells[PROMOTES], t->promotable ? "yes" : "no");
	put_activity(cells, s, n->node);
	put(&cells[RULE], n->decided_by);
	if (n->rejected)
		cells[RULE].color = "red";
}

int status_print_table(const struct status *s, const struct layout *l, bool bytes, FILE *out)
{
	_cleanup_free_ struct cell *cells = calloc(s->report.count * NR_COLUMNS + 1, sizeof(*cells));
	size_t i;

	if (!cells)
		return no_memory();
	for (i = 0; i < s->report.count; i++)
		put_line(cells + i * NR_COLUMNS, s, &s->report.nodes[i], l, bytes);
	return layout_print(l, status_columns, NR_COLUMNS, cells, s->report.count, out);
}
