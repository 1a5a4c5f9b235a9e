# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# retier.sh REPETITIONS: measures a live retier of node 1 with 256 MiB in use, against taking its
# memory offline and online again, and against the kernel's own part of a retier.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-bench/timed.sh

# Prints the time since boot, with a resolution of 10 ms.
ns()
{
	sed 's/^\([0-9]*\)\.\([0-9]*\) .*/\1\20000000/' /proc/uptime
}

# Uses 256 MiB of the node.
fill()
{
	umount /mnt 2>/dev/null
	mkdir -p /mnt
	mount -t tmpfs -o mpol=bind:1,size=300M tmpfs /mnt &&
		dd if=/dev/zero of=/mnt/file bs=1M count=256 2>/dev/null || fail "no memory on node 1"
}

# Blocks that are offline have no entry in the node's directory.
off_and_on()
{
	blocks=$(cd /sys/devices/system/node/node1 && echo memory[0-9]*)
	start=$(ns)
	for block in $blocks; do
		echo offline >"/sys/devices/system/memory/$block/state" || fail "$block does not go offline"
	done
	for block in $blocks; do
		echo online_movable >"/sys/devices/system/memory/$block/state" || fail "$block does not come online"
	done
	echo $(($(ns) - start))
}

for _ in $(seq 50); do
	[ "$(cat /sys/devices/system/node/has_memory)" != 0-1 ] || break
	sleep 0.1
done
policy /tmp/p '{"match": {"node": 5}, "action": {"tier": "cxl"}}'
for i in $(seq "$1"); do
	fill
	offline=$(off_and_on) || { echo "$offline"; exit 1; }
	fill
	tierbpf load /tmp/p >/dev/null 2>&1 || fail "load"
	bytes=$(move 1 $((704 + 256 * i)) bpftool) || exit
	sleep 1.1
	echo "offline $offline $bytes"
	for j in 1 2 3 4; do
		kernel=$(timed establish 1 1) || exit
		sleep 1.3 # the module waits after a node has been added
		call=$(move 1 $((832 + 256 * (i + j)))) || exit
		sleep 0.3
		echo "establish $kernel $call"
	done
	tierbpf unload >/dev/null || fail "unload"
done
umount /mnt
