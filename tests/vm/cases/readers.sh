# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# A stock kernel hangs for ever if a nodelist is read at the moment at which its tier is removed.
# With the module loaded, readers and retiers must not disturb each other.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
for _ in 1 2 3; do
	while :; do cat /sys/devices/virtual/memory_tiering/memory_tier*/nodelist; done >/dev/null 2>&1 &
	readers="${readers:-} $!"
done
# some pauses, or the node is held (TIERBPF_MOVES)
for i in $(seq 20); do
	override 1 $((i % 30 * 256 + 1000))
	unoverride 1
	[ $((i % 4)) != 0 ] || sleep 1
done
expect_tiers "4:0 10:1"
# shellcheck disable=SC2086
kill $readers
[ "$(counter retiered)" -gt 10 ] || fail "only $(counter retiered) retiers"

# A policy that moves every node must never leave the machine without tiers.
policy /tmp/a.json '{"match": {}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"match": {}, "action": {"tier": "cxl"}}'
# Look twice: the first look may happen just when one tier is removed and another added.
none=0
while set -- /sys/devices/virtual/memory_tiering/memory_tier*; do
	[ ! -e "$1" ] && none=$((none + 1)) || none=0
	[ $none -lt 2 ] || echo none
done >/tmp/seen &
watcher=$!
for _ in 1 2 3 4; do
	expect 0 tierbpf load /tmp/a.json
	expect_tiers "10:0-1"
	expect 0 tierbpf load /tmp/b.json
	expect_tiers "5:0-1"
done
kill $watcher
[ ! -s /tmp/seen ] || fail "while all nodes moved, $(wc -l </tmp/seen) looks saw no tier"
the_end "4:0 18:1"
