// SPDX-License-Identifier: GPL-2.0-only
#include "capture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "msg.h"
#include "sysfs.h"
#include "table.h"

/* In a captured machine only. */
#define ADISTANCES "/tierbpf/kernel_adistance"

/* Files are copied, links are kept as links, directories are made. */
static const char *const wanted[] = {
	SYSFS_NODES "/possible",
	SYSFS_NODES "/online",
	SYSFS_NODES "/has_memory",
	SYSFS_NODES "/has_cpu",
	SYSFS_NODES "/has_generic_initiator",
	SYSFS_NODES "/node*/distance",
	SYSFS_NODES "/node*/cpulist",
	SYSFS_NODES "/node*/meminfo",
	SYSFS_NODES "/node*/memory[0-9]*{,/state}",
	SYSFS_NODES "/node*/access[01]/initiators/*",
	SYSFS_NODES "/node*/memory_side_cache/index*/*",
	"/sys/devices/system/memory/block_size_bytes",
	"/sys/devices/virtual/memory_tiering/memory_tier*/nodelist",
	"/sys/firmware/acpi/tables/SRAT*",
	"/sys/firmware/acpi/tables/HMAT",
	"/sys/firmware/acpi/tables/SLIT",
	"/sys/firmware/acpi/tables/CEDT",
	"/sys/bus/dax/devices/*",
	"/sys/bus/dax/devices/*/target_node",
	"/sys/bus/dax/devices/*/resource",
	"/sys/bus/dax/devices/*/size",
	"/sys/bus/nd/devices/*",
	"/sys/bus/nd/devices/region*/target_node",
	"/sys/bus/nd/devices/region*/resource",
	"/sys/bus/nd/devices/region*/size",
	"/sys/bus/cxl/devices/*",
	"/sys/bus/cxl/devices/region*/resource",
	"/sys/bus/cxl/devices/region*/size",
	"/sys/bus/cxl/devices/region*/interleave_*",
	"/sys/bus/cxl/devices/region*/target[0-9]*",
	"/sys/bus/cxl/devices/region*/access[01]/*",
	"/sys/bus/cxl/devices/region*/dax_region*/dax*/target_node",
	"/sys/bus/cxl/devices/decoder*/dpa_resource",
	"/sys/bus/cxl/devices/decoder*/dpa_size",
	"/sys/bus/cxl/devices/endpoint*/CDAT",
	"/sys/bus/cxl/devices/endpoint*/uport",
	"/sys/bus/cxl/devices/endpoint*/parent_dport",
	"/sys/bus/cxl/devices/port*/CDAT",
	"/sys/bus/cxl/devices/port*/uport",
	"/sys/bus/cxl/devices/port*/parent_dport",
	"/sys/bus/cxl/devices/port*/parent_dport/firmware_node",
	"/sys/bus/cxl/devices/port*/parent_dport/firmware_node/uid",
	"/sys/bus/cxl/devices/port*/dport*",
	"/sys/bus/cxl/devices/root*/dport*",
	"/sys/bus/cxl/devices/root*/uport",
	"/sys/bus/cxl/devices/mem*/serial",
	"/sys/bus/pci/devices/*/current_link_*",
	"/sys/bus/pci/devices/*/firmware_node/path",
	"/sys/bus/acpi/devices/ACPI0016:*/{path,uid,hid}",
	"/sys/bus/acpi/devices/ACPI0017:*/{path,uid,hid}",
	"/sys/kernel/mm/numa/demotion_enabled",
	"/proc/sys/kernel/numa_balancing",
};

struct save {
	const char *dir;
	size_t files;
	size_t refused; /* not permitted to read */
	char refused_name[PATH_MAX];
};

/* Makes the directories above @path. */
static int make_parents(char *path)
{
	char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		int err;

		*slash = 0;
		err = mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
		*slash = '/';
		if (err)
			return fail(err, "%s: %s", path, strerror(-err));
	}
	return 0;
}

static int write_file(char *to, const void *data, size_t length)
{
	_cleanup_fclose_ FILE *f = NULL;
	int err = make_parents(to);

	if (err)
		return err;
	f = fopen(to, "we");
	if (!f || fwrite(data, 1, length, f) != length || fflush(f))
		return fail(-errno, "%s: %s", to, strerror(errno));
	return 0;
}

static int save_link(char *to, const char *from)
{
	char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof(target) - 1);
	int err = make_parents(to);

	if (n < 0 || err)
		return err;
	target[n] = 0;
	if (symlink(target, to) && errno != EEXIST)
		return fail(-errno, "%s: %s", to, strerror(errno));
	return 0;
}

