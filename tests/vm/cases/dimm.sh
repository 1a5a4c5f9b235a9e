# SPDX-License-Identifier: GPL-2.0-only
# topology: dimm
# timeout: 900
# append: memhp_default_state=online_movable
# qmp: yes
# QEMU plugs DIMMs into an empty node and removes them. Whatever a rule matches the node by,
# it must decide as soon as the first memory appears, with no process running.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/qmp.sh

# decides TIER MATCH: from the first memory on
decides()
{
	policy /tmp/p.json "{\"match\": $2, \"action\": {\"tier\": \"far\"}}"
	expect 0 tierbpf load /tmp/p.json
	first_online "$1" plug_dimm dimm0 256 1
	unplug_dimm dimm0
	nothing_remains
}

expect_tiers "4:0" "at boot"
modprobe tierbpf
decides 10 '{"kind": "hotplug"}'
decides 10 '{"pxm": 1}'
decides 10 '{"read_latency_ns": {"min": 15}}'
decides 18 '{"read_latency_ns": {"max": 15}, "cpu": false}'

# ---- two DIMMs, retiers, and removal in every order ----

policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
first_online 5 plug_dimm dimm0 256 1
plug_dimm dimm1 256 1
expect_tiers "4:0 5:1" "with a second DIMM"
override 1 768
expect_tiers "4:0 6:1" "after an override"
unplug_dimm dimm0
expect_tiers "4:0 6:1" "with the first DIMM gone"
plug_dimm dimm2 256 1
expect_tiers "4:0 6:1" "with a third DIMM"
unoverride 1
expect_tiers "4:0 5:1" "after the override"
# The kernel adds a DIMM some time after QEMU has plugged it in.
blocks=$(((512 << 20) / 0x$(cat /sys/devices/system/memory/block_size_bytes)))
for try in $(seq 300); do
	[ "$(cat /sys/devices/system/node/node1/memory*/state | grep -cx online)" != $blocks ] || break
	[ "$try" -lt 300 ] || fail "not all $blocks blocks of two DIMMs come on line"
	sleep 0.2
done
for state in /sys/devices/system/node/node1/memory*/state; do
	echo offline >"$state" || fail "$state: offline"
done
expect_tiers "4:0" "with all off line"
unplug_dimm dimm2
unplug_dimm dimm1
nothing_remains

# ---- without the policy, and without the module ----

first_online 5 plug_dimm dimm0 256 1
expect 0 tierbpf unload
expect_tiers "4:0 18:1" "without a policy"
unplug_dimm dimm0
plug_dimm dimm0 256 1
expect_tiers "4:0 18:1" "plugged without a policy"
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1" "with the policy again"
the_end "4:0 18:1"
unplug_dimm dimm0
expect_tiers "4:0" "without the module"
