// SPDX-License-Identifier: GPL-2.0-only
/* The kernel and the rights that tierbpf needs: README, "Kernels" and "On a real machine". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tierbpf/abi.h>
#include <zlib.h>

#include "doctor/doctor.h"
#include "engine/engine.h"
#include "engine/pins.h"
#include "engine/rights.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define OLDEST_KERNEL "6.12"
#define LINE 512
#define CONFIG_MAX (4 << 20) /* those of distributions have about 300 kB */
#define MOUNTS_MAX (16 << 20)

/* @release: for paths, "" if it is not known. */
static void look_at_version(struct doctor *d, char *release, size_t size)
{
	_cleanup_free_ char *text = NULL;
	unsigned int major, minor;

	*release = 0;
	if (sysfs_text(&text, d->root, "/proc/sys/kernel/osrelease") ||
	    sscanf(text, "%u.%u", &major, &minor) != 2) {
		doctor_finds(d, "kernel", DOCTOR_UNKNOWN, OLDEST_KERNEL " or newer", NULL,
			     "not known");
		return;
	}
	snprintf(release, size, "%s", text);
	doctor_finds(d, "kernel",
		     major > 6 || (major == 6 && minor >= 12) ? DOCTOR_FINE : DOCTOR_MISSING,
		     OLDEST_KERNEL " or newer",
		     "boot a newer kernel: README, \"On a real machine\" (Debian 12: apt install -t bookworm-backports "
		     "linux-image-amd64)",
		     "%s", release);
}

/* Opens the kernel's configuration; NULL if there is none. zlib reads plain files too. */
static gzFile open_config(const char *root, const char *release)
{
	_cleanup_close_ int fd = sysfs_open(root, "/proc/config.gz");
	char path[LINE];
	gzFile f;

	if (fd < 0) {
		snprintf(path, sizeof(path), "/boot/config-%s", release);
		fd = sysfs_open(root, path);
	}
	f = fd < 0 ? NULL : gzdopen(fd, "r");
	if (f)
		fd = -1; /* gzclose() closes it */
	return f;
}

static const char *const options[] = {
	"CONFIG_BPF_SYSCALL",	 "CONFIG_BPF_JIT",
	"CONFIG_DEBUG_INFO_BTF", "CONFIG_DEBUG_INFO_BTF_MODULES",
	"CONFIG_BPF_EVENTS",	 "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
	"CONFIG_NUMA",		 "CONFIG_MEMORY_HOTPLUG",
	"CONFIG_MIGRATION",	 "CONFIG_KPROBES",
	"CONFIG_KALLSYMS_ALL",
};

#define NR_OPTIONS (ARRAY_SIZE(options))

static void look_at_config(struct doctor *d, const char *release)
{
	gzFile f = open_config(d->root, release);
	char line[LINE], lacks[LINE] = "";
	bool set[NR_OPTIONS] = {};
	size_t i, length;

	if (!f) {
		doctor_finds(d, "configuration", DOCTOR_UNKNOWN,
			     "the options that README, \"Kernels\", lists",
			     "if something below is missing, check the configuration of your kernel for it",
			     "there is neither /proc/config.gz nor /boot/config-%s", release);
		return;
	}
	/* Bounded, since a small compressed file can expand to gigabytes. */
	while (gztell(f) < CONFIG_MAX && gzgets(f, line, sizeof(line)))
		for (i = 0; i < NR_OPTIONS; i++) {
			length = strlen(options[i]);
			set[i] |= !strncmp(line, options[i], length) &&
				  !strcmp(line + length, "=y\n");
		}
	gzclose(f);
	for (i = 0; i < NR_OPTIONS; i++)
		if (!set[i])
			snprintf(lacks + strlen(lacks), sizeof(lacks) - strlen(lacks), " %s",
				 options[i]);
	doctor_finds(d, "configuration", *lacks ? DOCTOR_MISSING : DOCTOR_FINE,
		     "=y for all options that README, \"Kernels\", lists",
		     "boot a kernel that has them; kernels of distributions do", "%s%s",
		     *lacks ? "missing:" : "complete", lacks);
}

static void look_at_btf(struct doctor *d)
{
	bool there = sysfs_exists(d->root, "/sys/kernel/btf/vmlinux");

	doctor_finds(d, "BTF", there ? DOCTOR_FINE : DOCTOR_MISSING, "/sys/kernel/btf/vmlinux",
		     "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y", "%s",
		     there ? "there" : "none");
}

