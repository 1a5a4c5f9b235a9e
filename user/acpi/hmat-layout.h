/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in an HMAT its fields are (ACPI 6.5, 5.2.28): its structures by type, with offsets in bytes. */
#ifndef HMAT_LAYOUT_H
#define HMAT_LAYOUT_H

enum hmat_structure { HMAT_MEMORY, HMAT_LOCALITY, HMAT_CACHE, NR_HMAT_STRUCTURES };

enum {
	HMAT_HEADER = 40, /* of the table, 4 reserved bytes included */

	/* every structure */
	HMAT_TYPE = 0, /* u16 */
	HMAT_LENGTH = 4, /* u32 */
	HMAT_STRUCTURE_HEADER = 8,

	/* 5.2.28.3, Memory Proximity Domain Attributes */
	MEMORY_FLAGS = 8, /* u16 */
	MEMORY_INITIATOR = 12, /* u32 */
	MEMORY_PXM = 16, /* u32 */
	MEMORY_LENGTH = 40, /* of the structure, as the next two */

	/* 5.2.28.4, System Locality Latency and Bandwidth Information */
	LOCALITY_FLAGS = 8, /* u8 */
	LOCALITY_DATA_TYPE = 9, /* u8, enum hmat_type */
	LOCALITY_INITIATORS = 12, /* u32, how many; their list is the first behind the structure */
	LOCALITY_TARGETS = 16, /* u32, the same; then come the entries, a row for each initiator */
	LOCALITY_BASE = 24, /* u64 */
	LOCALITY_LENGTH = 32, /* without lists and entries */
	LOCALITY_DOMAIN = 4, /* the size of one in a list */
	LOCALITY_ENTRY = 2,

	/* 5.2.28.5, Memory Side Cache Information */
	CACHE_PXM = 8, /* u32 */
	CACHE_SIZE = 16, /* u64 */
	CACHE_ATTRIBUTES = 24, /* u32 */
	CACHE_ADDRESS_MODE = 28, /* u16 */
	CACHE_LENGTH = 32, /* without SMBIOS handles */
};

#endif
