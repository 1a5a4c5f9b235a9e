// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/region-perf.h"

#include <stdlib.h>
#include <string.h>

#include "cxl/cdat.h"
#include "cxl/pcie-link.h"
#include "cxl/ports.h"
#include "util/cleanup.h"
#include "util/number.h"
#include "util/sysfs.h"

struct reader {
	const char *root;
	const struct cxl_bridge *bridges;
	size_t nr_bridges;
};

/* ---- the parts of a path ---- */

static void limit(struct perf *p, int64_t read_bandwidth, int64_t write_bandwidth)
{
	p->value[READ_BANDWIDTH] = min_of(p->value[READ_BANDWIDTH], read_bandwidth);
	p->value[WRITE_BANDWIDTH] = min_of(p->value[WRITE_BANDWIDTH], write_bandwidth);
}

static void delay(struct perf *p, int64_t read_latency, int64_t write_latency)
{
	p->value[READ_LATENCY] += read_latency;
	p->value[WRITE_LATENCY] += write_latency;
}

/* cxl_coordinates_combine() */
static void combine(struct perf *p, const struct perf *part)
{
	limit(p, part->value[READ_BANDWIDTH], part->value[WRITE_BANDWIDTH]);
	delay(p, part->value[READ_LATENCY], part->value[WRITE_LATENCY]);
}

/* get_genport_coordinates() (drivers/cxl/acpi.c) */
static const struct perf *bridge_perf(const struct reader *r, const char *bridge)
{
	uint64_t uid;
	size_t i;

	if (!sysfs_number(&uid, 0, r->root, "%s/firmware_node/uid", bridge))
		return NULL;
	for (i = 0; i < r->nr_bridges; i++)
		if (r->bridges[i].uid == uid)
			return perf_has_all(&r->bridges[i].perf) ? &r->bridges[i].perf : NULL;
	return NULL;
}

struct dport_search {
	const struct reader *r;
	const char *port;
	const char *device;
	int number; /* -1: not found */
};

static void visit_dport(const char *name, void *arg)
{
	struct dport_search *s = arg;
	_cleanup_free_ char *device = cxl_link(s->r->root, s->port, name);
	unsigned int number;

	if (device && !strcmp(device, s->device) && sscanf(name, "dport%u", &number) == 1 &&
	    number <= UINT16_MAX)
		s->number = (int)number;
}

/* Reads the performance of switch @port between its upstream port and downstream port @device. */
static bool switch_perf(const struct reader *r, const char *port, const char *device, struct perf *p)
{
	struct dport_search s = { r, port, device, -1 };
	_cleanup_(cleanup_cdat) struct cdat *cdat = NULL;
	char path[4096];

	sysfs_each(r->root, port, "dport", visit_dport, &s);
	snprintf(path, sizeof(path), "%s/CDAT", port);
	if (s.number < 0 || cdat_read(r->root, path, (uint16_t)s.number, &cdat))
		return false;
	*p = cdat->port;
	return perf_has_all(p);
}

/* True if @port belongs to a host bridge. It is not a switch then and has no CDAT. */
static bool is_bridge(const char *port)
{
	_cleanup_free_ char *parent = cxl_parent(port);

	return parent && cxl_is_root(parent);
}

/* ---- one card ---- */

struct card {
	char *endpoint; /* directory of its port */
	struct perf memory; /* from its own CDAT */
	struct perf way;	 /* of the whole path to its memory */
	int64_t link_ps;
};

static int read_cdat(const struct reader *r, const struct card *card, struct cdat **cdat)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/CDAT", card->endpoint);
	return cdat_read(r->root, path, 0, cdat);
}

/* Reads the performance of the range that @decoder maps. */
static bool read_memory(const struct reader *r, const char *decoder, struct card *card)
{
	_cleanup_(cleanup_cdat) struct cdat *cdat = NULL;
	const struct cdat_memory *memory;
	uint64_t base, size;

	if (!sysfs_number(&base, 0, r->root, "%s/dpa_resource", decoder) ||
	    !sysfs_number(&size, 0, r->root, "%s/dpa_size", decoder) || read_cdat(r, card, &cdat))
		return false;
	memory = cdat_find(cdat, base, size);
	if (memory)
		card->memory = memory->perf;
	return memory && perf_has_all(&card->memory);
}

/* Fails unless all ranges of the card perform alike. */
static bool read_any_memory(const struct reader *r, struct card *card)
{
	_cleanup_(cleanup_cdat) struct cdat *cdat = NULL;
	size_t i;

	if (read_cdat(r, card, &cdat) || !cdat->nr_memory)
		return false;
	card->memory = cdat->memory[0].perf;
	for (i = 1; i < cdat->nr_memory; i++)
		if (memcmp(&cdat->memory[i].perf, &card->memory, sizeof(card->memory)))
			return false;
	return perf_has_all(&card->memory);
}

