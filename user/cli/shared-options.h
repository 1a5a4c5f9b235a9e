/* SPDX-License-Identifier: GPL-2.0-only */
/* Options that several verbs take. Each is described and parsed once, as a child of the verb's argp. */
#ifndef SHARED_OPTIONS_H
#define SHARED_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

/* Their values; all zero if none was given. */
struct shared_options {
	const char *measured; /* a file of tierbpf measure, or NULL */
	const char *output; /* the file to write, or NULL */
	const char *sysroot; /* a captured machine; NULL: the running one */
	bool force; /* replace @output */
	bool json;
};

/* For the list of a verb's children; OUTPUT_OPTIONS are --output and --force. */
#define JSON_OPTION { &json_option_argp, 0, NULL, 0 }
#define MEASURED_OPTION { &measured_option_argp, 0, NULL, 0 }
#define OUTPUT_OPTIONS { &output_options_argp, 0, NULL, 0 }
#define SYSROOT_OPTION { &sysroot_option_argp, 0, NULL, 0 }

extern const struct argp json_option_argp, measured_option_argp, output_options_argp,
	sysroot_option_argp;

/* The children parse into @shared. To be called at ARGP_KEY_INIT, with the verb's own list of them. */
void share_options(struct shared_options *shared, const struct argp_child *children,
		   struct argp_state *state);

/* The directory to read the machine from. */
static inline const char *shared_root(const struct shared_options *shared)
{
	return shared->sysroot ? shared->sysroot : "";
}

#endif
