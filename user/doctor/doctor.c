// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/cleanup.h"
#include "util/escape.h"
#include "util/msg.h"

void doctor_finds(struct doctor *d, const char *what, enum verdict verdict, const char *wanted,
		  const char *cure, const char *found, ...)
{
	struct finding *list = reallocarray(d->findings, d->count + 1, sizeof(*list));
	struct finding *f;
	_cleanup_free_ char *text = NULL;
	va_list args;

	if (!list) {
		d->full = true;
		return;
	}
	d->findings = list;
	f = &list[d->count];
	*f = (struct finding){
		.what = what,
		.verdict = verdict,
		.wanted = wanted,
		.cure = verdict == VERDICT_FINE ? NULL : cure,
	};
	va_start(args, found);
	if (vasprintf(&text, found, args) < 0)
		text = NULL;
	va_end(args);
	/* The text may come from a file that anybody can write. */
	f->found = text ? escape_text(text) : NULL;
	if (f->found)
		d->count++;
	else
		d->full = true;
}

int doctor_look(struct doctor *d)
{
	doctor_look_at_kernel(d);
	doctor_look_at_machine(d);
	return d->full ? fail(-ENOMEM, "out of memory") : 0;
}

void doctor_free(struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		free(d->findings[i].found);
	free(d->findings);
	*d = (struct doctor){ .root = d->root };
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_FINE] = "ok",
		[VERDICT_UNKNOWN] = "unknown",
		[VERDICT_ADVICE] = "advice",
		[VERDICT_MISSING] = "missing",
	};

	return names[verdict];
}
