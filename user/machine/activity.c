// SPDX-License-Identifier: GPL-2.0-only
#include "machine/activity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/sysfs.h"

/* Demotion has a counter for each cause: kswapd, direct, khugepaged, and since 7.3 proactive. */
bool activity_parse(const char *vmstat, struct activity *a)
{
	bool demoted = false, promoted = false;
	const char *line, *end;

	*a = (struct activity){};
	for (line = vmstat; *line; line = end + (*end == '\n')) {
		char name[64];
		uint64_t count;

		end = line + strcspn(line, "\n");
		if (sscanf(line, "%63s %" SCNu64, name, &count) != 2)
			continue;
		if (!strncmp(name, "pgdemote_", strlen("pgdemote_"))) {
			a->demoted += count;
			demoted = true;
		} else if (!strcmp(name, "pgpromote_success")) {
			a->promoted = count;
			promoted = true;
		}
	}
	return demoted && promoted;
}

static bool read_nodes(const char *root, const struct machine *m, struct activities *a)
{
	int n;

	for (n = 0; n < m->nr_nodes; n++) {
		_cleanup_free_ char *text = NULL;

		if (!m->nodes[n].memory || sysfs_text(&text, root, SYSFS_NODES "/node%d/vmstat", n))
			continue; /* the node may have gone offline */
		if (!activity_parse(text, &a->nodes[n]))
			return false;
		a->total.demoted += a->nodes[n].demoted;
		a->total.promoted += a->nodes[n].promoted;
		a->source = ACTIVITY_NODES;
	}
	return a->source == ACTIVITY_NODES;
}

void activities_read(const char *root, const struct machine *m, struct activities *a)
{
	_cleanup_free_ char *text = NULL;
	struct timespec now;

	memset(a, 0, sizeof(*a));
	clock_gettime(CLOCK_MONOTONIC, &now);
	a->at = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	if (read_nodes(root, m, a))
		return;
	memset(a->nodes, 0, sizeof(a->nodes));
	a->source = ACTIVITY_UNKNOWN;
	if (!sysfs_text(&text, root, "/proc/vmstat") && activity_parse(text, &a->total))
		a->source = ACTIVITY_SYSTEM;
}

double activity_rate(uint64_t before, uint64_t now, double seconds)
{
	return now > before && seconds > 0 ? (double)(now - before) / seconds : 0;
}

const char *activity_source_name(enum activity_source source)
{
	switch (source) {
	case ACTIVITY_NODES:
		return "by node";
	case ACTIVITY_SYSTEM:
		return "for the whole system";
	case ACTIVITY_UNKNOWN:
		break;
	}
	return "not at all";
}
