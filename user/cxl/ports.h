/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tree of CXL ports in sysfs, from a region's cards up to the host bridges. A path
 * is one below the machine's root, without links; the caller frees what is returned.
 *
 *	/sys/bus/cxl/devices/regionN/targetI	decoderX.Y, of the card at place I
 *	/sys/bus/cxl/devices/decoderX.Y -> …/root0/portA/portB/endpointX/decoderX.Y
 *	…/endpointX/uport -> …/memN, the card; its parent is the PCI device
 *	…/endpointX/parent_dport -> the PCI device of the port that it is plugged into
 *	…/portB/uport, parent_dport, dportN	the same of a switch; dport N is one of its own
 *	…/portA/parent_dport -> the host bridge
 */
#ifndef CXL_TREE_H
#define CXL_TREE_H

#include <stdbool.h>
#include <stdint.h>

#define CXL_DEVICES "/sys/bus/cxl/devices"
#define CXL_MAX_TARGETS 16 /* CXL_DECODER_MAX_INTERLEAVE (drivers/cxl/cxl.h) */

/* The region of that name; NULL. */
char *cxl_region(const char *root, const char *name);

/* The endpoint decoder of card @place in @region's interleave; *more: the region has such a place. NULL. */
char *cxl_target(const char *root, const char *region, int place, bool *more);

/* Where link @name of directory @device leads; NULL. */
char *cxl_link(const char *root, const char *device, const char *name);

/* The directory that @path is in; NULL. */
char *cxl_parent(const char *path);

/* The serial number of the card that is @endpoint. */
bool cxl_serial(const char *root, const char *endpoint, uint64_t *serial);

/* True for …/rootN, above the host bridges; for …/endpointN, a card. */
bool cxl_is_root(const char *port);
bool cxl_is_endpoint(const char *port);

#endif
