// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/pcie-link.h"

#include <linux/pci_regs.h>
#include <string.h>

#include "acpi/table.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define BITS_PER_BYTE 8
#define MEGA 1000000
#define CONFIG_MAX 4096
#define LNKSTA2_FLIT 0x0400 /* PCI_EXP_LNKSTA2_FLIT; headers older than 6.16 lack it */

/* The speeds that Linux knows, and what remains of each after encoding: PCIE_SPEED2MBS_ENC(). */
static const struct {
	uint32_t mbps;
	uint32_t encoded;
} speeds[] = {
	{ 2500, 2500 * 8 / 10 },      { 5000, 5000 * 8 / 10 },	    { 8000, 8000 * 128 / 130 },
	{ 16000, 16000 * 128 / 130 }, { 32000, 32000 * 128 / 130 }, { 64000, 64000 },
};

static uint32_t encoded_mbps(uint32_t mbps)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(speeds); i++)
		if (speeds[i].mbps == mbps)
			return speeds[i].encoded;
	return 0;
}

/* Parses "32.0 GT/s PCIe", which pci_speed_string() has written. */
static uint32_t read_speed(const char *root, const char *device)
{
	_cleanup_free_ char *text = NULL;
	unsigned int whole, tenths;

	if (sysfs_text(&text, root, "%s/current_link_speed", device) ||
	    sscanf(text, "%3u.%1u GT/s", &whole, &tenths) != 2)
		return 0;
	return whole * 1000 + tenths * 100;
}

/*
 * The offset of the PCI Express capability; 0: none. The number of steps is limited, since a
 * faulty list may be a ring.
 */
static size_t find_express(const struct acpi_table *config)
{
	size_t at = acpi_u16(config, PCI_CAPABILITY_LIST) & 0xfc;
	int i;

	if (!(acpi_u16(config, PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	for (i = 0; i < 48 && at >= PCI_STD_HEADER_SIZEOF; i++) {
		uint16_t header = acpi_u16(config, at);

		if ((header & 0xff) == PCI_CAP_ID_EXP)
			return at;
		at = (header >> 8) & 0xfc;
	}
	return 0;
}

/* Only root can read this part of the config space. At 64 GT/s all links use flits of 256 bytes. */
static bool has_flits(const char *root, const char *device, uint32_t mbps)
{
	_cleanup_free_ char *path = NULL, *bytes = NULL;
	struct acpi_table config = {};
	size_t at = 0;

	if (asprintf(&path, "%s/config", device) < 0) {
		path = NULL;
		return false;
	}
	if (!sysfs_bytes(root, path, CONFIG_MAX, &bytes, &config.length)) {
		config.bytes = (uint8_t *)bytes;
		at = find_express(&config);
	}
	return at ? acpi_u16(&config, at + PCI_EXP_LNKSTA2) & LNKSTA2_FLIT : mbps >= 64000;
}

bool pcie_link_read(const char *root, const char *device, struct pcie_link *link)
{
	uint32_t mbps = read_speed(root, device);
	uint64_t width;

	if (!encoded_mbps(mbps) ||
	    !sysfs_number(&width, 10, root, "%s/current_link_width", device) || !width || width > 63)
		return false;
	*link = (struct pcie_link){
		.mbps = mbps,
		.width = (uint32_t)width,
		.flit = has_flits(root, device, mbps),
	};
	return true;
}

int64_t pcie_link_bandwidth(const struct pcie_link *link)
{
	return link->mbps * link->width / BITS_PER_BYTE;
}

static int64_t flit_ps(const struct pcie_link *link, int64_t mb_per_s)
{
	return (link->flit ? 256 : 68) * (int64_t)MEGA / mb_per_s;
}

int64_t pcie_link_latency_ps(const struct pcie_link *link)
{
	return flit_ps(link, pcie_link_bandwidth(link));
}

int64_t pcie_link_latency_ps_6_12(const struct pcie_link *link)
{
	return flit_ps(link, link->mbps / BITS_PER_BYTE);
}

int64_t pcie_bandwidth_available(const char *root, const char *device)
{
	_cleanup_free_ char *path = strdup(device);
	struct pcie_link link;
	int64_t mbps, least = 0;
	char *slash;

	/* The directory of a device is inside that of the port that it is plugged into. */
	while (path && pcie_link_read(root, path, &link)) {
		mbps = link.width * encoded_mbps(link.mbps);
		if (!least || mbps < least)
			least = mbps;
		slash = strrchr(path, '/');
		if (!slash)
			break;
		*slash = 0;
	}
	return least / BITS_PER_BYTE;
}
