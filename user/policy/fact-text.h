/* SPDX-License-Identifier: GPL-2.0-only */
/* Facts and what is asked of them, in the words of the policy language. */
#ifndef FACT_TEXT_H
#define FACT_TEXT_H

#include <jansson.h>
#include <stddef.h>
#include <tierbpf/abi.h>

#include "json/quantity.h"

/* What the value of a fact is, as fact-table.h says. */
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
};

enum fact_form fact_form(__u32 fact);

/* The unit in which rules give ranges of it; NULL: they give no ranges. */
const struct unit *fact_unit(__u32 fact);

/* "read_latency_ns"; "the adistance from hmat". */
const char *fact_name(__u32 fact);

/* The same in one word, for programs: "hmat_adistance"; and its value: kinds by name, ratios as they are. */
const char *fact_key(__u32 fact);
json_t *fact_json(__u32 fact, __s64 value);

/* Where it would come from: "HMAT, in sysfs as access1". */
const char *fact_wanted_from(__u32 fact);

/* "20 ns", "16 GiB", "yes". Returns @buffer. */
const char *fact_text(__u32 fact, __s64 value, char *buffer, size_t size);

/* What @count tests of one predicate want: "300 ns or more", "0-1 or 3". Returns @buffer. */
const char *fact_tests_text(const struct tierbpf_test *tests, size_t count, char *buffer,
			    size_t size);

#endif
