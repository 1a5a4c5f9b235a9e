// SPDX-License-Identifier: GPL-2.0-only
/*
 * Not a test of tierbpf but of the fuzzing: it reads behind the end of its
 * input where that holds a word of the dictionary, which has to be found, told
 * and kept, or else a run of the others without a find would mean nothing.
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
