// SPDX-License-Identifier: GPL-2.0-only
/* What a capture holds: every file that tierbpf reads, and the state of a policy in force. */
#include "machine/capture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "unit-plan.h"
#include "util/sysfs.h"

static char *root, *dir;
static struct machine *machine;

static void setup(void)
{
	root = tmp_new();
	dir = tmp_new();
	machine = MACHINE({ "cm", .kernel_adistance = 576 }, { "m", .tier = 5 }, { "m" });
}

static void teardown(void)
{
	tmp_remove(root);
	tmp_remove(dir);
	machine_free(machine);
}

TestSuite(capture, .init = setup, .fini = teardown);

static void save(const struct policy_state *state)
{
	size_t files;

	cr_assert_eq(capture_save(root, machine, state, dir, &files), 0);
}

static void expect_text(const char *path, const char *expected)
{
	char *text = NULL;
	size_t length;
	int err = sysfs_bytes(dir, path, 4096, &text, &length);

	if (!expected)
		cr_expect_eq(err, -ENOENT, "%s: error %d", path, err);
	else
		cr_expect(!err && !strcmp(text, expected), "%s: error %d, \"%s\"", path, err,
			  err ? "" : text);
	free(text);
}

#define NODES "/sys/devices/system/node/"
#define TABLES "/sys/firmware/acpi/tables/"
#define CXL "/sys/bus/cxl/devices/"

/* Each file that some reader of user/ opens. A device here is a folder; in sysfs it is a link. */
static const char *const read_files[] = {
	NODES "possible",
	NODES "online",
	NODES "has_memory",
	NODES "has_cpu",
	NODES "has_generic_initiator",
	NODES "node1/distance",
	NODES "node1/cpulist",
	NODES "node1/meminfo",
	NODES "node1/memory32/state",
	NODES "node1/access0/initiators/read_latency",
	NODES "node1/access1/initiators/write_bandwidth",
	NODES "node1/memory_side_cache/index1/size",
	"/sys/devices/system/memory/block_size_bytes",
	"/sys/devices/virtual/memory_tiering/memory_tier4/nodelist",
	TABLES "SRAT",
	TABLES "SRAT1",
	TABLES "HMAT",
	TABLES "SLIT",
	TABLES "CEDT",
	"/sys/bus/dax/devices/dax0.0/target_node",
	"/sys/bus/dax/devices/dax0.0/resource",
	"/sys/bus/dax/devices/dax0.0/size",
	"/sys/bus/dax/devices/dax0.0/driver/x",
	"/sys/bus/dax/drivers/kmem/x",
	"/sys/bus/nd/devices/region0/target_node",
	"/sys/bus/nd/devices/region0/resource",
	"/sys/bus/nd/devices/region0/size",
	"/sys/bus/nd/devices/namespace0.0/size",
	CXL "region0/resource",
	CXL "region0/size",
	CXL "region0/commit",
	CXL "region0/mode",
	CXL "region0/driver/x",
	CXL "region0/interleave_ways",
	CXL "region0/target0",
	CXL "region0/access1/read_latency",
	CXL "region0/dax_region0/dax0.0/target_node",
	CXL "region1/dax_region1/x",
	"/sys/bus/cxl/drivers/cxl_region/x",
	CXL "decoder2.0/dpa_resource",
	CXL "decoder2.0/dpa_size",
	CXL "decoder2.0/mode",
	CXL "endpoint2/CDAT",
	CXL "endpoint2/uport/x",
	CXL "endpoint2/parent_dport/x",
	CXL "port1/CDAT",
	CXL "port1/uport/x",
	CXL "port1/parent_dport/firmware_node/uid",
	CXL "port1/dport0/x",
	CXL "root0/dport0/x",
	CXL "root0/uport/x",
	CXL "mem0/serial",
	CXL "mem0/ram/size",
	CXL "mem0/pmem/size",
	"/sys/bus/pci/devices/0000:0d:00.0/current_link_speed",
	"/sys/bus/pci/devices/0000:0d:00.0/firmware_node/path",
	"/sys/bus/acpi/devices/ACPI0016:00/uid",
	"/sys/bus/acpi/devices/ACPI0017:00/hid",
	"/sys/kernel/mm/numa/demotion_enabled",
	"/proc/sys/kernel/numa_balancing",
};

/* Of a folder that is only looked at, "x" stands for what is in there: it is not saved. */
Test(capture, every_file_that_is_read)
{
	const struct policy_state none = {};
	char path[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(read_files); i++)
		tmp_put(root, read_files[i] + 1, read_files[i], strlen(read_files[i]));
	tmp_put(root, "etc/hostname", "secret", 6);
	tmp_put(root, "sys/firmware/acpi/tables/MSDM", "secret", 6);
	save(&none);
	for (i = 0; i < ARRAY_SIZE(read_files); i++) {
		char *x;

		snprintf(path, sizeof(path), "%s", read_files[i]);
		x = strstr(path, "/x");
		if (!x) {
			expect_text(path, read_files[i]);
			continue;
		}
		expect_text(path, NULL);
		*x = 0;
		cr_expect(sysfs_exists(dir, "%s", path), "%s", path);
	}
	expect_text("/etc/hostname", NULL);
	expect_text(TABLES "MSDM", NULL);
	expect_text("/tierbpf/not_asked", NULL);
}