/*
 * Adds the link below port @dport, and the switch @above that @dport belongs to, if it is a
 * switch.
 */
static bool add_hop(const struct reader *r, const char *dport, const char *above, struct card *card)
{
	struct pcie_link link;
	struct perf part;
	int64_t ns;

	if (!pcie_link_read(r->root, dport, &link))
		return false;
	ns = (pcie_link_latency_ps(&link) + 999) / 1000;
	delay(&card->way, ns, ns);
	card->link_ps += pcie_link_latency_ps_6_12(&link);
	if (is_bridge(above))
		return true;
	if (!switch_perf(r, above, dport, &part))
		return false;
	combine(&card->way, &part);
	return true;
}

/*
 * cxl_endpoint_get_perf_coordinates(). A card directly below the root is a CXL 1.1 device in a
 * root complex; Linux expects its performance in HMAT.
 */
static bool walk_up(const struct reader *r, struct card *card)
{
	_cleanup_free_ char *port = strdup(card->endpoint);

	card->way = card->memory;
	while (port) {
		_cleanup_free_ char *above = cxl_parent(port);
		_cleanup_free_ char *dport = cxl_link(r->root, port, "parent_dport");
		const struct perf *bridge;

		if (!above || !dport)
			return false;
		if (cxl_is_root(above)) {
			bridge = cxl_is_endpoint(port) ? NULL : bridge_perf(r, dport);
			if (bridge)
				combine(&card->way, bridge);
			return bridge;
		}
		if (!add_hop(r, dport, above, card))
			return false;
		free(port);
		port = TAKE_PTR(above);
	}
	return false;
}

/* ---- bandwidth that cards share ---- */

/* The bandwidth of all cards below @port, seen from there. */
struct flow {
	char *port;
	struct perf perf; /* only the bandwidths are used */
};

/* The device of @port's upstream link. */
static char *device_of(const struct reader *r, const char *port)
{
	_cleanup_free_ char *uport = cxl_link(r->root, port, "uport");

	if (!uport || !cxl_is_endpoint(port))
		return TAKE_PTR(uport);
	return cxl_parent(uport); /* uport is …/0000:0d:00.0/mem0 */
}

/* cxl_endpoint_gather_bandwidth(), cxl_switch_gather_bandwidth() */
static bool flow_up(const struct reader *r, struct flow *f)
{
	_cleanup_free_ char *device = device_of(r, f->port);
	_cleanup_free_ char *dport = cxl_link(r->root, f->port, "parent_dport");
	_cleanup_free_ char *above = cxl_parent(f->port);
	struct pcie_link link;
	struct perf part;

	if (!device || !dport || !above || !pcie_link_read(r->root, device, &link))
		return false;
	limit(&f->perf, pcie_link_bandwidth(&link), pcie_link_bandwidth(&link));
	if (!is_bridge(above)) {
		if (!switch_perf(r, above, dport, &part))
			return false;
		limit(&f->perf, part.value[READ_BANDWIDTH], part.value[WRITE_BANDWIDTH]);
	}
	free(f->port);
	f->port = TAKE_PTR(above);
	return true;
}

static void add_bandwidth(struct perf *p, const struct perf *part)
{
	p->value[READ_BANDWIDTH] += part->value[READ_BANDWIDTH];
	p->value[WRITE_BANDWIDTH] += part->value[WRITE_BANDWIDTH];
}

/* Merges flows that have reached the same port. */
static size_t join(struct flow *flows, size_t count)
{
	size_t i, j, kept = 0;

	for (i = 0; i < count; i++) {
		for (j = 0; j < kept && strcmp(flows[j].port, flows[i].port); j++)
			;
		if (j < kept) {
			add_bandwidth(&flows[j].perf, &flows[i].perf);
			free(flows[i].port);
		} else {
			flows[kept++] = flows[i];
		}
	}
	return kept;
}

static size_t count_at_bridge(const struct flow *flows, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		n += is_bridge(flows[i].port);
	return n;
}

/* Moves all flows up to host bridges. True if they all reach one after the same number of steps. */
static bool flow_to_bridges(const struct reader *r, struct flow *flows, size_t *count)
{
	size_t i, there;

	do {
		for (i = 0; i < *count; i++)
			if (!flow_up(r, &flows[i]))
				return false;
		*count = join(flows, *count);
		there = count_at_bridge(flows, *count);
	} while (!there);
	return there == *count;
}

static bool sum_of_bridges(const struct reader *r, const struct flow *flows, size_t count,
			   struct perf *p)
{
	size_t i;

