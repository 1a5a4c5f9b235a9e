/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the links of PCI Express devices from sysfs, and computes their latency and bandwidth. */
#ifndef PCIE_LINK_H
#define PCIE_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* The upstream link of a device, or the downstream link of a downstream port. */
struct pcie_link {
	uint32_t mbps; /* raw speed of one lane in Mbit/s: 32000 for 32 GT/s */
	uint32_t width; /* lanes */
	bool flit; /* uses flits of 256 bytes instead of 68 */
};

/*
 * Reads the link of the device in directory @device below @root. False: it has no link, or sysfs
 * does not show it.
 */
bool pcie_link_read(const char *root, const char *device, struct pcie_link *link);

/*
 * Bandwidth in MB/s, less the overhead of the encoding: pcie_link_bandwidth_mbps() / 8
 * (drivers/pci/pci.c, 7.3).
 */
int64_t pcie_link_bandwidth(const struct pcie_link *link);

/* Time to transfer a flit, in ps: cxl_pci_get_latency() (drivers/cxl/core/pci.c, 7.3). */
int64_t pcie_link_latency_ps(const struct pcie_link *link);

/*
 * Time to transfer a flit, in ps, as Linux 6.12 computes it: for one lane only. 6.12 then adds
 * it as if it were ns, since its add_latency() (drivers/cxl/core/port.c) lacks the division by
 * 1000 that 7.3 has.
 */
int64_t pcie_link_latency_ps_6_12(const struct pcie_link *link);

/*
 * The lowest bandwidth of all links from @device up to the root port, in MB/s, less the overhead
 * of the encoding: pcie_bandwidth_available() / 8. 0: not known.
 */
int64_t pcie_bandwidth_available(const char *root, const char *device);

#endif
