// SPDX-License-Identifier: GPL-2.0-only
/* Policies as files: their notation, their size, and files that are not policies. */
#include "unit.h"

#include <time.h>
#include <unistd.h>

Test(policy_file, not_json)
{
	static const struct bad table[] = {
		{ "^", NULL, "error: the file is empty" },
		{ "^   \n \n", NULL, "error: the file is empty" },
		{ "^\xef\xbb\xbf{'version': 1, 'rules': []}", NULL,
		  "error: the file starts with a byte order mark; save it without" },
		{ "{'version': 1, 'rules': [],^}", NULL, "(no comma may stand before it)" },
		{ "{'version': 1, ^// one\n'rules': []}", NULL, "(JSON has no comments)" },
		{ "{^`version`: 1, 'rules': []}", NULL, "(strings need double quotation marks)" },
		{ "^version: 1\nrules: []\n", NULL,
		  "error: not JSON: invalid token near 'version'" }, /* YAML */
		{ "^---\n{}", NULL, "error: not JSON: invalid token near '-'" },
		{ "^%YAML 1.1\n", NULL, "error: not JSON: invalid token near '%'" },
		{ "{'version': 1, 'rules': []} ^{'version': 1, 'rules': []}", NULL,
		  "end of file expected near '{'" },
		{ "{'version': 1, 'rules': [^", NULL, "']' expected near end of file" },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[^[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", NULL,
		  "error: nested too deeply" },
		{ "{'version': 1, 'rules': [], 'description': '^\xe2\x80\xa8'}", NULL,
		  "error: the control character U+2028 is not allowed in a string" },
	};

	EXPECT_BAD(table);
}

/* JSON that libyaml does not read. */
Test(policy_file, not_yaml)
{
	static const struct bad table[] = {
		{ "{'version': 1, 'rules': [], 'description': 'a \\u^d83d\\ude00 b'}", NULL,
		  "error: write this character itself, not as a pair of escapes" },
		{ "{'version'\n ^: 1, 'rules': []}", NULL,
		  "error: a key and its ':' must be on one line, within 1024 characters" },
	};

	EXPECT_BAD(table);
}

Test(policy_file, long_key)
{
	static const struct expected unknown = {
		NULL, "error: unknown key \"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\"; known*"
	};
	static const struct expected long_one = {
		NULL, "error: a key and its ':' must be on one line, within 1024 characters"
	};
	char key[1201], text[1400];
	struct expected expected = unknown;
	char path[160];
	struct sample s;

	memset(key, 'k', 1200);
	key[1200] = 0;
	memset(path, 'k', sizeof(path));
	strcpy(path + sizeof(path) - 4, "...");
	expected.path = path;
	snprintf(text, sizeof(text), "{'version': 1, 'rules': [], ^'%.1000s': 1}", key);
	s = sample_new(text);
	expect_errors(&s, &expected);
	sample_free(&s);
	snprintf(text, sizeof(text), "{'version': 1, 'rules': [], '%s'^: 1}", key);
	s = sample_new(text);
	expect_errors(&s, &long_one);
	sample_free(&s);
}

/* An error in the last value is found in any layout of the text. */
Test(policy_file, layouts)
{
	static const struct bad table[] = {
		{ "{'version':1,'rules':^1}", "rules", "an array is expected here, not a number" },
		{ "{\n\t'version': 1,\n\t'rules': ^1\n}\n", "rules",
		  "an array is expected here, not a number" },
		{ "\t{\t'version'\t:\t1,\t'rules'\t:\t^1\t}\t", "rules",
		  "an array is expected here, not a number" },
		{ "{\r\n'version': 1,\r\n 'rules': ^1\r\n}\r\n", "rules",
		  "an array is expected here, not a number" },
		{ "{\r'version': 1,\r 'rules': ^1\r}\r", "rules",
		  "an array is expected here, not a number" },
		{ "{'description': '\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80', 'version': 1, 'rules': ^1}",
		  "rules", "an array is expected here, not a number" },
		{ "{'description': '\\u00e9 \\\\\\'', 'version': 1, 'rules': ^1}", "rules",
		  "an array is expected here, not a number" },
	};

	EXPECT_BAD(table);
}

/* Escaped output cannot be compared with the source. */
static void expect_output(const char *text, size_t length, const char *expected)
{
	struct policy *policy = NULL;
	int err;
	char *output = parse_text(text, length, &err, &policy);

	cr_expect_eq(err, -EBADMSG);
	cr_expect_null(policy);
	cr_expect_str_eq(output, expected);
	free(output);
}

Test(policy_file, bytes_that_are_no_text)
{
	expect_output("{\"version\":\n\0 1}", 16,
		      "p.json:2:1: error: a zero byte: the file is not text\n"
		      "    2 | \n      | ^\n");
	expect_output("{\n\"\xff\": 1}", 9,
		      "p.json:2:2: error: not UTF-8: unable to decode byte 0xff near '\"'\n"
		      "    2 | \"?\": 1}\n      |  ^\n");
	expect_output("{\"version\":1,\"rules\":[],\"\\u001b[31m\\n\":1}", 41,
		      "p.json:1:25: error: unknown key \"?[31m \"; known here: $schema, version, description, tiers, reference, tolerance, rules, default\n"
		      "    1 | {\"version\":1,\"rules\":[],\"\\u001b[31m\\n\":1}\n"
		      "      |                         ^~~~~~~~~~~~~~\n"
		      "      at ?[31m \n");
}

/* The text need not be an array of its own; only @length bytes of it count. */
Test(policy_file, length)
{
	struct policy *policy = NULL;
	int err;

	free(parse_text("{\"version\":1,\"rules\":[]}garbage", 24, &err, &policy));
	cr_expect_eq(err, 0);
	cr_assert(policy);
	cr_expect_eq(policy->source_bytes, 24);
	cr_expect_str_eq(policy->source, "{\"version\":1,\"rules\":[]}");
	policy_free(policy);
}

static double seconds_for(const char *text, size_t length, int expected)
{
	struct policy *policy = NULL;
	struct timespec from, to;
	int err;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	free(parse_text(text, length, &err, &policy));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	cr_expect_eq(err, expected);
	policy_free(policy);
	return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

/* The largest file there may be, filled so that each part of the program has the most to do. */
Test(policy_file, a_megabyte, .timeout = 300)
{
	static const struct {
		const char *head;
		const char *filling;
		const char *tail;
		int err;
	} table[] = {
		{ "{\"version\":1,\"rules\":[", " ", "]}", 0 },
		{ "{\"version\":1,\"rules\":[],\"description\":\"", "x", "\"}", 0 },
		{ "{\"version\":1,\"rules\":[", "\n", "]}", 0 },
		{ "{\"version\":1,\"rules\":[", "1,", "1]}", -EBADMSG },
		{ "{", "\"version\":1,", "\"rules\":[]}", -EBADMSG },
		{ "{", "\"x\":1,", "\"rules\":[]}", -EBADMSG },
		{ "{\"version\":1,\"rules\":[],\"tiers\":[", "\"a\",", "\"b\"]}", -EBADMSG },
		{ "{\"version\":1,\"rules\":[{\"match\":{", "\"node\":9999,", "\"cpu\":1}}]}",
		  -EBADMSG },
		{ "{\"version\":1,\"rules\":[{\"match\":{\"node\":\"", "1,", "1\"}}]}", -EBADMSG },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "1,", "1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
		  -EBADMSG },
		{ "", "[", "", -EBADMSG },
		{ "{", "\"x", "", -EBADMSG },
	};
	char *text = malloc(TIERBPF_MAX_POLICY_BYTES + 1);
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		char *end = stpcpy(text, table[i].head);
		size_t room =
			TIERBPF_MAX_POLICY_BYTES - strlen(table[i].head) - strlen(table[i].tail);

		for (n = room / strlen(table[i].filling); n; n--)
			end = stpcpy(end, table[i].filling);
		end = stpcpy(end, table[i].tail);
		cr_expect_lt(seconds_for(text, (size_t)(end - text), table[i].err), 10.0, "%.40s",
			     text);
	}
	free(text);
}