	for (i = 0; i < count; i++) {
		_cleanup_free_ char *bridge = cxl_link(r->root, flows[i].port, "parent_dport");
		const struct perf *part = bridge ? bridge_perf(r, bridge) : NULL;
		struct perf flow = flows[i].perf;

		if (!part)
			return false;
		limit(&flow, part->value[READ_BANDWIDTH], part->value[WRITE_BANDWIDTH]);
		add_bandwidth(p, &flow);
	}
	return true;
}

/* cxl_region_shared_upstream_bandwidth_update() */
static bool shared_bandwidth(const struct reader *r, const struct card *cards, size_t count,
			     struct perf *p)
{
	struct flow flows[CXL_MAX_TARGETS] = {};
	struct perf sum = {};
	size_t i;
	bool done = true;

	for (i = 0; i < count; i++) {
		flows[i] = (struct flow){ strdup(cards[i].endpoint), cards[i].memory };
		done = done && flows[i].port;
	}
	done = done && flow_to_bridges(r, flows, &count) && sum_of_bridges(r, flows, count, &sum);
	for (i = 0; i < count; i++)
		free(flows[i].port);
	if (done) {
		p->value[READ_BANDWIDTH] = sum.value[READ_BANDWIDTH];
		p->value[WRITE_BANDWIDTH] = sum.value[WRITE_BANDWIDTH];
	}
	return done;
}

/*
 * If some cards are behind more switches than others, Linux keeps the plain sum of the cards'
 * bandwidths.
 */
static bool own_bandwidth(const struct reader *r, const struct card *cards, size_t count,
			  struct perf *p)
{
	size_t i;

	for (i = 0; i < count; i++) {
		_cleanup_free_ char *device = device_of(r, cards[i].endpoint);
		int64_t available = device ? pcie_bandwidth_available(r->root, device) : 0;
		struct perf way = cards[i].way;

		if (!available)
			return false;
		limit(&way, available, available);
		add_bandwidth(p, &way);
	}
	return true;
}

/* ---- the region ---- */

static bool read_card(const struct reader *r, const char *decoder, struct card *card)
{
	card->endpoint = decoder ? cxl_parent(decoder) : NULL;
	return card->endpoint && cxl_is_endpoint(card->endpoint) && read_memory(r, decoder, card) &&
	       walk_up(r, card);
}

/* Returns the number of cards; 0 if a value of any card is not known. */
static size_t read_cards(const struct reader *r, const char *region, struct card *cards)
{
	size_t i;

	for (i = 0; i < CXL_MAX_TARGETS; i++) {
		bool more;
		_cleanup_free_ char *decoder = cxl_target(r->root, region, (int)i, &more);

		if (!more)
			break;
		if (!read_card(r, decoder, &cards[i]))
			return 0;
	}
	return i;
}

static bool sum_up(const struct reader *r, const struct card *cards, size_t count,
		   struct cxl_perf *p)
{
	size_t i;

	for (i = 0; i < count; i++) {
		p->perf.value[READ_LATENCY] =
			max_of(p->perf.value[READ_LATENCY], cards[i].way.value[READ_LATENCY]);
		p->perf.value[WRITE_LATENCY] =
			max_of(p->perf.value[WRITE_LATENCY], cards[i].way.value[WRITE_LATENCY]);
		p->link_ps = max_of(p->link_ps, cards[i].link_ps);
	}
	return count && (shared_bandwidth(r, cards, count, &p->perf) ||
			 own_bandwidth(r, cards, count, &p->perf));
}

static void free_cards(struct card *cards)
{
	size_t i;

	for (i = 0; i < CXL_MAX_TARGETS; i++)
		free(cards[i].endpoint);
}

bool cxl_perf_read(const char *root, const char *region, const struct cxl_bridge *bridges,
		   size_t nr_bridges, struct cxl_perf *p)
{
	const struct reader r = { root, bridges, nr_bridges };
	struct card cards[CXL_MAX_TARGETS] = {};
	struct cxl_perf found = {};
	bool known = sum_up(&r, cards, read_cards(&r, region, cards), &found);

	free_cards(cards);
	if (known)
		*p = found;
	return known;
}

bool cxl_perf_of_cards(const char *root, char *const *endpoints, size_t count,
		       const struct cxl_bridge *bridges, size_t nr_bridges, struct cxl_perf *p)
{
	const struct reader r = { root, bridges, nr_bridges };
	struct card cards[CXL_MAX_TARGETS] = {};
	struct cxl_perf found = {};
	bool known = true;
	size_t i;

	for (i = 0; i < count && known; i++) {
		cards[i].endpoint = strdup(endpoints[i]);
		known = cards[i].endpoint && read_any_memory(&r, &cards[i]) &&
			walk_up(&r, &cards[i]);
	}
	known = known && sum_up(&r, cards, count, &found);
	free_cards(cards);
	if (known)
		*p = found;
	return known;
}
