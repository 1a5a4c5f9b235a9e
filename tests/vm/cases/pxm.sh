# SPDX-License-Identifier: GPL-2.0-only
# topology: pxm
# kernels: cloud
# Rules name proximity domains by the numbers of the firmware, whatever node numbers the kernel
# gives them.
. /usr/lib/tierbpf-test/test.sh

# The machine is as the topology says: the CPUs are node 0's, and 17 away is node 1.
[ "$(cat /sys/devices/system/node/has_cpu)" = 0 ] || fail "the CPUs are elsewhere"
[ "$(cat /sys/devices/system/node/node0/distance)" = "10 17 28" ] || fail "other distances"

expect 0 tierbpf topology --json
[ "$(jq -c '[.nodes[].facts.pxm.value]' /tmp/out)" = "[1,0,2]" ] || fail "the domains of the nodes"

modprobe tierbpf
policy /tmp/p.json '{"match": {"pxm": 0}, "action": {"tier": "cxl"}}' \
	'{"match": {"pxm": "2,7-9"}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1 10:2"
expect 0 tierbpf explain 1
says /tmp/out "pxm                      0                SRAT"
policy /tmp/p.json '{"match": {"pxm": 1, "cpu": false}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0-2"
the_end "4:0-2"
