# SPDX-License-Identifier: GPL-2.0-only
# topology: two-cpu-nodes
# The rules decide about a node again when its last CPU goes offline and when it comes back,
# without any command: `cpu` reflects what the kernel says at that moment.
. /usr/lib/tierbpf-test/test.sh

cpu()
{
	echo "$1" >/sys/devices/system/cpu/cpu1/online || fail "cpu1: $1"
	nodes=$(cat /sys/devices/system/node/has_cpu)
	case $1:$nodes in
	0:0 | 1:0-1) ;;
	*) fail "cpu1 $1: nodes $nodes have CPUs" ;;
	esac
}

# as_rules_say WITH WITHOUT: the tiers with and without the CPU of node 1
as_rules_say()
{
	expect_tiers "$1" "with all CPUs"
	for _ in 1 2; do
		cpu 0
		expect_tiers "$2" "without node 1's CPU"
		expect 0 tierbpf status
		cpu 1
		expect_tiers "$1" "with node 1's CPU again"
		expect 0 tierbpf status
	done
}

expect_tiers "4:0-1" "at boot"
modprobe tierbpf
policy /tmp/p.json '{"match": {"cpu": false}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
as_rules_say "4:0-1" "4:0 10:1"
policy /tmp/q.json '{"match": {"cpu": true, "node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/q.json
as_rules_say "4:0 5:1" "4:0-1"

# The CPU goes offline while no policy is loaded, and while the module is not loaded.
expect 0 tierbpf unload
cpu 0
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "loaded without node 1's CPU"
cpu 1
expect_tiers "4:0-1" "with it"
the_end "4:0-1"
cpu 0
expect_tiers "4:0-1" "without the module"
cpu 1
