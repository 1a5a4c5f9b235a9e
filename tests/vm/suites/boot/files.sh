# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# files: lists the files on this system, except for the files of kernels and dpkg's own records.
# This script is sourced both in a chroot and in the guest.

files()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /kernel \) -prune \
		-o -print | LC_ALL=C sort |
		grep -v -E -e '^/usr/lib/modules(/[^/]*(/(kernel|vdso)(/.*)?|/modules\.[^/]*|/System\.map|/config|/build|/source)?)?$' \
			-e '^/var/lib/dpkg/(status|diversions|statoverride|available|triggers/|info/format)' \
			-e '^/var/(log|cache)/'
}
