#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs guest.sh in a guest that systemd has booted. As in tests/vm/harness/init, its output, errors and status
# have a port each.
for port in 1 2 3; do
	stty -F "/dev/ttyS$port" raw -echo
done
echo begins >/dev/ttyS3
/usr/lib/tierbpf-boot/guest.sh >/dev/ttyS1 2>/dev/ttyS2
status=$?
[ $status != 100 ] || exit 0	# guest.sh has asked for a reboot
echo "exit $status" >/dev/ttyS3
systemctl poweroff --force --force
