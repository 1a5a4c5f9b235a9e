/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers with a unit: 300, "300ns", "16GiB", "20GB/s", 1.5. */
#ifndef QUANTITY_H
#define QUANTITY_H

#include "json/doc.h"

struct unit_suffix {
	const char *text;
	long double factor; /* converts to the unit of the quantity */
};

/* A kind of quantity and the unit in which its values are stored. */
struct unit {
	const char *example;	     /* shown in messages */
	int64_t min, max;	  /* in that unit */
	const struct unit_suffix *suffixes; /* NULL: plain numbers only */
	bool fraction; /* fractions are allowed; values, min and max are in millionths */
	const char *name; /* of the unit, " ns"; NULL: none */
};

extern const struct unit unit_bytes;
extern const struct unit unit_ns;	  /* latency */
extern const struct unit unit_mbps;   /* bandwidth, MB/s of 10^6 bytes */
extern const struct unit unit_ratio;   /* millionths */
extern const struct unit unit_distance; /* SLIT */
extern const struct unit unit_adistance;	 /* any int, as in the kernel */
extern const struct unit unit_number;
extern const struct unit unit_scale;   /* millionths, not 0 */
extern const struct unit unit_tolerance;	 /* millionths */

/*
 * Reads a number, or a string with a number and a unit, and rounds it to the unit of @u. 0 and
 * *value, or value_error() with a message that says what is expected.
 */
int quantity_read(const struct value *v, const struct unit *u, int64_t *value);

/*
 * Reads the size in an option: bytes, or a number with a unit of unit_bytes or with K, M, G or T, the
 * powers of 1024 that QEMU calls so. False: it is none, or above INT64_MAX.
 */
bool quantity_bytes(const char *text, int64_t *bytes);

#endif
