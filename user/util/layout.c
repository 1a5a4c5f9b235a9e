// SPDX-License-Identifier: GPL-2.0-only
#include "util/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static int find(const struct column *columns, size_t count, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strncasecmp(columns[i].name, name, length) && !columns[i].name[length])
			return (int)i;
	return -1;
}

int layout_choose(struct layout *l, const struct column *columns, size_t count, const char *list,
		  const char **bad)
{
	const char *name = list + (*list == '+');

	if (*list != '+')
		l->nr_chosen = 0;
	for (;; name++) {
		size_t length = strcspn(name, ",");
		int i = find(columns, count, name, length);

		*bad = name;
		if (i < 0)
			return -EINVAL;
		if (l->nr_chosen == MAX_CHOSEN)
			return -E2BIG;
		l->chosen[l->nr_chosen++] = (size_t)i;
		name += length;
		if (!*name)
			return 0;
	}
}

int layout_sort(struct layout *l, const struct column *columns, size_t count, const char *name)
{
	l->descending = *name == '-';
	name += l->descending;
	l->sort = find(columns, count, name, strlen(name));
	return l->sort < 0 ? -EINVAL : 0;
}

bool layout_has(const struct layout *l, size_t column)
{
	size_t i;

	for (i = 0; i < l->nr_chosen; i++)
		if (l->chosen[i] == column)
			return true;
	return l->sort >= 0 && (size_t)l->sort == column;
}

bool terminal_obeys(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

bool colors_wanted(void)
{
	const char *no_color = getenv("NO_COLOR");

	/* NO_COLOR counts if it is present and not empty: https://no-color.org */
	return terminal_obeys() && !(no_color && *no_color);
}

static int compare(struct libscols_cell *a, struct libscols_cell *b, void *layout)
{
	const int64_t *x = scols_cell_get_userdata(a), *y = scols_cell_get_userdata(b);
	const struct layout *l = layout;
	int order;

	if (x && y)
		order = (*x > *y) - (*x < *y);
	else
		order = scols_cmpstr_cells(a, b, NULL);
	return l->descending ? -order : order;
}

static int add_column(struct libscols_table *t, const struct column *c, int flags)
{
	return scols_table_new_column(t, c->name, 0, c->flags | flags) ? 0 : -ENOMEM;
}

static int add_cell(struct libscols_line *line, size_t i, const struct column *column,
		    const struct cell *c, const struct layout *l)
{
	struct libscols_cell *cell = scols_line_get_cell(line, i);
	int err = cell ? scols_cell_set_data(cell, c->text) : -ENOMEM;

	if (column->number)
		err = err ?: scols_cell_set_userdata(cell, (void *)&c->key);
	if (l->colors && c->color)
		err = err ?: scols_cell_set_color(cell, c->color);
	return err;
}

static int add_line(struct libscols_table *t, const struct layout *l, const struct column *columns,
		    const struct cell *cells)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);
	int err = line ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < l->nr_chosen; i++)
		err = add_cell(line, i, &columns[l->chosen[i]], &cells[l->chosen[i]], l);
	if (l->sort >= 0) /* the column to sort by is added once more, last and hidden */
		err = err ?: add_cell(line, i, &columns[l->sort], &cells[l->sort], l);
	return err;
}

static int sort(struct libscols_table *t, const struct layout *l)
{
	struct libscols_column *by = scols_table_get_column(t, l->nr_chosen);

	return scols_column_set_cmpfunc(by, compare, (void *)l) ?: scols_sort_table(t, by);
}

int layout_print(const struct layout *l, const struct column *columns, size_t count,
		 const struct cell *cells, size_t lines, FILE *out)
{
	struct libscols_table *t = scols_new_table();
	int err = t ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < l->nr_chosen; i++)
		err = add_column(t, &columns[l->chosen[i]], 0);
	if (l->sort >= 0)
		err = err ?: add_column(t, &columns[l->sort], SCOLS_FL_HIDDEN);
	for (i = 0; !err && i < lines; i++)
		err = add_line(t, l, columns, cells + i * count);
	if (!err && l->sort >= 0)
		err = sort(t, l);
	if (!err) {
		/* Lines too long for the terminal wrap instead of being cut off. */
		scols_table_set_termforce(t, SCOLS_TERMFORCE_NEVER);
		scols_table_enable_raw(t, l->raw);
		scols_table_enable_noheadings(t, l->noheadings);
		scols_table_enable_colors(t, l->colors);
	}
	return columns_print(t, err, out);
}
