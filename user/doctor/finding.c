// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/finding.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/escape.h"

void doctor_finds(struct doctor *d, const char *what, enum doctor_verdict verdict,
		  const char *wanted, const char *fix, const char *found, ...)
{
	struct finding *f;
	_cleanup_free_ char *text = NULL;
	va_list args;

	if (ARRAY_GROW(d->findings, d->count)) {
		d->full = true;
		return;
	}
	f = &d->findings[d->count];
	*f = (struct finding){
		.what = what,
		.verdict = verdict,
		.wanted = wanted,
	};
	if (verdict != DOCTOR_FINE && fix) {
		f->fix = strdup(fix);
		d->full |= !f->fix;
	}
	va_start(args, found);
	if (vasprintf(&text, found, args) < 0)
		text = NULL;
	va_end(args);
	/* The text may come from a file that anybody can write. */
	f->found = text ? escape_text(text) : NULL;
	if (f->found) {
		d->count++;
		return;
	}
	free(f->fix);
	d->full = true;
}

static void finding_free(struct finding *f)
{
	free(f->found);
	free(f->fix);
}

void doctor_free(struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		finding_free(&d->findings[i]);
	free(d->findings);
	*d = (struct doctor){ .root = d->root };
}

const char *doctor_verdict_name(enum doctor_verdict verdict)
{
	static const char *const names[] = {
		[DOCTOR_FINE] = "ok",
		[DOCTOR_UNKNOWN] = "unknown",
		[DOCTOR_ADVICE] = "advice",
		[DOCTOR_MISSING] = "missing",
	};

	return names[verdict];
}
