// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <string.h>
#include <tierbpf/adistance.h>
#include <time.h>

#include "cleanup.h"
#include "cmd.h"
#include "columns.h"
#include "engine.h"
#include "machine.h"
#include "msg.h"
#include "pins.h"
#include "report.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key != 'j')
		return ARGP_ERR_UNKNOWN;
	*(int *)state->input = 1;
	return 0;
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print as JSON", 0 },
	{},
};

static const struct argp argp = {
	options, parse, NULL,
	"Shows the policy in force, and for each node its tier, its adistance and who decided. "
	"Exit status 7 if the kernel has a node elsewhere (TIER shows both, as is!=wanted).",
	NULL, NULL, NULL
};

/* The kernel switches without which tiers do nothing. */
struct switches {
	bool demotion;
	int numa_balancing; /* bit 1: promotion */
};

static void read_word(const char *path, char *word, size_t size)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");

	*word = 0;
	if (f && fgets(word, (int)size, f))
		word[strcspn(word, "\n")] = 0;
}

static struct switches read_switches(void)
{
	struct switches s = {};
	char word[32];

	read_word("/sys/kernel/mm/numa/demotion_enabled", word, sizeof(word));
	s.demotion = !strcmp(word, "true");
	read_word("/proc/sys/kernel/numa_balancing", word, sizeof(word));
	s.numa_balancing = atoi(word);
	return s;
}

static void digest_text(const uint8_t *digest, char *text)
{
	int i;

	for (i = 0; i < 32; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}

static int seconds(unsigned int ms)
{
	return (int)((ms + 999) / 1000);
}

/* The names of the policy, for completion and for whoever sets an override. */
static json_t *tiers_json(const struct policy *p)
{
	json_t *tiers = json_array();
	size_t i;

	for (i = 0; p && i < p->nr_tiers; i++)
		json_array_append_new(tiers, json_pack("{s:s, s:i, s:i}", "name", p->tiers[i].name, "adistance",
						       p->tiers[i].adistance, "tier",
						       (int)tierbpf_tier(p->tiers[i].adistance)));
	return tiers;
}

static void print_json(const struct engine *e, const struct report *r, const struct switches *s)
{
	char digest[65];
	unsigned int left = trial_left(&e->meta);
	json_t *out;

	digest_text(e->meta.digest, digest);
	out = json_pack("{s:b, s:s?, s:s?, s:i, s:s, s:I, s:i, s:o, s:o, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:b, s:i}",
			"loaded", 1, "description", e->policy ? e->policy->description : NULL,
			"object", e->policy ? NULL : e->meta.object,
			"generation", (int)e->meta.generation, "digest", digest,
			"loaded_at", (json_int_t)e->meta.loaded_at, "rules", (int)e->meta.nr_rules,
			"trial_seconds_left", left ? json_integer(seconds(left)) : json_null(),
			"tiers", tiers_json(e->policy), "nodes", report_json(r), "stats", "answered", (json_int_t)e->stats.answered,
			"rejected", (json_int_t)e->stats.rejected,
			"retiered", (json_int_t)e->stats.retiered,
			"failed", (json_int_t)e->stats.failed,
			"held", (json_int_t)e->stats.held,
			"slow", (json_int_t)e->stats.slow,
			"dropped", (json_int_t)e->stats.dropped,
			"demotion_enabled", s->demotion, "numa_balancing", s->numa_balancing);
	json_print(out);
}

static void print_head(const struct engine *e)
{
	time_t at = (time_t)e->meta.loaded_at;
	char when[32], digest[65];

	strftime(when, sizeof(when), "%F %T", localtime(&at));
	digest_text(e->meta.digest, digest);
	if (e->policy)
		printf("policy: %s\ngeneration %u, loaded %s, %u rules, sha256 %.12s\n",
		       e->policy->description ?: "(no description)", e->meta.generation, when,
		       e->meta.nr_rules, digest);
	else
		printf("policy: BPF object %s\ngeneration %u, loaded %s, sha256 %.12s\n", e->meta.object,
		       e->meta.generation, when, digest);
	if (e->meta.trial_until)
		printf("on trial, %d s left: tierbpf confirm keeps it\n", seconds(trial_left(&e->meta)));
	else if (e->meta.returned)
		puts("back after a trial of another policy that was not confirmed in time");
	printf("%llu retiers, %llu held back, %llu failures; %llu rejected answers, %llu slow ones\n\n",
	       (unsigned long long)e->stats.retiered, (unsigned long long)e->stats.held,
	       (unsigned long long)e->stats.failed, (unsigned long long)e->stats.rejected,
	       (unsigned long long)e->stats.slow);
}

static void print_switches(const struct switches *s)
{
	if (!s->demotion)
		puts("\ndemotion is off: echo 1 > /sys/kernel/mm/numa/demotion_enabled");
	if (!(s->numa_balancing & 2))
		printf("%spromotion is off: echo 2 > /proc/sys/kernel/numa_balancing\n",
		       s->demotion ? "\n" : "");
}

static int show(const struct engine *e, const struct report *r, int json)
{
	struct switches s = read_switches();
	int err = 0;

	if (json) {
		print_json(e, r, &s);
	} else {
		print_head(e);
		err = report_print(r, false, stdout);
		print_switches(&s);
	}
	if (!err && report_drift(r))
		err = fail(-ESTALE, "%zu nodes are not where the policy wants them; dmesg may say why, "
			   "tierbpf load repairs it", report_drift(r));
	return err;
}

static int status(int json)
{
	_cleanup_(cleanup_engine) struct engine e = { .ask_fd = -1, .override_fd = -1 };
	_cleanup_(cleanup_machine) struct machine *m = NULL;
	_cleanup_close_ int lock = -1;
	struct report r = {};
	int err = engine_check();

	err = err ?: pins_lock(false, &lock);
	err = err ?: engine_open(&e);
	if (err == -ENOENT) {
		puts(json ? "{\n  \"loaded\": false\n}" : "no policy is loaded: tierbpf load POLICY");
		return 0;
	}
	err = err ?: machine_read("", &m);
	err = err ?: report_gather(&e, m, NULL, &r);
	pins_unlock(&lock); /* a terminal may take its time */
	err = err ?: show(&e, &r, json);
	report_free(&r);
	return err;
}

int cmd_status(int argc, char **argv)
{
	int json = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &json);
	return exit_status(status(json));
}
