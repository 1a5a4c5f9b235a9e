// SPDX-License-Identifier: GPL-2.0-only
#include "show/overrides.h"

void override_print_waiting(const struct tierbpf_override *o, FILE *out)
{
	fprintf(out,
		"override: node %u has no memory now; adistance %d takes effect when it gets some\n",
		o->node, o->adistance);
}

json_t *override_json(const struct tierbpf_override *o, bool memory)
{
	return json_pack("{s:I, s:i, s:b}", "node", (json_int_t)o->node, "adistance", o->adistance,
			 "memory", memory);
}