static void look_at_tiers(struct doctor *d)
{
	bool there = sysfs_exists(d->root, "/sys/devices/virtual/memory_tiering");

	doctor_finds(d, "memory tiers", there ? DOCTOR_FINE : DOCTOR_MISSING,
		     "/sys/devices/virtual/memory_tiering",
		     "boot a kernel built with CONFIG_NUMA and CONFIG_MIGRATION", "%s",
		     there ? "there" : "none");
}

/* fentry, fmod_ret and struct_ops need trampolines, which only the JIT makes. */
static void look_at_jit(struct doctor *d)
{
	_cleanup_free_ char *text = NULL;
	bool off;

	if (sysfs_text(&text, d->root, "/proc/sys/net/core/bpf_jit_enable")) {
		doctor_finds(d, "BPF JIT", DOCTOR_UNKNOWN, "on", "run doctor as root", "not known");
		return;
	}
	off = !strcmp(text, "0");
	doctor_finds(d, "BPF JIT", off ? DOCTOR_MISSING : DOCTOR_FINE, "on",
		     "echo 1 > /proc/sys/net/core/bpf_jit_enable", off ? "off" : "on");
}

/* fentry, fexit and fmod_ret need it. A kernel without this switch always has it on. */
static void look_at_tracing(struct doctor *d)
{
	_cleanup_free_ char *text = NULL;
	bool off;

	if (sysfs_text(&text, d->root, "/proc/sys/kernel/ftrace_enabled"))
		return;
	off = !strcmp(text, "0");
	doctor_finds(d, "ftrace", off ? DOCTOR_MISSING : DOCTOR_FINE,
		     "on; otherwise overrides take effect late, or not at all with a BPF object",
		     "echo 1 > /proc/sys/kernel/ftrace_enabled", off ? "off" : "on");
}

static void look_at_rights(struct doctor *d)
{
	const char *lack = rights_lack();

	doctor_finds(d, "rights", lack ? DOCTOR_MISSING : DOCTOR_FINE,
		     "root with CAP_SYS_ADMIN, outside of containers",
		     "use sudo tierbpf …; if you are in a container, run it outside, or give the container the capability",
		     "%s", lack ?: "root with CAP_SYS_ADMIN");
}

static void look_at_bpffs(struct doctor *d)
{
	_cleanup_free_ char *text = NULL;
	char *line, *rest, path[64], type[8];
	struct pins_fault fault;
	bool there = false;
	size_t length;

	rest = sysfs_bytes(d->root, "/proc/mounts", MOUNTS_MAX, &text, &length) ? NULL : text;
	while ((line = strsep(&rest, "\n")))
		there |= sscanf(line, "%*s %63s %7s", path, type) == 2 &&
			 !strcmp(path, "/sys/fs/bpf") && !strcmp(type, "bpf");
	if (there && !*d->root && pins_check(&fault))
		doctor_finds(d, "bpffs", DOCTOR_MISSING, "pins that only root can change",
			     fault.fix, "%s", fault.found);
	else
		doctor_finds(d, "bpffs", there ? DOCTOR_FINE : DOCTOR_MISSING,
			     "mounted at /sys/fs/bpf", "mount -t bpf -o mode=0700 bpf /sys/fs/bpf",
			     "%s", there ? "mounted at /sys/fs/bpf" : "not mounted");
}

static void look_at_pins(struct doctor *d)
{
	struct pins_fault fault;
	struct tierbpf_meta meta;
	int err = pins_check(&fault) ? -ENOENT : engine_read_meta(&meta);

	/* Pins that others can change are not read: look_at_bpffs() reports them. */
	if (err == -ENOENT)
		doctor_finds(d, "policy", DOCTOR_FINE,
			     "none, or one that this version of tierbpf loaded", NULL,
			     "none is loaded");
	else if (err)
		doctor_finds(d, "policy", DOCTOR_UNKNOWN, "pins that can be read",
			     "run doctor as root, or load the policy again", "%s", strerror(-err));
	else
		doctor_finds(d, "policy", meta.abi == TIERBPF_ABI ? DOCTOR_FINE : DOCTOR_MISSING,
			     "none, or one that this version of tierbpf loaded",
			     "load the policy again with this tierbpf", "generation %u, ABI %u",
			     meta.generation, meta.abi);
}

void doctor_look_at_kernel(struct doctor *d)
{
	char release[128];

	look_at_version(d, release, sizeof(release));
	/* A capture may hold nothing but the nodes. */
	if (*d->root && !*release) {
		look_at_tiers(d);
		return;
	}
	look_at_config(d, release);
	look_at_btf(d);
	look_at_tiers(d);
	look_at_jit(d);
	look_at_tracing(d);
	doctor_look_at_module(d, release);
	if (!*d->root)
		look_at_rights(d);
	look_at_bpffs(d);
	if (!*d->root)
		look_at_pins(d);
}
