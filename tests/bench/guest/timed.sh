# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# For guests with the module of tests/bench/kmod. Sourced.

insmod /tierbpf-bench.ko || exit

# timed WHAT NODE COUNT: ns each.
timed()
{
	echo "$*" >/sys/module/tierbpf/parameters/bench && cat /sys/module/tierbpf/parameters/bench ||
		echo "cannot time $*"
}
