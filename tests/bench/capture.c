// SPDX-License-Identifier: GPL-2.0-only
/*
 * capture DIRECTORY NODES CPU_NODES: writes a machine like `tierbpf topology --save`, with one
 * memory block of 2 GiB on each node, SRAT, SLIT and HMAT. Latencies and bandwidths rise in steps,
 * so that there are several tiers.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (1ULL << 31)
#define NODES "sys/devices/system/node"
#define TABLES "sys/firmware/acpi/tables"

static int nodes, cpu_nodes;

static FILE *create(const char *format, ...)
{
	char path[256], *slash;
	va_list args;
	FILE *f;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	for (slash = path; (slash = strchr(slash + 1, '/'));) {
		*slash = 0;
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	if (!f) {
		fprintf(stderr, "capture: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return f;
}

#define write_file(text, ...)                   \
	({                                      \
		FILE *f_ = create(__VA_ARGS__); \
		fprintf(f_, "%s\n", text);      \
		fclose(f_);                     \
	})

static const char *text(const char *format, ...)
{
	static char buffer[256];
	va_list args;

	va_start(args, format);
	vsnprintf(buffer, sizeof(buffer), format, args);
	va_end(args);
	return buffer;
}

static int home(int node)
{
	return node % cpu_nodes;
}

static int latency(int node)
{
	return node < cpu_nodes ? 100 : 150 + 50 * (node % 5);
}

static int bandwidth(int node)
{
	return node < cpu_nodes ? 20480 : 20480 / (1 + node % 3);
}

static int distance(int from, int to)
{
	if (from == to)
		return 10;
	return (home(from) == home(to) ? 20 : 30) + 2 * (to % 5);
}

/* ---- sysfs ---- */

static void write_access(int node, int class)
{
	const char *dir = NODES "/node%d/access%d/initiators/%s";

	write_file(text("%d", latency(node)), dir, node, class, "read_latency");
	write_file(text("%d", latency(node)), dir, node, class, "write_latency");
	write_file(text("%d", bandwidth(node)), dir, node, class, "read_bandwidth");
	write_file(text("%d", bandwidth(node)), dir, node, class, "write_bandwidth");
	if (symlink(text("../../../node%d", home(node)),
		    strdup(text("%s/node%d/access%d/initiators/node%d", NODES, node, class,
				home(node)))))
		exit(1);
}

static void write_distance(int node)
{
	FILE *f = create(NODES "/node%d/distance", node);
	int to;

	for (to = 0; to < nodes; to++)
		fprintf(f, "%s%d", to ? " " : "", distance(node, to));
	fprintf(f, "\n");
	fclose(f);
}

static void write_meminfo(int node)
{
	FILE *f = create(NODES "/node%d/meminfo", node);
	static const char *const lines[] = {
		"MemFree",	"MemUsed",	  "SwapCached",	  "Active",	    "Inactive",
		"Active(anon)", "Inactive(anon)", "Active(file)", "Inactive(file)", "Unevictable",
		"Mlocked",	"Dirty",	  "Writeback",	  "FilePages",	    "Mapped",
		"AnonPages",	"Shmem",	  "KernelStack",  "PageTables",
	};
	size_t i;

	fprintf(f, "Node %d MemTotal:        2097152 kB\n", node);
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		fprintf(f, "Node %d %s:        %d kB\n", node, lines[i], 4096 + (int)i);
	fclose(f);
}

static void write_node(int node)
{
	write_distance(node);
	write_meminfo(node);
	write_file(node < cpu_nodes ? text("%d-%d", 8 * node, 8 * node + 7) : "",
		   NODES "/node%d/cpulist", node);
	write_access(node, 0);
	write_access(node, 1);
	write_file("online", "sys/devices/system/memory/memory%d/state", node);
	if (symlink(text("../../memory/memory%d", node),
		    strdup(text("%s/node%d/memory%d", NODES, node, node))))
		exit(1);
}

static void write_sysfs(void)
{
	int node;

	write_file(text("0-%d", nodes - 1), NODES "/possible");
	write_file(text("0-%d", nodes - 1), NODES "/online");
	write_file(text("0-%d", nodes - 1), NODES "/has_memory");
	write_file(text("0-%d", cpu_nodes - 1), NODES "/has_cpu");
	write_file(text("%llx", BLOCK), "sys/devices/system/memory/block_size_bytes");
	write_file(text("0-%d", nodes - 1),
		   "sys/devices/virtual/memory_tiering/memory_tier4/nodelist");
	write_file("false", "sys/kernel/mm/numa/demotion_enabled");
	write_file("0", "proc/sys/kernel/numa_balancing");
	for (node = 0; node < nodes; node++)
		write_node(node);
}

/* ---- tables ---- */

struct acpi_table {
	uint8_t *data;
	size_t size;
};

