# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# A bare bpftool map update moves a node, and a bare delete moves it back, without any other
# command. A value that is no valid adistance leaves the node as on a stock kernel and is counted.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1"
override 1 768
expect_tiers "4:0 6:1"
override 1 5000
expect_tiers "4:0 39:1"
unoverride 1
expect_tiers "4:0 10:1" "after the delete"

# The override survives the replacement of the policy, and wins over the new one.
override 1 768
policy /tmp/q.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/q.json
says /tmp/out override
expect_tiers "4:0 6:1" "after a replacement"

[ "$(counter rejected)" = 0 ] || fail "something was rejected already"
for nonsense in -1 -2147483648 2147483647 16777216; do
	override 1 768
	expect_tiers "4:0 6:1"
	override 1 $nonsense
	expect_tiers "4:0 18:1" "with the override $nonsense"
done
[ "$(counter rejected)" -ge 4 ] || fail "rejected: $(counter rejected)"
expect 0 tierbpf status
says /tmp/out "rejected"
dmesg | grep -q "tierbpf: node 1: the policy's answer 2147483647 is not within" || fail "not in the log"
override 1 0
expect_tiers "4:0 5:1" "with 0, which is no opinion"

# Updates of other maps, and of nodes that do not exist, have no effect.
before=$(counter retiered)
bpftool map create /sys/fs/bpf/other type hash key 4 value 4 entries 8 name override
bpftool map update pinned /sys/fs/bpf/other key 1 0 0 0 value 0 3 0 0
bpftool map delete pinned /sys/fs/bpf/other key 1 0 0 0
override 1000 768
override 4000000000 768
unoverride 4000000000
[ "$(counter retiered)" = "$before" ] || fail "another's map made a node move"
rm /sys/fs/bpf/other
the_end "4:0 18:1"
