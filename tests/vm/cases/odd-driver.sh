# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# timeout: 600
# append: memhp_default_state=online_movable
# module: tests/vm/modules/odd-driver
# A driver gives back references that it never took: from the slot of a node that is in a tier and
# from an empty one, with and without a memory type of its own. A stock kernel crashes when such a
# node leaves. With the module it must not crash, the node must keep its tier, and it must be as
# on a stock kernel after rmmod.
. /usr/lib/tierbpf-test/test.sh

# call WHAT...: each of node 1
call()
{
	for what; do
		echo "$what 1" >/sys/module/odd_driver/parameters/call || fail "odd-driver: $what"
	done
}

node1_blocks()
{
	for block in /sys/devices/system/node/node1/memory*/state; do
		echo "$1" >"$block" || fail "$block: $1"
	done
}

# comes_and_goes TIERS WHEN: node 1 has no memory, gets some and loses it again
comes_and_goes()
{
	node1_blocks online_movable
	expect_tiers "$1" "$2"
	node1_blocks offline
	expect_tiers "4:0" "$2, and without memory again"
}

# misuse TIERS WHEN: makes all wrong calls for a node in a tier, which must stay there
misuse()
{
	for calls in clear "clear clear" mine "init clear clear" "init mine" "clear init clear" \
		"clear clear init mine" "clear clear clear init init clear"; do
		# shellcheck disable=SC2086 # each is a word
		call $calls
		expect_tiers "$1" "$2, after $calls"
		node1_blocks offline
		expect_tiers "4:0" "$2, after $calls and without memory"
		node1_blocks online_movable
		expect_tiers "$1" "$2, after $calls and with memory again"
	done
}

insmod /lib/modules/extra/odd-driver.ko || fail "odd-driver.ko"
load_virtio_mem
expect_tiers "4:0 18:1" "before the module"
modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'

misuse "4:0 18:1" "without a policy"
call clear clear
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "after load"
misuse "4:0 10:1" "with a policy"
call clear
override 1 768
expect_tiers "4:0 6:1" "after an override"
call clear clear
unoverride 1
expect_tiers "4:0 10:1" "after the override"

# The slot is empty.
node1_blocks offline
call clear clear clear
comes_and_goes "4:0 10:1" "after clears of an empty slot"
# A driver with a type of its own removes it, and then removes it once too often.
call init
comes_and_goes "4:0 10:1" "with a driver"
call clear clear
comes_and_goes "4:0 10:1" "without the driver"
expect 0 tierbpf unload
call init
comes_and_goes "4:0 39:1" "with a driver, without a policy"
node1_blocks online_movable
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "with a driver and memory"
call clear
expect_tiers "4:0 10:1" "the driver has gone, the memory has not"
override 1 768
expect_tiers "4:0 6:1" "after an override"
node1_blocks offline
expect_tiers "4:0" "without memory"
call clear
node1_blocks online_movable
expect_tiers "4:0 6:1" "with memory again"
call clear clear
expect 0 tierbpf unload
expect_tiers "4:0 18:1" "after unload"
remove_module
expect_tiers "4:0 18:1" "after rmmod"

# After rmmod, everything that works on a stock kernel must work again.
for _ in 1 2; do
	node1_blocks offline
	expect_tiers "4:0" "without memory, without the module"
	node1_blocks online_movable
	expect_tiers "4:0 18:1" "as stock"
done
rmmod odd_driver || fail "rmmod odd_driver"
node1_blocks offline
expect_tiers "4:0" "without the driver"
node1_blocks online_movable
expect_tiers "4:0 18:1" "in the end"
check_leaks
