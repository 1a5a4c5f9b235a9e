// SPDX-License-Identifier: GPL-2.0-only
/* What tierbpf cannot do without: README, "Kernels" and "On a real machine". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tierbpf/abi.h>
#include <zlib.h>

#include "cleanup.h"
#include "doctor.h"
#include "engine.h"
#include "sysfs.h"

#define OLDEST_KERNEL "6.12"
#define LINE 512

/* What is known of tierbpf.ko. */
struct module {
	bool loaded;
	bool installed;
	char path[2 * LINE]; /* where depmod has found it */
};

/* The release, for paths; "" where it is not known. */
static void look_at_version(struct doctor *d, char *release, size_t size)
{
	_cleanup_free_ char *text = NULL;
	unsigned int major, minor;

	*release = 0;
	if (sysfs_text(&text, "%s/proc/sys/kernel/osrelease", d->root) ||
	    sscanf(text, "%u.%u", &major, &minor) != 2) {
		doctor_finds(d, "kernel", VERDICT_UNKNOWN, OLDEST_KERNEL " or newer", NULL, "not known");
		return;
	}
	snprintf(release, size, "%s", text);
	doctor_finds(d, "kernel", major > 6 || (major == 6 && minor >= 12) ? VERDICT_FINE : VERDICT_MISSING,
		     OLDEST_KERNEL " or newer",
		     "boot a newer kernel (Debian 12: linux-image-amd64 of bookworm-backports)", "%s", release);
}

/* Opens the kernel's configuration; NULL where nobody has kept it. gzopen() reads plain files too. */
static gzFile open_config(const char *root, const char *release)
{
	char path[LINE];
	gzFile f;

	snprintf(path, sizeof(path), "%s/proc/config.gz", root);
	f = gzopen(path, "re");
	if (f)
		return f;
	snprintf(path, sizeof(path), "%s/boot/config-%s", root, release);
	return gzopen(path, "re");
}

static const char *const options[] = {
	"CONFIG_BPF_SYSCALL", "CONFIG_BPF_JIT", "CONFIG_DEBUG_INFO_BTF", "CONFIG_DEBUG_INFO_BTF_MODULES",
	"CONFIG_NUMA", "CONFIG_MEMORY_HOTPLUG", "CONFIG_MIGRATION", "CONFIG_KPROBES",
};

#define NR_OPTIONS (sizeof(options) / sizeof(*options))

static void look_at_config(struct doctor *d, const char *release)
{
	gzFile f = open_config(d->root, release);
	char line[LINE], lacks[LINE] = "";
	bool set[NR_OPTIONS] = {};
	size_t i, length;

	if (!f) {
		doctor_finds(d, "configuration", VERDICT_UNKNOWN, "the options that README lists",
			     "where something below is missing, look for it in the configuration of your kernel",
			     "neither /proc/config.gz nor /boot/config-%s", release);
		return;
	}
	while (gzgets(f, line, sizeof(line)))
		for (i = 0; i < NR_OPTIONS; i++) {
			length = strlen(options[i]);
			set[i] |= !strncmp(line, options[i], length) && !strcmp(line + length, "=y\n");
		}
	gzclose(f);
	for (i = 0; i < NR_OPTIONS; i++)
		if (!set[i])
			snprintf(lacks + strlen(lacks), sizeof(lacks) - strlen(lacks), " %s", options[i]);
	doctor_finds(d, "configuration", *lacks ? VERDICT_MISSING : VERDICT_FINE, "these options",
		     "boot a kernel that has them, as those of distributions do", "%s%s",
		     *lacks ? "without" : "all that is needed", lacks);
}

static void look_at_btf(struct doctor *d)
{
	bool there = sysfs_exists("%s/sys/kernel/btf/vmlinux", d->root);

	doctor_finds(d, "BTF", there ? VERDICT_FINE : VERDICT_MISSING, "/sys/kernel/btf/vmlinux",
		     "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y", "%s", there ? "there" : "none");
}

static void look_at_tiers(struct doctor *d)
{
	bool there = sysfs_exists("%s/sys/devices/virtual/memory_tiering", d->root);

	doctor_finds(d, "memory tiers", there ? VERDICT_FINE : VERDICT_MISSING,
		     "/sys/devices/virtual/memory_tiering",
		     "boot a kernel built with CONFIG_NUMA and CONFIG_MIGRATION", "%s", there ? "there" : "none");
}

/* Where depmod has found the module, below /lib/modules/RELEASE. */
static bool find_module(const char *root, const char *release, char *path, size_t size)
{
	_cleanup_fclose_ FILE *f = NULL;
	char line[LINE], *name;

	snprintf(path, size, "%s/lib/modules/%s/modules.dep", root, release);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, ":")] = 0;
		name = strrchr(line, '/');
		if (strncmp(name ? name + 1 : line, "tierbpf.ko", strlen("tierbpf.ko")))
			continue;
		snprintf(path, size, "/lib/modules/%s/%s", release, line);
		return true;
	}
	return false;
}

