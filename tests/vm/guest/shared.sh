# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Runs cases one after the other in one guest (tests/vm/check), and checks that each leaves the
# guest as it was after boot.
#
#   shared.sh CASE:SECONDS...      runs /cases/CASE.sh with this time limit
#
# Prints "shared: begins CASE" and "shared: ends CASE STATUS SECONDS" around the output of a case. It
# ends after a case that failed or left something behind, because that could affect the next case;
# tests/vm/check then runs the others in another guest.

# Prints the last line of the kernel's log on each node: only the log shows demotion targets.
demotion_targets()
{
	dmesg | awk 'sub(/.*Demotion targets for Node /, "") { node = $0 + 0; targets[node] = $0 }
		END { for (node in targets) print "demotion targets " targets[node] }' | sort
}

# Prints the user processes: kernel threads have no executable. It uses no pipe, whose processes would
# be among them.
processes()
{
	for exe in /proc/[0-9]*/exe; do
		[ ! -e "$exe" ] || { read -r comm <"${exe%exe}comm" && echo "process $comm"; } 2>/dev/null
	done >/run/processes
	sort /run/processes
}

state()
{
	grep -H . /sys/devices/virtual/memory_tiering/memory_tier*/nodelist
	demotion_targets
	cut -d " " -f 1 /proc/modules | sort
	prog-left
	find /sys/fs/bpf | sort
	processes
	grep -H . /sys/devices/system/node/online /sys/devices/system/node/has_* /sys/devices/system/cpu/online \
		/sys/devices/system/memory/auto_online_blocks /sys/devices/system/memory/memory*/state
	grep -sH . /sys/kernel/mm/numa/demotion_enabled /sys/kernel/debug/kprobes/enabled \
		/sys/kernel/debug/kprobes/list /sys/kernel/debug/sched/numa_balancing/scan_period_max_ms \
		/sys/kernel/tracing/enabled_functions /sys/kernel/tracing/kprobe_events /sys/kernel/tracing/set_event
	(cd /proc/sys && grep -sH . kernel/numa_balancing kernel/ftrace_enabled kernel/unprivileged_bpf_disabled \
		kernel/bpf_stats_enabled kernel/printk net/core/bpf_jit_* fs/protected_* vm/overcommit_memory vm/swappiness)
	cut -d " " -f 2,3 /proc/mounts | sort
	find / -xdev | sort
}

# as_found: waits until the guest is as after boot, since some objects are freed with a delay
as_found()
{
	rm -rf /tmp/* /tmp/.[!.]* /root/*
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		state >/run/now
		cmp -s /run/found /run/now && [ -z "$(find / -xdev -type f -newer /run/found)" ] && return
		sleep 1
	done
	echo "FAIL: the case leaves the guest other than it found it (-: as found, +: as left):"
	diff -U 0 /run/found /run/now | sed '1,2d; /^@@/d'
	find / -xdev -type f -newer /run/found | sed 's/^/changed: /'
	return 1
}

# A file as new as this one would not be found.
state >/run/found
sleep 1
touch /run/found
status=0
for case; do
	name=${case%:*}
	export LOG_MARK="tierbpf-test: begins $name;"
	echo "$LOG_MARK" >/dev/kmsg
	echo "shared: begins $name"
	read -r began _ </proc/uptime
	timeout -s KILL "${case#*:}" sh "/cases/$name.sh" </dev/null 2>&1
	status=$?
	[ $status != 137 ] || echo "FAIL: still running after ${case#*:} seconds"
	case $status in
	0 | 77) as_found || status=1 ;;
	esac
	read -r ended _ </proc/uptime
	# Behind a line that the case may not have ended.
	echo
	echo "shared: ends $name $status $((${ended%.*} - ${began%.*}))"
	[ $status = 0 ] || [ $status = 77 ] || break
done
