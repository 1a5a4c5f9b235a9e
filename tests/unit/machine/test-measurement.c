// SPDX-License-Identifier: GPL-2.0-only
/* Files of tierbpf measure, and the facts from them in a compiled policy. */
#include "machine/measurement.h"

#include "machine/measured-differs.h"
#include "unit-plan.h"

static int parse(const struct sample *s, char **shown, struct measurement **m)
{
	struct diags diags = { .file = "p.json", .text = s->text };
	size_t size;
	FILE *out = open_memstream(shown, &size);
	int err = measurement_parse(s->text, s->length, &diags, m);

	diags_print(&diags, out);
	diags_free(&diags);
	fclose(out);
	return err;
}

static struct measurement *good(const char *marked)
{
	struct sample s = sample_new(marked);
	struct measurement *m = NULL;
	char *shown;

	cr_assert_eq(parse(&s, &shown, &m), 0, "%s", shown);
	free(shown);
	sample_free(&s);
	return m;
}

#define VALUES(a, b, c, d)                                                               \
	"'read_latency_ns': " a ", 'write_latency_ns': " b ", 'read_bandwidth_mbps': " c \
	", 'write_bandwidth_mbps': " d
#define NODES(nodes) "{'version': 1, 'nodes': [" nodes "]}"

/* A file that was written can be read again. */
Test(measurement, round_trip)
{
	struct measurement *m =
		good(NODES("{'node': 3, 'cpus': '0-1', 'bytes': 4194304, 'pages': 'huge', " VALUES(
			"96", "110", "20000", "9000") ", 'grade': 'fair', 'doubts': ['cache', 'busy'], "
						      "'write_latency_spread_percent': 7}"));
	json_t *json = measurement_json(m), *again;
	char *text = json_dumps(json, 0);
	struct diags diags = { .file = "m.json", .text = text };
	struct measurement *second = NULL;

	cr_assert_eq(measurement_parse(text, strlen(text), &diags, &second), 0);
	again = measurement_json(second);
	cr_expect(json_equal(json, again));
	cr_expect_eq(second->count, 1);
	cr_expect_eq(second->nodes[0].node, 3);
	cr_expect_str_eq(second->nodes[0].cpus, "0-1");
	cr_expect_eq(second->nodes[0].bytes, 4194304);
	cr_expect(second->nodes[0].huge);
	cr_expect_eq(second->nodes[0].grade, GRADE_FAIR);
	cr_expect_eq(second->nodes[0].doubts, 1U << DOUBT_BUSY | 1U << DOUBT_CACHE);
	cr_expect_eq(second->nodes[0].values[READ_LATENCY].median, 96);
	cr_expect_eq(second->nodes[0].values[WRITE_LATENCY].median, 110);
	cr_expect_eq(second->nodes[0].values[WRITE_LATENCY].spread, 7);
	cr_expect_eq(second->nodes[0].values[READ_BANDWIDTH].median, 20000);
	cr_expect_eq(second->nodes[0].values[WRITE_BANDWIDTH].median, 9000);
	json_decref(json);
	json_decref(again);
	free(text);
	measurement_free(m);
	measurement_free(second);
	measurement_free(NULL);
}

