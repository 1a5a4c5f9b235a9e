// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/region-to-come.h"

#include <stdlib.h>
#include <string.h>

#include "cxl/ports.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

struct candidates {
	const char *root;
	const struct cedt_window *window;
	char *endpoints[CXL_MAX_TARGETS];
	int target[CXL_MAX_TARGETS]; /* index of the host bridge in the window, by card */
	size_t count;
	bool doubtful; /* the host bridge of a card is not known, or there are too many cards */
};

/* ---- the cards ---- */

/* Reads the _UID of the host bridge above the card of @endpoint. */
static bool bridge_uid(const char *root, const char *endpoint, uint64_t *uid)
{
	_cleanup_free_ char *port = cxl_parent(endpoint);

	while (port) {
		_cleanup_free_ char *above = cxl_parent(port), *bridge = NULL;

		if (!above || cxl_is_root(port))
			return false;
		if (cxl_is_root(above)) {
			bridge = cxl_link(root, port, "parent_dport");
			return bridge && sysfs_number(uid, 0, root, "%s/firmware_node/uid", bridge);
		}
		free(port);
		port = TAKE_PTR(above);
	}
	return false;
}

static void visit_endpoint(const char *name, void *arg)
{
	struct candidates *c = arg;
	char *endpoint = cxl_link(c->root, CXL_DEVICES, name);
	uint64_t uid;
	int i;

	if (!endpoint || !bridge_uid(c->root, endpoint, &uid)) {
		c->doubtful = true;
		free(endpoint);
		return;
	}
	for (i = 0; i < c->window->nr_targets && c->window->targets[i] != uid; i++)
		;
	if (i < c->window->nr_targets && c->count < CXL_MAX_TARGETS) {
		c->target[c->count] = i;
		c->endpoints[c->count++] = endpoint;
		return;
	}
	c->doubtful = c->doubtful || i < c->window->nr_targets;
	free(endpoint);
}

/* True if there is a card behind each host bridge. */
static bool covers_window(const struct candidates *c)
{
	bool taken[CEDT_MAX_TARGETS] = {};
	int covered = 0;
	size_t i;

	for (i = 0; i < c->count; i++) {
		covered += !taken[c->target[i]];
		taken[c->target[i]] = true;
	}
	return covered && covered == c->window->nr_targets;
}

/*
 * True if there is exactly one card behind each host bridge, so that the region must use all.
 * Needs covers_window().
 */
static bool is_certain(const struct candidates *c)
{
	return c->count == (size_t)c->window->nr_targets;
}

/* ---- properties that do not depend on the choice of cards ---- */

static void keep_same(int64_t *value, int64_t other)
{
	if (*value != other)
		*value = 0;
}

/*
 * The values of every possible region lie between those of a single card and those of all cards:
 * the longest latency is that of some card, and another card never lowers the bandwidth.
 */
static void keep_certain(struct cxl_perf *all, const struct cxl_perf *one)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		keep_same(&all->perf.value[c], one->perf.value[c]);
	keep_same(&all->link_ps, one->link_ps);
}

static void expect_perf(const struct candidates *c, const struct cxl_bridge *bridges,
			size_t nr_bridges, struct cxl_perf *p)
{
	struct cxl_perf all, one;
	size_t i;

	if (!cxl_perf_of_cards(c->root, c->endpoints, c->count, bridges, nr_bridges, &all))
		return;
	for (i = 0; i < c->count && !is_certain(c); i++) {
		if (!cxl_perf_of_cards(c->root, &c->endpoints[i], 1, bridges, nr_bridges, &one))
			return;
		keep_certain(&all, &one);
	}
	*p = all;
}

static void expect_serials(const struct candidates *c, struct cxl_expected *e)
{
	size_t i;

	for (i = 0; i < c->count && is_certain(c); i++)
		if (cxl_serial(c->root, c->endpoints[i], &e->serials[e->nr_serials]))
			e->nr_serials++;
}

void cxl_expect(const char *root, const struct cedt_window *w, const struct cxl_bridge *bridges,
		size_t nr_bridges, struct cxl_expected *e)
{
	struct candidates c = { .root = root, .window = w };
	size_t i;

	*e = (struct cxl_expected){};
	sysfs_each(root, CXL_DEVICES, "endpoint", visit_endpoint, &c);
	if (!c.doubtful && covers_window(&c)) {
		expect_perf(&c, bridges, nr_bridges, &e->perf);
		expect_serials(&c, e);
	}
	for (i = 0; i < c.count; i++)
		free(c.endpoints[i]);
}