/* A link leads to the same place in the capture, and nothing outside of the machine is saved. */
Test(capture, links)
{
	const struct policy_state none = {};
	char *bus = tmp_path(root, "sys/bus/dax/devices/dax0.0"), to[64] = "";
	char *copy = tmp_path(dir, "sys/bus/dax/devices/dax0.0");
	char *out = tmp_path(root, "sys/bus/nd/devices");

	tmp_put(root, "sys/devices/dax0.0/size", "1", 1);
	tmp_put(root, "sys/bus/dax/devices/other", "", 0);
	tmp_put(root, "sys/bus/nd/other", "", 0);
	cr_assert_eq(symlink("../../../devices/dax0.0", bus), 0);
	cr_assert_eq(symlink("/etc", out), 0);
	save(&none);
	cr_expect_gt(readlink(copy, to, sizeof(to) - 1), 0);
	cr_expect_str_eq(to, "../../../devices/dax0.0");
	expect_text("/sys/devices/dax0.0/size", "1");
	cr_expect_not(sysfs_exists(dir, "/etc"));
	free(bus);
	free(copy);
	free(out);
}

/* Without a policy there is nothing to say but the kernel's own answers. */
Test(capture, kernel_adistances)
{
	const struct policy_state none = {};

	save(&none);
	expect_text("/tierbpf/kernel_adistance", "0 576\n");
	expect_text("/tierbpf/adistance", NULL);
	expect_text("/tierbpf/override", NULL);
	expect_text("/tierbpf/measured_adistance", NULL);
	expect_text("/tierbpf/policy.json", NULL);
}

Test(capture, policy_in_force)
{
	struct policy *policy = good_policy("{'version': 1, 'rules': []}"), *captured = NULL;
	struct policy_state state = { .in_force = true, .policy = policy }, read;
	struct machine *m = MACHINE({ "cm" }, { "m", .tier = 5 }, { "m" });

	machine->nodes[1].adistance = 700;
	state.overrides[1] = -5;
	state.overrides[TIERBPF_MAX_NODES - 1] = 9;
	state.measured[2] = 1152;
	save(&state);
	cr_assert_eq(policy_state_read(dir, m, &read, &captured), 0);
	cr_expect(read.in_force && !read.not_asked);
	cr_expect_eq(m->nodes[0].facts.value[TIERBPF_FACT_KERNEL_ADISTANCE], 576);
	cr_expect_eq(m->nodes[0].source[TIERBPF_FACT_KERNEL_ADISTANCE], SOURCE_MODULE);
	cr_expect_eq(m->nodes[1].source[TIERBPF_FACT_KERNEL_ADISTANCE], SOURCE_NONE);
	cr_expect(m->nodes[0].adistance == 0 && m->nodes[1].adistance == 700);
	cr_expect(read.overrides[1] == -5 && !read.overrides[0] &&
		  !read.overrides[TIERBPF_MAX_NODES - 1]);
	cr_expect(read.measured[2] == 1152 && !read.measured[1]);
	cr_assert(captured && read.policy == captured);
	cr_expect_str_eq(captured->source, policy->source);
	policy_free(captured);
	policy_free(policy);
	machine_free(m);
}

/* Who could not be asked is not taken for the kernel alone. */
Test(capture, not_asked)
{
	struct policy_state state = { .not_asked = true }, read;
	struct policy *captured;

	machine->nodes[0].source[TIERBPF_FACT_KERNEL_ADISTANCE] = SOURCE_DERIVED;
	save(&state);
	tmp_put(dir, "tierbpf/override", "1 5\n", 4);
	cr_assert_eq(policy_state_read(dir, machine, &read, &captured), 0);
	cr_expect(read.not_asked && !read.in_force && !captured);
	cr_expect_eq(read.overrides[1], 0, "an override without a policy in force");
	cr_expect_eq(machine->nodes[0].source[TIERBPF_FACT_KERNEL_ADISTANCE], SOURCE_DERIVED);
}

/* What others wrote there: nodes that cannot be, lines that are none, a policy that is none. */
Test(capture, hostile_state)
{
	static const char lines[] = "-1 5\n1024 6\n1 700\nx y\n2 800\n";
	struct policy_state read;
	struct policy *captured;
	struct capture c;

	tmp_put(dir, "tierbpf/kernel_adistance", lines, strlen(lines));
	tmp_put(dir, "tierbpf/override", lines, strlen(lines));
	tmp_put(dir, "tierbpf/policy.json", "{", 1);
	capture_start(&c);
	cr_assert_eq(policy_state_read(dir, machine, &read, &captured), 0);
	cr_expect_neq(fflush(c.stream), EOF);
	cr_expect(strstr(c.text, "the captured policy"), "%s", c.text);
	fclose(c.stream);
	stderr = c.terminal;
	free(c.text);
	cr_expect(read.in_force && !captured && !read.policy);
	cr_expect_eq(machine->nodes[1].facts.value[TIERBPF_FACT_KERNEL_ADISTANCE], 700);
	cr_expect_neq(machine->nodes[2].source[TIERBPF_FACT_KERNEL_ADISTANCE], SOURCE_MODULE);
	cr_expect(read.overrides[1] == 700 && !read.overrides[2]);
}
