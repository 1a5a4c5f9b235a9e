# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# brief: 7.3
# timeout: 600
# append: memhp_default_state=online_movable
# module: tests/vm/modules/odd-driver
# Kernel code may ask for a node's adistance without adding memory (mt_calc_adistance() is
# exported). The module once took each such question for a dax/kmem device that was about to
# come: it counted the device and left the node alone for a second. Now these questions must
# not delay a move, unload or rmmod, and must not leave a count that nobody ever removes.
. /usr/lib/tierbpf-test/test.sh

call()
{
	echo "$1 1" >/sys/module/odd_driver/parameters/call || fail "odd-driver: $1"
}

ask_for_ever()
{
	until [ -e /tmp/stop ]; do
		call ask
		sleep 0.1
	done
}

node1_blocks()
{
	for block in /sys/devices/system/node/node1/memory*/state; do
		echo "$1" >"$block" || fail "$block: $1"
	done
}

# at_once TIERS WHEN: fails unless the tiers are right as soon as the command returns
at_once()
{
	[ "$(tiers)" = "$1" ] || fail "tiers $2: expected $1 at once, found $(tiers)"
}

insmod /lib/modules/extra/odd-driver.ko || fail "odd-driver.ko"
modprobe tierbpf
load_virtio_mem
expect_tiers "4:0 18:1" "when the memory has come"
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/q.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
ask_for_ever &
asker=$!
sleep 0.5
for _ in 1 2; do
	expect 0 tierbpf load /tmp/p.json
	at_once "4:0 10:1" "after load"
	expect 0 tierbpf load /tmp/q.json
	at_once "4:0 5:1" "after a replacement"
	expect 0 tierbpf set 1 --adistance 768
	at_once "4:0 6:1" "after set"
	expect 0 tierbpf unload
	at_once "4:0 18:1" "after unload"
done
expect 0 tierbpf load /tmp/p.json

# The node leaves. When it comes back, the kernel's question decides about it.
for file_tier in q:5 p:10; do
	file=${file_tier%:*}
	node1_blocks offline
	expect_tiers "4:0" "without memory"
	expect 0 tierbpf load /tmp/$file.json
	node1_blocks online_movable
	expect_tiers "4:0 ${file_tier#*:}:1" "when it is back"
done
touch /tmp/stop
wait $asker
node1_blocks offline
retiered=$(counter retiered)
answered=$(counter answered)
node1_blocks online_movable
expect_tiers "4:0 10:1" "when it is back again"
[ "$(counter answered) $(counter retiered)" = "$((answered + 1)) $retiered" ] ||
	fail "$(counter answered) answers, not $((answered + 1)), and $(counter retiered) moves, not $retiered"

rm /tmp/stop
ask_for_ever &
asker=$!
the_end "4:0 18:1"
touch /tmp/stop
wait $asker
# No count is left over: memory-tiers itself, which placed the node, is the only owner.
node1_blocks offline
expect_tiers "4:0" "without memory, without the module"
call drain
owners=$(cat /sys/module/odd_driver/parameters/owners)
[ "$owners" = 0 ] || [ "$owners" = 1 ] || fail "node 1's slot has $owners owners"
node1_blocks online_movable
expect_tiers "4:0 18:1" "as stock"
rmmod odd_driver || fail "rmmod odd_driver"
