// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests the fuzzing, not tierbpf: it reads beyond the end of an input that contains a word of the
 * dictionary. The fuzzer must find, report and keep such an input, or else its other runs would
 * prove nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static volatile uint8_t read_here;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char word[] = "write_bandwidth_mbps";
	size_t i;

	for (i = 0; i + sizeof(word) <= size + 1; i++)
		if (!memcmp(data + i, word, sizeof(word) - 1))
			read_here = data[size];
	return 0;
}
