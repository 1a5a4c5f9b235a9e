// SPDX-License-Identifier: GPL-2.0-only
#include "unit-initial.h"

#include "plan/initial-policy.h"

struct first first_policy(struct machine *m)
{
	struct first f = { .machine = m };
	struct capture c;
	size_t size;
	FILE *out = open_memstream(&f.text, &size);

	capture_start(&c);
	cr_assert_eq(initial_policy_write(m, out), 0);
	fclose(c.stream);
	stderr = c.terminal;
	f.said = c.text;
	fclose(out);
	f.diags = (struct diags){ .file = "init", .text = f.text };
	cr_assert_eq(policy_parse(f.text, size, &f.diags, &f.policy), 0, "%s", f.text);
	cr_assert_eq(f.diags.count, 0, "%s", f.text);
	cr_assert_eq(policy_compile(f.policy, m, &f.compiled), 0);
	cr_assert_eq(plan_make(f.compiled, m, NULL, &f.plan), 0);
	return f;
}

void first_free(struct first *f)
{
	plan_free(f->plan);
	compiled_free(f->compiled);
	policy_free(f->policy);
	diags_free(&f->diags);
	machine_free(f->machine);
	free(f->text);
	free(f->said);
}
