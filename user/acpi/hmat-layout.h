/* SPDX-License-Identifier: GPL-2.0-only */
/* The layout of HMAT (ACPI 6.5, 5.2.28): types of structures, and offsets of fields in bytes. */
#ifndef HMAT_LAYOUT_H
#define HMAT_LAYOUT_H

enum hmat_structure { HMAT_MEMORY, HMAT_LOCALITY, HMAT_CACHE, NR_HMAT_STRUCTURES };

enum {
	HMAT_HEADER = 40, /* length of the table's header, with 4 reserved bytes */

	/* the header of every structure */
	HMAT_TYPE = 0, /* u16 */
	HMAT_LENGTH = 4, /* u32 */
	HMAT_STRUCTURE_HEADER = 8,

	/* 5.2.28.3, Memory Proximity Domain Attributes */
	MEMORY_FLAGS = 8, /* u16 */
	MEMORY_INITIATOR = 12, /* u32 */
	MEMORY_PXM = 16, /* u32 */
	MEMORY_LENGTH = 40, /* of the whole structure */

	/* 5.2.28.4, System Locality Latency and Bandwidth Information */
	LOCALITY_FLAGS = 8, /* u8 */
	LOCALITY_DATA_TYPE = 9, /* u8, enum hmat_type */
	LOCALITY_INITIATORS = 12, /* u32, their number; the list of them follows the structure */
	LOCALITY_TARGETS = 16, /* u32, their number; then their list, and entries by initiator */
	LOCALITY_BASE = 24, /* u64 */
	LOCALITY_LENGTH = 32, /* of the structure, without lists and entries */
	LOCALITY_DOMAIN = 4, /* the size of a domain in a list */
	LOCALITY_ENTRY = 2, /* the size of an entry */

	/* 5.2.28.5, Memory Side Cache Information */
	CACHE_PXM = 8, /* u32 */
	CACHE_SIZE = 16, /* u64 */
	CACHE_ATTRIBUTES = 24, /* u32 */
	CACHE_ADDRESS_MODE = 28, /* u16 */
	CACHE_LENGTH = 32, /* of the structure, without SMBIOS handles */
};

#endif
