/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks the tree of CXL ports in sysfs, from a region's cards up to the host bridges. All paths
 * are relative to the machine's root, with links resolved; the caller frees those returned.
 *
 *	/sys/bus/cxl/devices/regionN/targetI	decoderX.Y of the card at position I
 *	/sys/bus/cxl/devices/decoderX.Y -> …/root0/portA/portB/endpointX/decoderX.Y
 *	…/endpointX/uport -> …/memN, the card; its parent is the PCI device
 *	…/endpointX/parent_dport -> the PCI device of the port that the card is plugged into
 *	…/portB/uport, parent_dport	the same for a switch; dportN are its downstream ports
 *	…/portA/parent_dport -> the host bridge
 */
#ifndef CXL_TREE_H
#define CXL_TREE_H

#include <stdbool.h>
#include <stdint.h>

#define CXL_DEVICES "/sys/bus/cxl/devices"
#define CXL_MAX_TARGETS 16 /* CXL_DECODER_MAX_INTERLEAVE (drivers/cxl/cxl.h) */

/* The directory of the region called @name; NULL: there is none. */
char *cxl_region(const char *root, const char *name);

/*
 * The endpoint decoder of the card at position @place in @region's interleave; NULL: not known.
 * *more is false if the region has no such position.
 */
char *cxl_target(const char *root, const char *region, int place, bool *more);

/* The target of link @name in directory @device; NULL: there is none. */
char *cxl_link(const char *root, const char *device, const char *name);

/* The directory that contains @path; NULL: there is none. */
char *cxl_parent(const char *path);

/* Reads the serial number of the card of @endpoint. False: not known. */
bool cxl_serial(const char *root, const char *endpoint, uint64_t *serial);

/* True if @port is …/rootN, above the host bridges; if it is …/endpointN, a card. */
bool cxl_is_root(const char *port);
bool cxl_is_endpoint(const char *port);

#endif
