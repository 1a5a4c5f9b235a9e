// SPDX-License-Identifier: GPL-2.0-only
/* Is tierbpf.ko installed and loaded, and can this kernel load it? */
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tierbpf/abi.h>

#include "doctor/doctor.h"
#include "machine/guards.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define LINE 512
#define MODULES_DEP_MAX (16 << 20)

struct module {
	bool loaded;
	bool installed;
	char path[2 * LINE]; /* below /lib/modules/RELEASE, from depmod */
};

/* The path of the module, from modules.dep. */
static bool find_module(const char *root, const char *release, char *path, size_t size)
{
	_cleanup_free_ char *text = NULL;
	char *line, *rest, *name;
	size_t length;

	snprintf(path, size, "/lib/modules/%s/modules.dep", release);
	if (sysfs_bytes(root, path, MODULES_DEP_MAX, &text, &length))
		return false;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		line[strcspn(line, ":")] = 0;
		name = strrchr(line, '/');
		if (strncmp(name ? name + 1 : line, "tierbpf.ko", strlen("tierbpf.ko")))
			continue;
		snprintf(path, size, "/lib/modules/%s/%s", release, line);
		return true;
	}
	return false;
}

/* The module's MODULE_VERSION is its ABI. */
static void look_at_abi(struct doctor *d)
{
	_cleanup_free_ char *text = NULL;

	if (!sysfs_text(&text, d->root, "/sys/module/tierbpf/version") && atoi(text) == TIERBPF_ABI)
		doctor_finds(d, "module", DOCTOR_FINE, "loaded, with BTF", NULL, "loaded");
	else
		doctor_finds(d, "module", DOCTOR_MISSING,
			     "the module of the same version as this tierbpf",
			     "install it, then tierbpf unload, rmmod tierbpf, modprobe tierbpf",
			     "loaded with ABI %s, but this tierbpf has %d", text ?: "unknown",
			     TIERBPF_ABI);
}

static void look_at_module(struct doctor *d, const char *release, struct module *m)
{
	m->loaded = sysfs_exists(d->root, "/sys/module/tierbpf");
	m->installed = find_module(d->root, release, m->path, sizeof(m->path));
	if (m->loaded && sysfs_exists(d->root, "/sys/kernel/btf/tierbpf"))
		look_at_abi(d);
	else if (m->loaded)
		doctor_finds(d, "module", DOCTOR_MISSING, "loaded, with BTF",
			     "build it with pahole (Debian: dwarves) and the kernel's vmlinux installed: README, "
			     "\"On a real machine\"",
			     "loaded without BTF");
	else if (m->installed)
		doctor_finds(d, "module", DOCTOR_MISSING, "loaded",
			     "modprobe tierbpf (if it fails, dmesg says why)",
			     "installed as %s, but not loaded", m->path);
	else
		doctor_finds(d, "module", DOCTOR_MISSING, "tierbpf.ko for this kernel",
			     "build and install it (Linux 6.12 or newer): README, \"On a real machine\"",
			     "none for %s", release);
}

/* The mode in /sys/kernel/security/lockdown, which is the word in brackets; "none" without that file. */
static void read_lockdown(const char *root, char *word, size_t size)
{
	_cleanup_free_ char *text = NULL;
	char *from;

	snprintf(word, size, "none");
	if (sysfs_text(&text, root, "/sys/kernel/security/lockdown") || !(from = strchr(text, '[')))
		return;
	from[1 + strcspn(from + 1, "]")] = 0;
	snprintf(word, size, "%s", from + 1);
}

static bool wants_signatures(const char *root)
{
	_cleanup_free_ char *text = NULL;

	return !sysfs_text(&text, root, "/sys/module/module/parameters/sig_enforce") && *text == 'Y';
}

/* libkmod reads compressed modules as well. */
static enum doctor_verdict find_signature(struct kmod_ctx *kmod, const char *path)
{
	struct kmod_list *list = NULL, *entry;
	enum doctor_verdict verdict = DOCTOR_MISSING;
	struct kmod_module *module = NULL;

