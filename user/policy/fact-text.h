/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes facts and tests of facts as text, in the words of the policy language. */
#ifndef FACT_TEXT_H
#define FACT_TEXT_H

#include <jansson.h>
#include <stddef.h>
#include <tierbpf/abi.h>

#include "json/quantity.h"

/* The form of a fact's value, a column of fact-table.h. */
enum fact_form {
	FACT_NUMBER,
	FACT_NODES,
	FACT_DOMAINS,
	FACT_YES_NO,
	FACT_KIND,
	FACT_BYTES,
	FACT_NS,
	FACT_MBPS,
	FACT_RATIO,
	FACT_DISTANCE,
	FACT_ADISTANCE,
	FACT_SERIAL,
	FACT_DRIVER,
};

enum fact_form fact_form(__u32 fact);

/* The unit of ranges of this fact in rules; NULL: rules give no ranges of it. */
const struct unit *fact_unit(__u32 fact);

/* The name of a fact, for people: "read_latency_ns", "the adistance from hmat". */
const char *fact_name(__u32 fact);

/*
 * The key of a fact in JSON output, "hmat_adistance"; and its value: kinds and drivers by name, ratios as
 * numbers.
 */
const char *fact_key(__u32 fact);
json_t *fact_json(__u32 fact, __s64 value);

/* The source that a fact would come from: "HMAT or CDAT; sysfs: nodeN/access1/initiators". */
const char *fact_wanted_from(__u32 fact);

/* Writes a value with its unit: "20 ns", "16 GiB", "yes". Returns @buffer. */
const char *fact_text(__u32 fact, __s64 value, char *buffer, size_t size);

/*
 * Writes the values that the @count tests of a predicate accept: "at least 300 ns", "0-1,3".
 * Returns @buffer.
 */
const char *fact_tests_text(const struct tierbpf_test *tests, size_t count, char *buffer,
			    size_t size);

#endif
