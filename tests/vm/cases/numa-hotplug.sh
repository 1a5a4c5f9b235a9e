# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# timeout: 240
# long: 3600
# append: memhp_default_state=online_movable
# A node's memory goes and comes, and the node is moved, while programs use it and NUMA
# balancing remembers times in the pages of slow nodes (numa_balancing=2): what a page
# remembers is read as something else where its node has another place meanwhile.
#
# The argument says how many rounds (6).
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

count=${1:-6}

node1_blocks()
{
	for block in $blocks; do
		case $1 in
		offline) offline "$block" ;;
		*) echo "$1" >"$block/state" || fail "$block: $1" ;;
		esac
	done
}

in_vmstat()
{
	awk -v name="$1" '$1 == name { print $2 }' /proc/vmstat
}

modprobe virtio_mem
expect_tiers "4:0 18:1" "at boot"
blocks=
for block in /sys/devices/system/node/node1/memory[0-9]*; do
	blocks="$blocks /sys/devices/system/memory/${block##*/}"
done
echo 1 >/sys/kernel/mm/numa/demotion_enabled
echo 2 >/proc/sys/kernel/numa_balancing
echo 100 >/sys/kernel/debug/sched/numa_balancing/scan_period_min_ms
echo 200 >/sys/kernel/debug/sched/numa_balancing/scan_period_max_ms
modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "after load"
faults=$(in_vmstat numa_hint_faults)
prog-stress hog 2 2 &
hogs=$!
for n in $(seq "$count"); do
	override 1 $((640 + n % 8 * 128))
	sleep 0.$((n % 10))
	node1_blocks offline
	expect_tiers "4:0" "without memory, round $n"
	# alone in the fast tier, and back in a slow one
	[ $((n % 3)) != 0 ] || override 1 64
	node1_blocks online_movable
	sleep 0.5
	override 1 576
	sleep 0.5
	unoverride 1
	expect_tiers "4:0 10:1" "round $n"
	kill -0 $hogs || fail "prog-stress has ended"
done
kill $hogs
faults=$(($(in_vmstat numa_hint_faults) - faults))
echo "$count rounds, $faults hint faults"
[ $faults -gt 0 ] || fail "NUMA balancing looked at no page"
the_end "4:0 18:1"