/* Files of older versions have no grade; what was measured badly is named wherever it is used. */
Test(measurement, grades)
{
	static const struct {
		const char *grade, *said;
	} table[] = {
		{ "", NULL },
		{ "'grade': 'good', ", NULL },
		{ "'grade': 'fair', 'doubts': ['spread', 'few-rounds'], ", NULL },
		{ "'grade': 'poor', 'doubts': ['emulated', 'one-cpu'], ",
		  "node 0: its measurement is poor (emulated, one-cpu), so do not rely on it" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct machine *machine = MACHINE({ "cm" });
		struct measurement *m;
		struct capture c;
		char *text;

		cr_assert_geq(asprintf(&text, NODES("{%s'node': 0, " VALUES("1", "2", "3", "4") "}"),
				       table[i].grade),
			      0);
		m = good(text);
		capture_start(&c);
		measurement_apply(m, machine);
		capture_expect(&c, table[i].said);
		cr_expect_eq(machine->nodes[0].measured.value[WRITE_BANDWIDTH], 4);
		measurement_free(m);
		machine_free(machine);
		free(text);
	}
}

Test(measurement, errors)
{
	static const struct bad table[] = {
		{ "^", NULL, "error: the file is empty" },
		{ "{'version': ^2, 'nodes': []}", "version",
		  "error: this tierbpf only supports version 1*" },
		{ "^{'version': 1}", NULL, "error: \"nodes\" is missing" },
		{ "{'version': 1, 'nodes': ^{}}", "nodes", "error: *" },
		{ "{'version': 1, 'nodes': [], ^'when': 1}", "when",
		  "error: unknown key \"when\"; known*" },
		{ NODES("{'node': ^1024, " VALUES("1", "1", "1", "1") "}"), "nodes[0].node",
		  "error: *" },
		{ NODES("{'node': 0, " VALUES("^0", "1", "1", "1") "}"), "nodes[0].read_latency_ns",
		  "error: *" },
		{ NODES("{'node': 0, " VALUES("1", "1", "1", "^4294967296") "}"),
		  "nodes[0].write_bandwidth_mbps", "error: *" },
		{ NODES("^{'node': 0, 'read_latency_ns': 1, 'write_latency_ns': 1, 'read_bandwidth_mbps': 1}"),
		  "nodes[0]", "error: \"write_bandwidth_mbps\" is missing" },
		{ NODES("{'node': 0, " VALUES("1", "1", "1", "1") ", 'pages': ^'small'}"),
		  "nodes[0].pages", "error: \"huge\" or \"base\" is expected here" },
		{ NODES("{'node': 0, " VALUES("1", "1", "1", "1") ", 'grade': ^'-'}"),
		  "nodes[0].grade", "error: \"good\", \"fair\" or \"poor\" is expected here" },
		{ NODES("{'node': 0, " VALUES("1", "1", "1", "1") ", 'doubts': ^'busy'}"),
		  "nodes[0].doubts", "error: *" },
		{ NODES("{'node': 0, " VALUES("1", "1", "1", "1") ", 'doubts': ['busy', ^'late']}"),
		  "nodes[0].doubts[1]", "error: \"emulated\", *" },
		{ NODES("{'node': 0, " VALUES("1", "1", "1",
					      "1") "}, ^{'node': 0, " VALUES("1", "1", "1", "1") "}"),
		  "nodes[1]", "error: node 0 is listed twice" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct expected expected = { table[i].path, table[i].message, NULL };
		struct sample s = sample_new(table[i].marked);
		struct measurement *m = NULL;
		char *shown;

		cr_expect_eq(parse(&s, &shown, &m), -EBADMSG, "%s", table[i].marked);
		cr_expect_null(m);
		expect_shown(&s, shown, &expected);
		free(shown);
		sample_free(&s);
	}
}

/* ---- in a compiled policy ---- */

static void expect_measured(const struct compiled_policy *p, const struct machine *m, int node,
			    int64_t expected)
{
	struct tierbpf_node question = compiled_node(m, node);
	__s64 value = 0;

	compiled_fact(p, &question, TIERBPF_FACT_MEASURED_ADISTANCE, &value);
	cr_expect_eq(value, expected, "node %d: %lld", node, (long long)value);
}

#define MEASURED                                                                                           \
	NODES("{'node': 0, " VALUES("100", "100", "20000",                                                 \
				    "20000") "}, "                                                         \
					     "{'node': 1, " VALUES("200", "200", "20000",                  \
								   "20000") "}, "                          \
									    "{'node': 9, " VALUES("200",   \
												  "200",   \
												  "20000", \
												  "20000") "}")

/* Beside the measured reference, whatever firmware says; not where one of both is not known. */
Test(measurement, adistance)
{
	static const char text[] = "{'version': 1, 'rules': [], 'default': {'from': 'measured'}}";
	struct machine *machine =
		MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "m" }, { "m", PERF(20, 20, 10, 10) });
	struct measurement *m = good(MEASURED);
	struct test_plan t;
	struct capture c;

	m->nodes[1].values[READ_LATENCY].spread = 7;
	m->nodes[1].values[WRITE_BANDWIDTH].spread = 9;
	capture_start(&c);
	measurement_apply(m, machine);
	capture_expect(&c, "node 9");
	t = test_plan(text, machine, NULL);
	cr_expect_eq(machine->nodes[1].measured_spread.value[READ_LATENCY], 7);
	cr_expect_eq(machine->nodes[1].measured_spread.value[WRITE_BANDWIDTH], 9);
	expect_measured(t.compiled, machine, 0, 576);
	expect_measured(t.compiled, machine, 1, 1152);
	expect_measured(t.compiled, machine, 2, 0);
	cr_expect_eq(t.plan->nodes[1].after.adistance, 1152);
	test_plan_free(&t);
	measurement_free(m);
}

/* A reference that was not measured: nothing to compare with. */
Test(measurement, without_reference)
{
	static const char text[] = "{'version': 1, 'reference': {'node': 2}, 'rules': []}";
	struct machine *machine = MACHINE({ "cm" }, { "m" }, { "m", PERF(20, 20, 10, 10) });
	struct test_plan t;

	machine->nodes[0].measured = machine->nodes[1].measured = (struct perf)PERF(1, 1, 1, 1);
	t = test_plan(text, machine, NULL);
	expect_measured(t.compiled, machine, 0, 0);
	expect_measured(t.compiled, machine, 1, 0);
	test_plan_free(&t);
}

/* ---- beside firmware ---- */

Test(measurement, differs)
{
	static const struct {
		struct perf firmware, measured;
		const char *messages[3]; /* up to NULL */
	} table[] = {
		{ PERF(100, 100, 100, 100), PERF(125, 75, 125, 75), {} },
		{ PERF(0, 0, 0, 0), PERF(1, 1, 1, 1), {} },
		{ PERF(100, 100, 100, 100), PERF(0, 0, 0, 0), {} },
		{ PERF(100, 100, 100, 100),
		  PERF(126, 100, 100, 100),
		  { "node 0: measured read latency 126 ns, HMAT says 100" } },
		{ PERF(100, 0, 4000000000, 100),
		  PERF(100, 9, 1, 74),
		  { "node 0: measured read bandwidth 1 MB/s, HMAT says 4000000000",
		    "node 0: measured write bandwidth 74 MB/s, HMAT says 100" } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct machine *m = test_machine(&(struct test_node){ "cm", table[i].firmware }, 1);
		json_t *list;
		size_t j;

		m->nodes[0].measured = table[i].measured;
		list = measured_differs_json(m);
		for (j = 0; j < ARRAY_SIZE(table[i].messages); j++) {
			const char *message = json_string_value(
				json_object_get(json_array_get(list, j), "message"));

			cr_expect_str_eq(message ?: "", table[i].messages[j] ?: "", "%zu: %s", i,
					 message ?: "");
		}
		json_decref(list);
		machine_free(m);
	}
}
