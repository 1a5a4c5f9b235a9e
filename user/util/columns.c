// SPDX-License-Identifier: GPL-2.0-only
#include "util/columns.h"

#include <errno.h>
#include <stdlib.h>

#include "util/escape.h"
#include "util/msg.h"

struct libscols_table *columns_new(const struct column *columns, size_t count)
{
	struct libscols_table *t = scols_new_table();
	size_t i;

	/* Cells are escaped already; libsmartcols would escape their backslashes again. */
	if (t)
		scols_table_enable_noencoding(t, 1);
	for (i = 0; t && i < count; i++) {
		if (scols_table_new_column(t, columns[i].name, 0, columns[i].flags))
			continue;
		scols_unref_table(t);
		t = NULL;
	}
	return t;
}

int columns_add(struct libscols_table *t, const char *const *cells)
{
	struct libscols_line *line = t ? scols_table_new_line(t, NULL) : NULL;
	size_t i;

	if (!line)
		return -ENOMEM;
	for (i = 0; i < scols_table_get_ncols(t); i++) {
		char *cell = cells[i] ? escape_text(cells[i]) : NULL;

		if ((cells[i] && !cell) || scols_line_refer_data(line, i, cell)) {
			free(cell);
			return -ENOMEM;
		}
	}
	return 0;
}

int columns_print(struct libscols_table *t, int err, FILE *out)
{
	if (!t)
		err = -ENOMEM;
	if (!err) {
		scols_table_set_stream(t, out);
		err = scols_print_table(t);
	}
	scols_unref_table(t);
	return err ? fail(err, "the table cannot be printed") : 0;
}

void json_print(json_t *json, FILE *out)
{
	json_dumpf(json, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(json);
}
