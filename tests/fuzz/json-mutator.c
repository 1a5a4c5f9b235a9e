// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes JSON into other JSON: it adds, removes and swaps values, keys and elements. libFuzzer's own
 * mutations hardly ever leave a policy that parses beyond its first bracket. They are still used one
 * time in four, and always if the text is not JSON.
 */
#include <jansson.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* The dictionary: words, numbers, and parts of a policy. */
static const char *const entries[] = {
#include "policy-words.h"
};

static uint64_t state;

/* 0..@n - 1, for @n > 0: xorshift (Marsaglia). */
static size_t random_below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state >> 16) % n;
}

static json_t *any_entry(void)
{
	json_t *value = NULL;

	while (!value)
		value = json_loads(entries[random_below(sizeof(entries) / sizeof(*entries))],
				   JSON_DECODE_ANY, NULL);
	return value;
}

static json_t *any_word(void)
{
	for (;;) {
		json_t *value = any_entry();

		if (json_is_string(value))
			return value;
		json_decref(value);
	}
}

/* ---- a place in the document ---- */

struct slot {
	json_t *in; /* array or object, not empty */
	size_t index;
	const char *key;
};

static json_t *get(const struct slot *s)
{
	return s->key ? json_object_get(s->in, s->key) : json_array_get(s->in, s->index);
}

static void set(const struct slot *s, json_t *value)
{
	if (s->key)
		json_object_set_new(s->in, s->key, value);
	else
		json_array_set_new(s->in, s->index, value);
}

static void drop(const struct slot *s)
{
	if (s->key)
		json_object_del(s->in, s->key);
	else
		json_array_remove(s->in, s->index);
}

static size_t size_of(const json_t *value)
{
	return json_is_object(value) ? json_object_size(value) : json_array_size(value);
}

static struct slot any_slot_of(json_t *in)
{
	struct slot s = { .in = in, .index = random_below(size_of(in)) };
	void *member;
	size_t i;

	if (json_is_object(in)) {
		member = json_object_iter(in);
		for (i = 0; i < s.index; i++)
			member = json_object_iter_next(in, member);
		s.key = json_object_iter_key(member);
	}
	return s;
}

/* Chooses a place, mostly deep inside. @root must not be empty. */
static struct slot any_slot(json_t *root)
{
	struct slot s = any_slot_of(root);

	while (size_of(get(&s)) && random_below(5))
		s = any_slot_of(get(&s));
	return s;
}

/* ---- changes ---- */

static json_t *copy_of_any(json_t *root)
{
	struct slot s = any_slot(root);

	return json_deep_copy(get(&s));
}

static void rename_key(const struct slot *s)
{
	json_t *value = json_incref(get(s)), *word = any_word();
	json_t *in = s->in;

	drop(s);
	json_object_set_new(in, json_string_value(word), value);
	json_decref(word);
}

static void add_beside(const struct slot *s, json_t *value)
{
	json_t *word;

	if (!s->key) {
		json_array_insert_new(s->in, s->index, value);
		return;
	}
	word = any_word();
	json_object_set_new(s->in, json_string_value(word), value);
	json_decref(word);
}

static json_t *nudged_string(const char *text)
{
	char buffer[100] = "";
	size_t length;

	strncpy(buffer, text, sizeof(buffer) - 1);
	length = LLVMFuzzerMutate((uint8_t *)buffer, strlen(buffer), sizeof(buffer) - 1);
	return json_stringn(buffer, length) ?: any_word(); /* not UTF-8 */
}

/* Computes unsigned, so that an overflow is defined. */
static json_int_t nudged_integer(json_int_t value)
{
	static const int factors[] = { -1, 0, 2, 3, 10, 1000 };

	if (random_below(2))
		return (json_int_t)((uint64_t)value + random_below(5) - 2);
	return (json_int_t)((uint64_t)value * (uint64_t)factors[random_below(6)]);
}

/* Returns a slightly changed copy of @value. */
static json_t *nudged(const json_t *value)
{
	static const double factors[] = { -1, 0, 0.1, 0.5, 0.99, 1.01, 2, 10 };

	if (json_is_string(value))
		return nudged_string(json_string_value(value));
	if (json_is_integer(value))
		return json_integer(nudged_integer(json_integer_value(value)));
	if (json_is_real(value))
		return json_real(json_real_value(value) * factors[random_below(8)]);
	return any_entry();
}

static void change(json_t *root)
{
	struct slot s;

	if (!size_of(root))
		return;
	s = any_slot(root);
	switch (random_below(8)) {
	case 0:
	case 1:
		return set(&s, any_entry());
	case 2:
		return set(&s, copy_of_any(root));
	case 3:
		return drop(&s);
	case 4:
		return add_beside(&s, any_entry());
	case 5:
		return add_beside(&s, copy_of_any(root));
	case 6:
		if (s.key)
			return rename_key(&s);
		/* fall through */
	default:
		return set(&s, nudged(get(&s)));
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	json_t *root = seed % 4 ? json_loadb((const char *)data, size, 0, NULL) : NULL;
	size_t changes, length = 0;

	state = seed * 0x9e3779b97f4a7c15 + 1;
	if (root) {
		for (changes = 1 + random_below(4); changes; changes--)
			change(root);
		length = json_dumpb(root, (char *)data, max_size,
				    JSON_INDENT(random_below(2)) | JSON_REAL_PRECISION(9));
		json_decref(root);
	}
	/* A text that did not fit has overwritten the old one. */
	return length && length <= max_size ? length : LLVMFuzzerMutate(data, size, max_size);
}
