/* SPDX-License-Identifier: GPL-2.0-only */
/* The links of PCI Express devices, as sysfs shows them, and how fast data get over them. */
#ifndef PCIE_LINK_H
#define PCIE_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* The link that a device has upwards, or a downstream port downwards. */
struct pcie_link {
	uint32_t mbps; /* of one lane, raw: 32000 for 32 GT/s */
	uint32_t width; /* lanes */
	bool flit; /* flits of 256 bytes, not of 68 */
};

/* Of the device in directory @device below @root. False: it has no link, or none that is known. */
bool pcie_link_read(const char *root, const char *device, struct pcie_link *link);

/* MB/s, without what the encoding takes: pcie_link_bandwidth_mbps() / 8 (drivers/pci/pci.c, 7.3). */
int64_t pcie_link_bandwidth(const struct pcie_link *link);

/* How long a flit takes, in ps: cxl_pci_get_latency() (drivers/cxl/core/pci.c, 7.3). */
int64_t pcie_link_latency_ps(const struct pcie_link *link);

/*
 * The same as 6.12 computes it, of one lane only, and then takes it for ns: add_latency()
 * (drivers/cxl/core/port.c) there is without 7.3's division by 1000.
 */
int64_t pcie_link_latency_ps_6_12(const struct pcie_link *link);

/*
 * MB/s that all links from @device up to the root port leave, less what the encoding takes:
 * pcie_bandwidth_available() / 8. 0: not known.
 */
int64_t pcie_bandwidth_available(const char *root, const char *device);

#endif
