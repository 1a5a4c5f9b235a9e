// SPDX-License-Identifier: GPL-2.0-only
#include "json/syntax.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "util/escape.h"
#include "json/pool.h"

#define MAX_DEPTH 32 /* levels of nesting; a policy needs 5 */

static struct place place_of(const char *text, size_t offset)
{
	struct place at = {};
	size_t i;

	for (i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			at.line++;
			at.column = 0;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("+-._", c));
}

static bool says(const json_error_t *error, const char *what)
{
	return !strncmp(error->text, what, strlen(what));
}

/* The start of the token whose last byte is @at. */
static size_t token_start(const char *text, size_t at)
{
	size_t start;

	while (at && ((unsigned char)text[at] & 0xc0) == 0x80) /* back to a character's first byte */
		at--;
	start = at;
	if (text[at] == '"') {
		while (start && (text[--start] != '"' || (start && text[start - 1] == '\\')))
			;
		return text[start] == '"' ? start : at;
	}
	while (start && is_word(text[start]) && is_word(text[start - 1]))
		start--;
	return start;
}

/* Finds the faulty token, since jansson only says how far it has read. */
static size_t find_culprit(const char *text, size_t length, const json_error_t *error)
{
	size_t read = error->position > 0 ? (size_t)error->position : 0;

	if (json_error_code(error) == json_error_premature_end_of_input) {
		while (length && isspace((unsigned char)text[length - 1]))
			length--;
		return length;
	}
	if (json_error_code(error) == json_error_invalid_utf8 || says(error, "control character") ||
	    says(error, "unexpected newline"))
		return read; /* jansson stopped before this byte */
	return read ? token_start(text, read - 1) : 0;
}

static bool is_json_word(const char *p)
{
	return !strncasecmp(p, "true", 4) || !strncasecmp(p, "false", 5) ||
	       !strncasecmp(p, "null", 4);
}

/* Hints for notations that other languages have and JSON does not, by the faulty token alone. */
static const char *hint_by_token(const char *p)
{
	if (*p == '/' || *p == '#')
		return " (JSON has no comments)";
	if (*p == '\'')
		return " (strings need double quotation marks)";
	if (!strncmp(p, "\xe2\x80", 2) && (unsigned char)p[2] >= 0x98 && (unsigned char)p[2] <= 0x9f)
		return " (strings need plain quotation marks)";
	if (*p == '0' && (p[1] == 'x' || p[1] == 'X'))
		return " (JSON has no hexadecimal numbers)";
	if (*p == '0' && isdigit((unsigned char)p[1]))
		return " (no number starts with 0 and another digit)";
	if (*p == '+')
		return " (no number starts with +)";
	if (is_json_word(p))
		return " (JSON has true, false and null)";
	return "";
}

/* Hints by the token that was expected and the character before the faulty one. */
static const char *hint(const char *text, size_t at, const json_error_t *error)
{
	size_t end = at;
	char before;

	while (end && isspace((unsigned char)text[end - 1]))
		end--;
	before = end ? text[end - 1] : 0;
	if (says(error, "unexpected newline"))
		return " (a string must end on its line)";
	if (says(error, "string or '}' expected") && isalpha((unsigned char)text[at]))
		return " (keys need double quotation marks)";
	if ((text[at] == ']' || text[at] == '}') && before == ',')
		return " (no comma may stand before it)";
	if ((says(error, "'}' expected") || says(error, "']' expected")) && text[at] &&
	    strchr("\"[{", text[at]))
		return " (is a comma missing before it?)";
	return hint_by_token(text + at);
}

static int explain(const char *text, size_t length, const json_error_t *error, struct diags *diags)
{
	size_t at = find_culprit(text, length, error);
	struct place place = place_of(text, at);

	switch (json_error_code(error)) {
	case json_error_out_of_memory:
		return -ENOMEM;
	case json_error_invalid_utf8:
		return diags_add(diags, place, NULL, "not UTF-8: %s", error->text);
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return diags_add(diags, place, NULL,
				 "a string must not contain the character U+0000");
	case json_error_stack_overflow:
		return diags_add(diags, place, NULL, "nested too deeply");
	case json_error_numeric_overflow:
		return diags_add(diags, place, NULL, "the number is too large");
	default:
		return diags_add(diags, place, NULL, "not JSON: %s%s", error->text,
				 hint(text, at, error));
	}
}

/*
 * Finds characters that JSON allows in strings, but that libyaml, which parses the text next,
 * rejects or takes as the end of a line. Returns the code point, 0 for any other character. The
 * 0 behind the text keeps the reads in bounds.
 */
#define UNFIT "\x7f\xc2\xe2\xef" /* the first bytes of these characters */
static unsigned int unfit(const unsigned char *p)
{
	if (p[0] == 0x7f)
		return 0x7f;
	if (p[0] == 0xc2 && p[1] < 0xa0)
		return p[1];
	if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9))
		return 0x2000U | (p[2] & 0x3fU);
	if (p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe)
		return 0xffc0U | (p[2] & 0x3fU);
	return 0;
}

static int check_characters(const char *text, size_t length, struct diags *diags)
{
	size_t i;

	for (i = strcspn(text, UNFIT); i < length; i += 1 + strcspn(text + i + 1, UNFIT)) {
		unsigned int code = unfit((const unsigned char *)text + i);

		if (code)
			return diags_add(diags, place_of(text, i), NULL,
					 escape_is_plain(code) ?
						 "write this character as an escape: \\u%04x" :
						 "the control character U+%04X is not allowed in a string",
					 code);
	}
	return 0;
}

/* Limits the nesting of valid JSON, since libyaml takes time for each level at each token. */
static int check_depth(const char *text, size_t length, struct diags *diags)
{
	bool inside = false; /* inside a string */
	int depth = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		if (inside && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			inside = !inside;
		else if (!inside && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
			return diags_add(diags, place_of(text, i), NULL, "nested too deeply");
		else if (!inside && (text[i] == ']' || text[i] == '}'))
			depth--;
	}
	return 0;
}

int syntax_check(const char *text, size_t length, struct diags *diags)
{
	const char *nul = memchr(text, 0, length);
	json_error_t error;
	bool good;

	if (nul)
		return diags_add(diags, place_of(text, (size_t)(nul - text)), NULL,
				 "a zero byte: the file is not text");
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		return diags_add(diags, (struct place){}, NULL,
				 "the file starts with a byte order mark; save it without");
	if (!text[strspn(text, " \t\r\n")])
		return diags_add(diags, (struct place){}, NULL, "the file is empty");
	pool_begin();
	/*
	 * Integers are decoded as reals: their range depends on the member, and is checked later.
	 */
	good = json_loadb(text, length, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &error);
	pool_end();
	if (!good)
		return explain(text, length, &error, diags);
	return check_characters(text, length, diags) ?: check_depth(text, length, diags);
}
