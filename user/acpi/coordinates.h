/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access coordinates: how fast an initiator reaches a target (ACPI 6.5, 5.2.28; the
 * kernel's struct access_coordinate). HMAT, CDAT, sysfs and a measurement each give some.
 */
#ifndef COORDINATES_H
#define COORDINATES_H

#include <stdint.h>

#include "util/nodeset.h"

/* Latency in ns, bandwidth in MB/s; 0: not known. */
struct perf {
	int64_t read_latency;
	int64_t write_latency;
	int64_t read_bandwidth;
	int64_t write_bandwidth;
};

/* ACPI's access classes as the kernel has them: the best initiator of any kind, the best with CPUs. */
enum access_class { CLASS_ANY, CLASS_CPU, NR_CLASSES };

struct access {
	struct perf perf;
	struct nodeset initiators; /* the nearest nodes */
};

#endif
