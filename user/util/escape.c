// SPDX-License-Identifier: GPL-2.0-only
#include "util/escape.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Surrogates and overlong forms are not valid UTF-8. */
static bool is_code(uint32_t code, size_t length)
{
	static const uint32_t first[] = { 0, 0, 0x80, 0x800, 0x10000 };

	return code >= first[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

size_t escape_decode(const char *p, const char *end, uint32_t *code)
{
	unsigned char c = (unsigned char)*p;
	size_t i, n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (!n || n > (size_t)(end - p))
		return 0;
	*code = n == 1 ? c : c & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if (!is_continuation(p[i]))
			return 0;
		*code = *code << 6 | ((unsigned char)p[i] & 0x3f);
	}
	return is_code(*code, n) ? n : 0;
}

bool escape_is_plain(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} odd[] = {
		{ 0x00, 0x1f }, /* C0 */
		{ 0x7f, 0x9f }, /* DEL, C1 */
		{ 0x061c, 0x061c }, /* a mark of direction, like 200e and 200f */
		{ 0x200e, 0x200f },
		{ 0x2028, 0x202e }, /* line and paragraph separators; embeddings and overrides */
		{ 0x2066, 0x2069 }, /* isolates of direction */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(odd); i++)
		if (code >= odd[i].first && code <= odd[i].last)
			return false;
	return true;
}

void escape_print(const char *text, FILE *out)
{
	const char *end = text + strlen(text);
	uint32_t code;

	while (text < end) {
		size_t n = escape_decode(text, end, &code);

		if (n && escape_is_plain(code))
			fwrite(text, 1, n, out);
		else if (n && code >= 0x80)
			fprintf(out, "\\u%04x", code);
		else
			fprintf(out, "\\x%02x", (unsigned char)*text);
		text += n ?: 1;
	}
}

char *escape_text(const char *text)
{
	char *escaped = NULL;
	size_t size;
	FILE *out = open_memstream(&escaped, &size);

	if (!out)
		return NULL;
	escape_print(text, out);
	if (!fclose(out))
		return escaped;
	free(escaped);
	return NULL;
}
