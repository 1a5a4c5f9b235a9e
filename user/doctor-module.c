// SPDX-License-Identifier: GPL-2.0-only
/* Is tierbpf.ko there, and does this kernel take it? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/abi.h>

#include "cleanup.h"
#include "doctor.h"
#include "sysfs.h"

#define LINE 512

/* What is known of tierbpf.ko. */
struct module {
	bool loaded;
	bool installed;
	char path[2 * LINE]; /* where depmod has found it */
};

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

/* Its MODULE_VERSION is the ABI. */
static void look_at_abi(struct doctor *d)
{
	_cleanup_free_ char *text = NULL;

	if (!sysfs_text(&text, "%s/sys/module/tierbpf/version", d->root) && atoi(text) == TIERBPF_ABI)
		doctor_finds(d, "module", VERDICT_FINE, "loaded, with BTF", NULL, "loaded");
	else
		doctor_finds(d, "module", VERDICT_MISSING, "one of the same version as this tierbpf",
			     "install that one; then tierbpf unload, rmmod tierbpf, modprobe tierbpf",
			     "loaded, with ABI %s, and this tierbpf has %d", text ?: "unknown", TIERBPF_ABI);
}

static void look_at_it(struct doctor *d, const char *release, struct module *m)
{
	m->loaded = sysfs_exists("%s/sys/module/tierbpf", d->root);
	m->installed = find_module(d->root, release, m->path, sizeof(m->path));
	if (m->loaded && sysfs_exists("%s/sys/kernel/btf/tierbpf", d->root))
		look_at_abi(d);
	else if (m->loaded)
		doctor_finds(d, "module", VERDICT_MISSING, "one with BTF",
			     "build it where pahole (Debian: dwarves) and the kernel's vmlinux are: README, "
			     "\"On a real machine\"", "loaded, without BTF");
	else if (m->installed)
		doctor_finds(d, "module", VERDICT_MISSING, "loaded",
			     "modprobe tierbpf (dmesg says why, if it refuses)", "installed as %s, not loaded", m->path);
	else
		doctor_finds(d, "module", VERDICT_MISSING, "tierbpf.ko for this kernel",
			     "for 6.12 or newer, build and install it: README, \"On a real machine\"", "none for %s", release);
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

/* The same of a compressed file: by kmod, which reads all the kinds that depmod does. */
static enum verdict modinfo_says(const char *path)
{
	char id[LINE] = "";
	FILE *f;

	if (setenv("TIERBPF_MODULE", path, 1))
		return VERDICT_UNKNOWN;
	f = popen("PATH=$PATH:/usr/sbin:/sbin; modinfo -F sig_id \"$TIERBPF_MODULE\" 2>/dev/null", "re");
	if (!f)
		return VERDICT_UNKNOWN;
	if (!fgets(id, sizeof(id), f))
		*id = 0;
	if (pclose(f))
		return VERDICT_UNKNOWN;
	return *id ? VERDICT_FINE : VERDICT_MISSING;
}

/* kernel/module/signing.c: the last words of a module file. */
static enum verdict is_signed(const char *root, const char *path)
{
	static const char mark[] = "~Module signature appended~\n";
	char name[4 * LINE], tail[sizeof(mark)] = "";
	_cleanup_fclose_ FILE *f = NULL;
	size_t length = strlen(path);

	snprintf(name, sizeof(name), "%s%s", root, path);
	if (length < 3 || strcmp(path + length - 3, ".ko"))
		return modinfo_says(name);
	f = fopen(name, "re");
	if (!f || fseek(f, -(long)(sizeof(mark) - 1), SEEK_END) || fread(tail, sizeof(mark) - 1, 1, f) != 1)
		return VERDICT_UNKNOWN;
	return strcmp(tail, mark) ? VERDICT_MISSING : VERDICT_FINE;
}

static void look_at_lockdown(struct doctor *d, const struct module *m)
{
	bool enforced = wants_signatures(d->root);
	enum verdict verdict = VERDICT_FINE;
	char word[32];

	read_lockdown(d->root, word, sizeof(word));
	if (!strcmp(word, "confidentiality")) {
		doctor_finds(d, "lockdown", VERDICT_MISSING, "integrity, or none",
			     "boot with lockdown=integrity: BPF may not read the kernel otherwise", "%s", word);
		return;
	}
	if (!m->loaded && m->installed && (strcmp(word, "none") || enforced))
		verdict = is_signed(d->root, m->path);
	doctor_finds(d, "lockdown", verdict, "none, or a module signed with a key that the kernel knows",
		     "sign it, and enroll the key: README, \"Secure Boot\"", "%s%s%s", word,
		     enforced ? ", and signatures are enforced" : "",
		     verdict == VERDICT_MISSING ? "; the module is not signed" :
		     verdict == VERDICT_UNKNOWN ? "; whether the module is signed cannot be told" : "");
}

void doctor_look_at_module(struct doctor *d, const char *release)
{
	struct module m;

	look_at_it(d, release, &m);
	look_at_lockdown(d, &m);
}