	if (kmod_module_new_from_path(kmod, path, &module) ||
	    kmod_module_get_info(module, &list) < 0)
		verdict = DOCTOR_UNKNOWN;
	kmod_list_foreach(entry, list) if (!strcmp(kmod_module_info_get_key(entry), "sig_id"))
		verdict = DOCTOR_FINE;
	kmod_module_info_free_list(list);
	kmod_module_unref(module);
	return verdict;
}

static void ignore_log(void *data, int priority, const char *file, int line, const char *fn,
		       const char *format, va_list args)
{
}

/* Uses the library and no process, so that no PATH decides what runs with the rights of root. */
static enum doctor_verdict is_signed_by_kmod(const char *path)
{
	const char *const no_configuration = NULL;
	struct kmod_ctx *kmod = kmod_new(NULL, &no_configuration);
	enum doctor_verdict verdict;

	if (!kmod)
		return DOCTOR_UNKNOWN;
	kmod_set_log_fn(kmod, ignore_log, NULL);
	verdict = find_signature(kmod, path);
	kmod_unref(kmod);
	return verdict;
}

/*
 * A signed module ends with this mark (kernel/module/signing.c). A compressed module of a captured
 * machine is not opened, since it may come from anybody.
 */
static enum doctor_verdict is_signed(const char *root, const char *path)
{
	static const char mark[] = "~Module signature appended~\n";
	char tail[sizeof(mark)] = "";
	_cleanup_close_ int fd = -1;
	size_t length = strlen(path);
	struct stat st;

	if (length < 3 || strcmp(path + length - 3, ".ko"))
		return *root ? DOCTOR_UNKNOWN : is_signed_by_kmod(path);
	fd = sysfs_open(root, path);
	if (fd < 0 || fstat(fd, &st) || st.st_size < (off_t)sizeof(mark) ||
	    pread(fd, tail, sizeof(mark) - 1, st.st_size - (off_t)sizeof(mark) + 1) !=
		    sizeof(mark) - 1)
		return DOCTOR_UNKNOWN;
	return strcmp(tail, mark) ? DOCTOR_MISSING : DOCTOR_FINE;
}

static void look_at_lockdown(struct doctor *d, const struct module *m)
{
	bool enforced = wants_signatures(d->root);
	enum doctor_verdict verdict = DOCTOR_FINE;
	char word[32];

	read_lockdown(d->root, word, sizeof(word));
	if (!strcmp(word, "confidentiality")) {
		doctor_finds(d, "lockdown", DOCTOR_MISSING, "integrity, or none",
			     "boot with lockdown=integrity, as BPF may not read the kernel otherwise",
			     "%s", word);
		return;
	}
	if (!m->loaded && m->installed && (strcmp(word, "none") || enforced))
		verdict = is_signed(d->root, m->path);
	doctor_finds(d, "lockdown", verdict,
		     "none, or a module signed with a key that the kernel knows",
		     "sign the module and enroll the key: README, \"Secure Boot\"", "%s%s%s", word,
		     enforced ? ", and signatures are enforced" : "",
		     verdict == DOCTOR_MISSING ? "; the module is not signed" :
		     verdict == DOCTOR_UNKNOWN ? "; it is not known whether the module is signed" :
						 "");
}

/* Unknown without debugfs, which nothing else needs: then there is no finding. */
static void look_at_guards(struct doctor *d)
{
	enum guards guards = guards_read(d->root);

	if (guards != GUARDS_UNKNOWN)
		doctor_finds(d, "kprobes", guards == GUARDS_ON ? DOCTOR_FINE : DOCTOR_MISSING,
			     "on; the module needs them to keep the kernel from crashing while nodes move",
			     "echo 1 > " GUARDS_SWITCH, guards == GUARDS_ON ? "on" : "off");
}

void doctor_look_at_module(struct doctor *d, const char *release)
{
	struct module m;

	look_at_module(d, release, &m);
	look_at_guards(d);
	look_at_lockdown(d, &m);
}
