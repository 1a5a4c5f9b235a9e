# SPDX-License-Identifier: GPL-2.0-only
# topology: cxl cxl-gp
# append: memhp_default_state=online_movable
# timeout: 600
# kernels: cloud
# Rules match a CXL region that is created at run time by its kind, its number and its cards.
# Its speed comes from the cards' CDAT, whatever the kernel makes of that. `cxl` has no generic
# port, so there the performance of the path from the CPUs to the host bridge is unknown.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/cxl.sh

# expect_facts NODE NAME VALUE...: in topology --json; null: not known
expect_facts()
{
	expect 0 tierbpf topology --json
	of=$1
	shift
	while [ $# -gt 0 ]; do
		is=$(jq ".nodes[] | select(.node == $of) | .facts[\"$1\"].value" /tmp/out)
		[ "$is" = "$2" ] || fail "$1 of node $of is $is, not $2"
		shift 2
	done
}

# decides TIER MATCH: a rule with MATCH must put the region's node into TIER
decides()
{
	policy /tmp/p.json "{\"match\": $2, \"action\": {\"tier\": \"far\"}}"
	expect 0 tierbpf load /tmp/p.json
	expect_tiers "4:0 $1:$node" "with $2"
}

case $(uname -r) in
6.12*) picoseconds=1 ;;
*) picoseconds= ;;
esac

if [ -e /sys/firmware/acpi/tables/HMAT ]; then
	serials="0x2 0x1"
	stock=141
	[ -z "$picoseconds" ] || stock=9703
else
	serials=0x1
	stock=22
fi
# shellcheck disable=SC2086
set -- $serials
cxl_cards $#
modprobe tierbpf
expect_tiers "4:0" "before there is a region"

# ---- what the cards report about a region that does not exist yet ----

policy /tmp/kind.json '{"name": "cards", "match": {"kind": "cxl"}, "action": {"tier": "far"}}'
policy /tmp/serial.json '{"match": {"cxl": {"serial": "0x1"}}, "action": {"tier": "far"}}'
policy /tmp/hmat.json '{"name": "by firmware", "match": {"kind": "cxl"}, "action": {"from": "hmat"}}'
if [ $stock = 22 ]; then
	# One card. The performance of the path to it is unknown.
	expect_facts 1 kind '"cxl"' cxl_region null cxl_serial '"0x1"' read_latency_ns null
	early=serial tier=10
else
	# One of two equal cards, or both. The host bridge has less bandwidth than a card.
	expect_facts 2 kind '"cxl"' cxl_region null cxl_serial null read_latency_ns 202 \
		write_latency_ns 302 read_bandwidth_mbps 8192 write_bandwidth_mbps 8192
	says /tmp/out "CDAT, of a region to come"
	early=hmat tier=141
fi
expect 0 tierbpf load /tmp/$early.json
cxl_create $(($# << 29)) "$@"
expect_tiers "4:0 $tier:$node" "with a region that came later than the policy by $early"
expect 0 tierbpf unload
expect_tiers "4:0 $stock:$node" "of the kernel's own"

# ---- what is known about the region ----

expect_facts "$node" kind '"cxl"' size $(($# << 29)) cxl_region "${region#region}" cxl_serial "\"$1\""
if [ $stock = 22 ]; then
	expect_facts "$node" read_latency_ns null write_bandwidth_mbps null
else
	# CDAT gives 150 and 250 ns, 16000 MB/s. A flit takes 2 ns over a link. From the CPUs to the
	# host bridge it is 50 ns and 8192 MB/s.
	expect_facts "$node" read_latency_ns 202 write_latency_ns 302 \
		read_bandwidth_mbps 8192 write_bandwidth_mbps 8192
fi

# ---- rules ----

decides 10 '{"kind": "cxl"}'
decides 10 "{\"cxl\": {\"region\": ${region#region}}}"
decides 10 '{"cxl": {"serial": "0x1"}}'
[ $# = 1 ] || decides 10 '{"cxl": {"serial": "0x2"}}'
decides $stock '{"cxl": {"serial": "0x3"}}'
decides $stock '{"kind": ["pmem", "hotplug"]}'

expect 0 tierbpf plan --json /tmp/hmat.json
by=$(jq -r ".nodes[] | select(.node == $node) | .decided_by" /tmp/out)
if [ $stock = 22 ]; then
	[ "$by" = default ] || fail "without a latency, '$by' decides"
else
	[ "$by" = "by firmware" ] || fail "with a latency, '$by' decides"
fi
expect 0 tierbpf load /tmp/hmat.json
expect 0 tierbpf explain "$node"
if [ $stock = 22 ]; then
	# There is nothing to compute from: the rule is skipped, and the kernel's 2880 stays.
	expect_tiers "4:0 22:$node" "by firmware that says nothing"
	says /tmp/out "so the rule is skipped"
	says /tmp/out "adistance 2880, tier 22"
else
	# 576 * (202 + 302) / 20 * 20480 / 16384 = 18143, also where the kernel has 1242000
	expect_tiers "4:0 141:$node" "by firmware"
	says /tmp/out "576 * (202 + 302) / (10 + 10) ns * (10240 + 10240) / (8192 + 8192) MB/s = 18143"
fi
if [ -n "$picoseconds" ] && [ $stock != 22 ]; then
	says /tmp/out "576 * (17200 + 17300) / (10 + 10) ns * (10240 + 10240) / (8192 + 8192) MB/s = 1242000"
	says /tmp/out "the kernel has 17200 and 17300 ns"
	says /tmp/out "CDAT says 202 and 302 ns"
	says /tmp/out "link latency of 17000 ps, taken for ns (as Linux 6.12 does)"
else
	! grep "CDAT says" /tmp/out || fail "the kernel and CDAT say the same"
fi

# ---- a captured machine has the same facts ----

expect 0 tierbpf topology --save /root/captured
tierbpf topology --json >/tmp/live
tierbpf topology --json --sysroot /root/captured >/tmp/captured
cmp -s /tmp/live /tmp/captured || { diff /tmp/live /tmp/captured; fail "the capture differs"; }

# ---- the region is removed and created again while the policy is in force ----

expect 0 tierbpf load /tmp/kind.json
was=$node
cxl_destroy
expect_tiers "4:0" "without the region"
[ ! -e "/sys/devices/system/node/node$was" ] || fail "node $was is still there"
[ "$(echo /sys/devices/virtual/memory_tiering/memory_tier*)" = \
	/sys/devices/virtual/memory_tiering/memory_tier4 ] || fail "a tier is still there"
# The cards are swapped, or another part of one card is used.
[ $# = 1 ] || set -- "$2" "$1"
cxl_create $(($# << 28)) "$@"
[ "$node" = "$was" ] || fail "the same window has another node: $node, not $was"
expect_tiers "4:0 10:$node" "with a region again"
expect 0 tierbpf status
says /tmp/out cards
expect_facts "$node" size $(($# << 28)) cxl_serial "\"$1\""
the_end "4:0 $stock:$node"

# 7.3 shows the region's figures only when its node gets memory for the first time
if [ $stock != 22 ]; then
	modprobe tierbpf
	expect_facts "$node" read_latency_ns 202
	expect 0 tierbpf load /tmp/hmat.json
	expect_tiers "4:0 141:$node" "by firmware again"
	the_end "4:0 $stock:$node"
fi
