# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# files: what is on this system, but for a kernel's own files and dpkg's records of what happened.
# Sourced, in a chroot and in the guest.

files()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /kernel \) -prune \
		-o -print | LC_ALL=C sort |
		grep -v -E -e '^/usr/lib/modules(/[^/]*(/(kernel|vdso)(/.*)?|/modules\.[^/]*|/System\.map|/config|/build|/source)?)?$' \
			-e '^/var/lib/dpkg/(status|diversions|statoverride|available|triggers/|info/format)' \
			-e '^/var/(log|cache)/'
}
