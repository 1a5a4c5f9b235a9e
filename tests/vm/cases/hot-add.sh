# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# append: memhp_default_state=online_movable
# The rules must decide about a node in the kernel, with no process running, when it gets its
# first memory and as it grows and shrinks. After unload it must be as on a stock kernel.
. /usr/lib/tierbpf-test/test.sh

node1_blocks()
{
	for block in /sys/devices/system/node/node1/memory*/state; do
		echo "$1" >"$block" || fail "$block: $1"
	done
}

expect_tiers "4:0" "at boot"
modprobe tierbpf
policy /tmp/p.json '{"match": {"node": "1-3", "cpu": false}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
load_virtio_mem
expect_tiers "4:0 10:1" "after the memory came"
expect 0 tierbpf status
says /tmp/out far
[ "$(counter answered)" = 1 ] || fail "the kernel's question was answered $(counter answered) times"
override 1 768
expect_tiers "4:0 6:1" "after an override"
unoverride 1
expect_tiers "4:0 10:1" "after the override"

# All memory of the node goes and comes back.
node1_blocks offline
expect_tiers "4:0" "while node 1 has no memory"
node1_blocks online_movable
expect_tiers "4:0 10:1" "when it has memory again"

# The policy is unloaded while the node has no memory.
node1_blocks offline
expect 0 tierbpf unload
node1_blocks online_movable
expect_tiers "4:0 18:1" "without a policy"
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "with the policy again"
node1_blocks offline
policy /tmp/q.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/q.json
node1_blocks online_movable
expect_tiers "4:0 5:1" "with a policy replaced meanwhile"

# A rule on the node's size decides again as the node shrinks and grows, block by block.
block=$((0x$(cat /sys/devices/system/memory/block_size_bytes)))
policy /tmp/s.json "{\"match\": {\"node\": 1, \"size\": {\"min\": $((block + 1))}}, \"action\": {\"tier\": \"far\"}}" \
	'{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/s.json
[ "$(tiers)" = "4:0 10:1" ] || fail "two blocks are not more than one: $(tiers)"
set -- /sys/devices/system/node/node1/memory*/state
[ $# = 2 ] || fail "node 1 has $# blocks, not 2"
for _ in 1 2; do
	echo offline >"$1" || fail "$1: offline"
	expect_tiers "4:0 5:1" "with a block less"
	echo online_movable >"$1" || fail "$1: online"
	expect_tiers "4:0 10:1" "with the block again"
done
expect 0 tierbpf explain 1
says /tmp/out "size                     $((2 * block >> 20)) MiB          sysfs"
# The node leaves, and comes back smaller.
node1_blocks offline
echo online_movable >"$1" || fail "$1: online"
expect_tiers "4:0 5:1" "when it comes back with one block"
echo online_movable >"$2" || fail "$2: online"
expect_tiers "4:0 10:1" "with the other"
the_end "4:0 18:1"