static void look_at_module(struct doctor *d, const char *release, struct module *m)
{
	m->loaded = sysfs_exists("%s/sys/module/tierbpf", d->root);
	m->installed = find_module(d->root, release, m->path, sizeof(m->path));
	if (m->loaded && sysfs_exists("%s/sys/kernel/btf/tierbpf", d->root))
		doctor_finds(d, "module", VERDICT_FINE, NULL, NULL, "loaded");
	else if (m->loaded)
		doctor_finds(d, "module", VERDICT_MISSING, "one with BTF",
			     "build it where pahole (Debian: dwarves) and the kernel's vmlinux are: README, "
			     "\"On a real machine\"", "loaded, without BTF");
	else if (m->installed)
		doctor_finds(d, "module", VERDICT_MISSING, "loaded",
			     "modprobe tierbpf (dmesg says why, if it refuses)", "installed as %s, not loaded", m->path);
	else
		doctor_finds(d, "module", VERDICT_MISSING, "tierbpf.ko for this kernel",
			     "build and install it: README, \"On a real machine\"", "none for %s", release);
}

/* The word of /sys/kernel/security/lockdown that stands in brackets; "none" where there is no lockdown. */
static void read_lockdown(const char *root, char *word, size_t size)
{
	_cleanup_free_ char *text = NULL;
	char *from;

	snprintf(word, size, "none");
	if (sysfs_text(&text, "%s/sys/kernel/security/lockdown", root) || !(from = strchr(text, '[')))
		return;
	from[1 + strcspn(from + 1, "]")] = 0;
	snprintf(word, size, "%s", from + 1);
}

static bool wants_signatures(const char *root)
{
	_cleanup_free_ char *text = NULL;

	return !sysfs_text(&text, "%s/sys/module/module/parameters/sig_enforce", root) && *text == 'Y';
}

/* kernel/module/signing.c: the last words of a module file; a compressed one hides them. */
static enum verdict is_signed(const char *root, const char *path)
{
	static const char mark[] = "~Module signature appended~\n";
	char name[4 * LINE], tail[sizeof(mark)] = "";
	_cleanup_fclose_ FILE *f = NULL;
	size_t length = strlen(path);

	if (length < 3 || strcmp(path + length - 3, ".ko"))
		return VERDICT_UNKNOWN;
	snprintf(name, sizeof(name), "%s%s", root, path);
	f = fopen(name, "re");
	if (!f || fseek(f, -(long)(sizeof(mark) - 1), SEEK_END) || fread(tail, sizeof(mark) - 1, 1, f) != 1)
		return VERDICT_UNKNOWN;
	return strcmp(tail, mark) ? VERDICT_MISSING : VERDICT_FINE;
}

static void look_at_lockdown(struct doctor *d, const struct module *m)
{
	enum verdict verdict = VERDICT_FINE;
	char word[32];

	read_lockdown(d->root, word, sizeof(word));
	if (!strcmp(word, "confidentiality")) {
		doctor_finds(d, "lockdown", VERDICT_MISSING, "integrity, or none",
			     "boot with lockdown=integrity: BPF may not read the kernel otherwise", "%s", word);
		return;
	}
	if (!m->loaded && m->installed && (strcmp(word, "none") || wants_signatures(d->root)))
		verdict = is_signed(d->root, m->path);
	doctor_finds(d, "lockdown", verdict, "a module signed with a key that the kernel knows",
		     "sign it, and enroll the key: README, \"Secure Boot\"", "%s%s", word,
		     verdict == VERDICT_MISSING ? ", and the module is not signed" :
		     verdict == VERDICT_UNKNOWN ? ", and whether the module is signed cannot be told" : "");
}

static void look_at_bpffs(struct doctor *d)
{
	_cleanup_fclose_ FILE *f = NULL;
	char line[LINE], path[64];
	bool there = false;

	snprintf(line, sizeof(line), "%s/proc/mounts", d->root);
	f = fopen(line, "re");
	while (f && fgets(line, sizeof(line), f))
		there |= sscanf(line, "%*s %63s bpf ", path) == 1 && !strcmp(path, "/sys/fs/bpf");
	doctor_finds(d, "bpffs", there ? VERDICT_FINE : VERDICT_MISSING, "mounted at /sys/fs/bpf",
		     "mount -t bpf bpf /sys/fs/bpf", "%s", there ? "mounted at /sys/fs/bpf" : "not mounted");
}

static void look_at_pins(struct doctor *d)
{
	struct tierbpf_meta meta;
	int err = engine_read_meta(&meta);

	if (err == -ENOENT)
		doctor_finds(d, "policy", VERDICT_FINE, NULL, NULL, "none is loaded");
	else if (err)
		doctor_finds(d, "policy", VERDICT_UNKNOWN, "pins that can be read",
			     "run it as root, or load the policy again", "%s", strerror(-err));
	else
		doctor_finds(d, "policy", meta.abi == TIERBPF_ABI ? VERDICT_FINE : VERDICT_MISSING,
			     "one of this tierbpf", "load it again with this tierbpf", "generation %u, ABI %u",
			     meta.generation, meta.abi);
}

void doctor_look_at_kernel(struct doctor *d)
{
	struct module module;
	char release[128];

	look_at_version(d, release, sizeof(release));
	look_at_config(d, release);
	look_at_btf(d);
	look_at_tiers(d);
	look_at_module(d, release, &module);
	look_at_lockdown(d, &module);
	look_at_bpffs(d);
	if (!*d->root)
		look_at_pins(d);
}
