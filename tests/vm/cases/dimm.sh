# SPDX-License-Identifier: GPL-2.0-only
# topology: dimm
# append: memhp_default_state=online_movable
# qmp: yes
# DIMMs that QEMU plugs into an empty node, and takes away again. Whatever a rule
# knows the node by, it decides at the first memory, with no process running.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/qmp.sh

# Every tier that node 1 is seen in, while /tmp/watching is there, in /tmp/seen.
watch_node1()
{
	was=
	touch /tmp/watching
	while [ -e /tmp/watching ]; do
		for nodelist in /sys/devices/virtual/memory_tiering/memory_tier*/nodelist; do
			read -r nodes 2>/dev/null <"$nodelist" || continue
			tier=${nodelist%/nodelist}
			case $nodes:$was in
			*1*:"${tier##*memory_tier}") ;;
			*1*:*) was=${tier##*memory_tier} && echo "$was" ;;
			esac
		done
	done >/tmp/seen &
}

# first_online TIER DIMM: node 1, empty until now, is in no other tier on its way.
first_online()
{
	# the kernel's own is no answer
	answered=$(($(counter answered) + ($1 != 18)))
	retiered=$(counter retiered)
	watch_node1
	plug_dimm "$2" 256 1
	expect_tiers "4:0 $1:1" "with $2"
	rm /tmp/watching
	wait
	[ "$(tr '\n' ' ' </tmp/seen)" = "$1 " ] || fail "node 1 was in tiers $(tr '\n' ' ' </tmp/seen)"
	[ "$(counter answered)" = $answered ] || fail "$(counter answered) answers, not $answered"
	[ "$(counter retiered)" = "$retiered" ] || fail "node 1 got its tier by a move"
}

# nothing_remains: of node 1, which had memory
nothing_remains()
{
	expect_tiers "4:0" "without DIMMs"
	[ ! -e /sys/devices/system/node/node1 ] || fail "node 1 is still there"
	ls /sys/devices/virtual/memory_tiering | grep -qx 'memory_tier.*' || fail "no tiers"
	[ "$(echo /sys/devices/virtual/memory_tiering/memory_tier*)" = \
		/sys/devices/virtual/memory_tiering/memory_tier4 ] || fail "a tier is still there"
	expect 0 tierbpf status --json
	[ "$(jq -c '[.nodes[].node], .stats.failed, .stats.rejected' /tmp/out | tr '\n' ' ')" = "[0] 0 0 " ] ||
		{ cat /tmp/out; fail "status is not as without node 1"; }
}

# decides TIER MATCH: from the first memory on
decides()
{
	policy /tmp/p.json "{\"match\": $2, \"action\": {\"tier\": \"far\"}}"
	expect 0 tierbpf load /tmp/p.json
	first_online "$1" dimm0
	unplug_dimm dimm0
	nothing_remains
}

expect_tiers "4:0" "at boot"
modprobe tierbpf
decides 10 '{"kind": "hotplug"}'
decides 10 '{"pxm": 1}'
decides 10 '{"read_latency_ns": {"min": 15}}'
decides 18 '{"read_latency_ns": {"max": 15}, "cpu": false}'

# ---- two DIMMs, retiers, and away in any way ----

policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
first_online 5 dimm0
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
for state in /sys/devices/system/node/node1/memory*/state; do
	echo offline >"$state" || fail "$state: offline"
done
expect_tiers "4:0" "with all off line"
unplug_dimm dimm2
unplug_dimm dimm1
nothing_remains

# ---- without the policy, and without the module ----

first_online 5 dimm0
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