/* ---- policy_read() ---- */

Test(policy_file, read)
{
	static const char text[] = "{\"version\": 1, \"rules\": []}\n";
	char *dir = tmp_new(), *path = tmp_path(dir, "p.json");
	struct policy *policy = NULL;
	struct capture c;

	tmp_put(dir, "p.json", text, strlen(text));
	capture_start(&c);
	cr_expect_eq(policy_read(path, &policy), 0);
	capture_expect(&c, NULL);
	cr_assert(policy);
	cr_expect_str_eq(policy->source, text);
	policy_free(policy);
	free(path);
	tmp_remove(dir);
}

/* Errors bear the path that was given, and go to stderr. */
Test(policy_file, read_bad)
{
	char *dir = tmp_new(), *path = tmp_path(dir, "p.json"), *expected, *output;
	struct policy *policy = NULL;
	FILE *terminal = stderr;
	size_t size;

	tmp_put(dir, "p.json", "{\"version\": 1, \"rules\": 1}", 26);
	stderr = open_memstream(&output, &size);
	cr_expect_eq(policy_read(path, &policy), -EBADMSG);
	fclose(stderr);
	stderr = terminal;
	cr_assert_gt(asprintf(&expected,
			      "%s:1:25: error: an array is expected here, not a number\n", path),
		     0);
	cr_expect(!strncmp(output, expected, strlen(expected)), "%s", output);
	cr_expect_null(policy);
	free(expected);
	free(output);
	free(path);
	tmp_remove(dir);
}

Test(policy_file, read_too_large)
{
	char *dir = tmp_new(), *path = tmp_path(dir, "p.json");
	char *text = malloc(TIERBPF_MAX_POLICY_BYTES + 1);
	struct policy *policy = NULL;
	struct capture c;

	memset(text, ' ', TIERBPF_MAX_POLICY_BYTES + 1);
	tmp_put(dir, "p.json", text, TIERBPF_MAX_POLICY_BYTES + 1);
	capture_start(&c);
	cr_expect_eq(policy_read(path, &policy), -EBADMSG);
	capture_expect(&c, "p.json: larger than 1048576 bytes");
	cr_expect_null(policy);
	free(text);
	free(path);
	tmp_remove(dir);
}