static int save_file(struct save *s, char *to, const char *from)
{
	_cleanup_free_ char *data = NULL;
	size_t length;
	int err = sysfs_bytes("", from, TABLE_MAX, &data, &length);

	if (err == -EACCES || err == -EPERM) {
		s->refused++;
		snprintf(s->refused_name, sizeof(s->refused_name), "%s", from);
	}
	if (err)
		return 0; /* gone, or never to be read: then it is not known there either */
	s->files++;
	return write_file(to, data, length);
}

/* The name itself may be a link; what stands above it is where it really is. */
static int save_one(struct save *s, const char *from)
{
	_cleanup_free_ char *copy = strdup(from), *above = NULL, *to = NULL;
	const char *name = strrchr(from, '/') + 1;
	struct stat st;

	if (!copy)
		return fail(-ENOMEM, "out of memory");
	copy[name - from - 1] = 0;
	above = realpath(copy, NULL);
	if (!above || lstat(from, &st))
		return 0;
	if (asprintf(&to, "%s%s/%s", s->dir, above, name) < 0) {
		to = NULL;
		return fail(-ENOMEM, "out of memory");
	}
	if (S_ISLNK(st.st_mode))
		return save_link(to, from);
	if (S_ISREG(st.st_mode))
		return save_file(s, to, from);
	if (S_ISDIR(st.st_mode)) {
		int err = make_parents(to);

		return err || !mkdir(to, 0755) || errno == EEXIST ? err : -errno;
	}
	return 0;
}

static int save_matches(struct save *s, const char *pattern)
{
	glob_t found = {};
	size_t i;
	int err = glob(pattern, GLOB_BRACE, NULL, &found);

	if (err == GLOB_NOSPACE)
		return fail(-ENOMEM, "out of memory");
	for (err = 0, i = 0; !err && i < found.gl_pathc; i++)
		err = save_one(s, found.gl_pathv[i]);
	globfree(&found);
	return err;
}

/* Only what the kernel said when it was asked; the rest follows from the files. */
static int save_adistances(const struct machine *m, const char *dir)
{
	_cleanup_free_ char *text = NULL, *to = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int node;

	if (!out)
		return fail(-ENOMEM, "out of memory");
	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].source[TIERBPF_FACT_KERNEL_ADISTANCE] == SOURCE_MODULE)
			fprintf(out, "%d %lld\n", node,
				(long long)m->nodes[node].facts.value[TIERBPF_FACT_KERNEL_ADISTANCE]);
	fclose(out);
	if (!size)
		return 0;
	if (asprintf(&to, "%s" ADISTANCES, dir) < 0) {
		to = NULL;
		return fail(-ENOMEM, "out of memory");
	}
	return write_file(to, text, size);
}

void capture_read_adistances(const char *dir, struct machine *m)
{
	_cleanup_free_ char *text = NULL;
	const char *line;
	int node, adistance;

	if (sysfs_text(&text, dir, ADISTANCES))
		return;
	for (line = text; line && sscanf(line, "%d %d", &node, &adistance) == 2;) {
		if (node >= 0 && node < m->nr_nodes)
			machine_set_fact(&m->nodes[node], TIERBPF_FACT_KERNEL_ADISTANCE, adistance,
					 SOURCE_MODULE);
		line = strchr(line, '\n');
		line += !!line;
	}
}

static int make_empty(const char *dir)
{
	struct dirent *entry;
	size_t count = 0;
	DIR *d;

	if (!mkdir(dir, 0755))
		return 0;
	if (errno != EEXIST)
		return fail(-errno, "%s: %s", dir, strerror(errno));
	d = opendir(dir);
	if (!d)
		return fail(-errno, "%s: %s", dir, strerror(errno));
	while ((entry = readdir(d)))
		count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(d);
	return count ? fail(-EEXIST, "%s: not empty; name a new directory", dir) : 0;
}

int capture_save(const struct machine *m, const char *dir, size_t *files)
{
	struct save s = { .dir = dir };
	int err = make_empty(dir);
	size_t i;

	for (i = 0; !err && i < sizeof(wanted) / sizeof(*wanted); i++)
		err = save_matches(&s, wanted[i]);
	err = err ?: save_adistances(m, dir);
	if (!err && s.refused)
		note("%zu files cannot be read by this user, %s the last of them; as root they are captured too",
		     s.refused, s.refused_name);
	*files = s.files;
	return err;
}
