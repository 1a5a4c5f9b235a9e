# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# append: memhp_default_state=online_movable
# When a block of memory goes online or offline, the module has to ask the policy again after the
# kernel has finished, since a rule on the node's size would otherwise see the old size. Here a BPF
# program makes each step of the kernel take longer than the module's worker waits. The test needs
# both kernels, because MEM_ONLINE and MEM_GOING_ONLINE are bits in 6.12, but consecutive numbers in
# 7.3.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
load_virtio_mem
expect_tiers "4:0 18:1" "after the memory came"
block=$((0x$(cat /sys/devices/system/memory/block_size_bytes)))
policy /tmp/s.json "{\"match\": {\"node\": 1, \"size\": {\"min\": $((block + 1))}}, \"action\": {\"tier\": \"far\"}}" \
	'{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/s.json
expect_tiers "4:0 10:1" "with two blocks"
set -- /sys/devices/system/node/node1/memory*/state
[ $# = 2 ] || fail "node 1 has $# blocks, not 2"
attach test-late-online late
for _ in 1 2; do
	echo offline >"$1" || fail "$1: offline"
	expect_tiers "4:0 5:1" "with one block"
	began=$(cut -d . -f 1 /proc/uptime)
	echo online_movable >"$1" || fail "$1: online"
	[ $(($(cut -d . -f 1 /proc/uptime) - began)) -ge 2 ] || fail "the block came online without a delay"
	expect_tiers "4:0 10:1" "with two blocks again"
done
detach late
the_end "4:0 18:1"
