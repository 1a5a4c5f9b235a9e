# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# append: memhp_default_state=online_movable
# A policy is unloaded just while a node loses its last memory: the node has no memory any more,
# but is still part of its tier.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
load_virtio_mem
expect_tiers "4:0 10:1" "after the memory came"
attach test-slow slow
{
	for block in /sys/devices/system/node/node1/memory*/state; do
		echo offline >"$block"
	done
} &
leaving=$!
for _ in $(seq 300); do
	[ "$(cat /sys/devices/system/node/has_memory)" = 0 ] && break
	sleep 0.02
done
[ "$(tiers)" = "4:0 10:1" ] || fail "the moment was missed: $(tiers)"
expect 0 tierbpf unload
wait $leaving
expect_tiers "4:0" "after the memory has left"
detach slow
for block in /sys/devices/system/memory/memory*/state; do
	[ "$(cat "$block")" = online ] || echo online_movable >"$block"
done
expect_tiers "4:0 18:1" "when it is back, without a policy"
the_end "4:0 18:1"