static void put(struct acpi_table *t, uint64_t value, int bytes)
{
	t->data = realloc(t->data, t->size + 8);
	for (; bytes--; value >>= 8)
		t->data[t->size++] = (uint8_t)value;
}

static struct acpi_table begin(const char *signature, int revision)
{
	struct acpi_table t = {};
	int i;

	for (i = 0; i < 4; i++)
		put(&t, (uint8_t)signature[i], 1);
	put(&t, 0, 4); /* length */
	put(&t, (uint64_t)revision, 1);
	for (i = 0; i < 27; i++) /* checksum, OEM, creator */
		put(&t, 0, 1);
	return t;
}

static void end(struct acpi_table *t, const char *name)
{
	FILE *f = create(TABLES "/%s", name);
	uint8_t sum = 0;
	size_t i;

	for (i = 0; i < 4; i++)
		t->data[4 + i] = (uint8_t)(t->size >> 8 * i);
	for (i = 0; i < t->size; i++)
		sum += t->data[i];
	t->data[9] = (uint8_t)-sum;
	fwrite(t->data, 1, t->size, f);
	fclose(f);
	free(t->data);
}

static void srat_cpu(struct acpi_table *t, int cpu)
{
	put(t, 2, 1); /* x2APIC */
	put(t, 24, 1);
	put(t, 0, 2);
	put(t, (uint64_t)cpu / 8, 4);
	put(t, (uint64_t)cpu, 4);
	put(t, 1, 4); /* enabled */
	put(t, 0, 8);
}

static void srat_memory(struct acpi_table *t, int node)
{
	put(t, 1, 1);
	put(t, 40, 1);
	put(t, (uint64_t)node, 4);
	put(t, 0, 2);
	put(t, BLOCK * (uint64_t)node, 8);
	put(t, BLOCK, 8);
	put(t, 0, 4);
	put(t, 1, 4); /* enabled */
	put(t, 0, 8);
}

static void write_srat(void)
{
	struct acpi_table t = begin("SRAT", 3);
	int i;

	put(&t, 1, 4);
	put(&t, 0, 8);
	for (i = 0; i < 8 * cpu_nodes; i++)
		srat_cpu(&t, i);
	for (i = 0; i < nodes; i++)
		srat_memory(&t, i);
	end(&t, "SRAT");
}

static void write_slit(void)
{
	struct acpi_table t = begin("SLIT", 1);
	int from, to;

	put(&t, (uint64_t)nodes, 8);
	for (from = 0; from < nodes; from++)
		for (to = 0; to < nodes; to++)
			put(&t, (uint64_t)distance(from, to), 1);
	end(&t, "SLIT");
}

static void hmat_matrix(struct acpi_table *t, int type, uint64_t base, int (*value)(int node))
{
	int from, to;

	put(t, 1, 2);
	put(t, 0, 2);
	put(t, 32 + 4 * (uint64_t)(cpu_nodes + nodes) + 2 * (uint64_t)cpu_nodes * (uint64_t)nodes,
	    4);
	put(t, 0, 1); /* memory */
	put(t, (uint64_t)type, 1);
	put(t, 0, 2);
	put(t, (uint64_t)cpu_nodes, 4);
	put(t, (uint64_t)nodes, 4);
	put(t, 0, 4);
	put(t, base, 8);
	for (from = 0; from < cpu_nodes; from++)
		put(t, (uint64_t)from, 4);
	for (to = 0; to < nodes; to++)
		put(t, (uint64_t)to, 4);
	for (from = 0; from < cpu_nodes; from++)
		for (to = 0; to < nodes; to++)
			put(t, (uint64_t)(value(to) * (home(to) == from ? 1 : type ? 0 : 2)), 2);
}

static void write_hmat(void)
{
	struct acpi_table t = begin("HMAT", 2);
	int node;

	put(&t, 0, 4);
	for (node = 0; node < nodes; node++) {
		put(&t, 0, 4);
		put(&t, 40, 4);
		put(&t, 1, 4); /* the initiator is known */
		put(&t, (uint64_t)home(node), 4);
		put(&t, (uint64_t)node, 4);
		put(&t, 0, 4);
		put(&t, 0, 8);
		put(&t, 0, 8);
	}
	hmat_matrix(&t, 0, 1000, latency); /* in ps, per access */
	hmat_matrix(&t, 3, 1, bandwidth);  /* in MB/s */
	end(&t, "HMAT");
}

int main(int argc, char **argv)
{
	if (argc != 4 || (nodes = atoi(argv[2])) < 1 || (cpu_nodes = atoi(argv[3])) < 1 ||
	    cpu_nodes > nodes) {
		fprintf(stderr, "usage: capture DIRECTORY NODES CPU_NODES\n");
		return 2;
	}
	if ((mkdir(argv[1], 0755) && errno != EEXIST) || chdir(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	write_sysfs();
	write_srat();
	write_slit();
	write_hmat();
	return 0;
}
