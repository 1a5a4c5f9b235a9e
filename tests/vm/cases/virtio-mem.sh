# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# timeout: 900
# append: memhp_default_state=online_movable
# qmp: yes
# The hypervisor makes a virtio-mem device grow and shrink, also to nothing; the node must follow
# the rules each time.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/qmp.sh

# request MIB: node 1 has that much memory afterwards.
request()
{
	qom_set vmem1 requested-size $(($1 << 20))
	blocks=$((($1 << 20) / 0x$(cat /sys/devices/system/memory/block_size_bytes)))
	for _ in $(seq 200); do
		[ "$(ls -d /sys/devices/system/node/node1/memory[0-9]* 2>/dev/null | wc -l)" != $blocks ] || return 0
		sleep 0.1
	done
	fail "node 1 has not got $1 MiB, but $(ls /sys/devices/system/node/node1)"
}

modprobe tierbpf
policy /tmp/p.json '{"match": {"kind": "hotplug"}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
first_online 10 modprobe virtio_mem
request 1024
expect_tiers "4:0 10:1" "with 1 GiB"
request 512
expect_tiers "4:0 10:1" "with 512 MiB"
override 1 768
expect_tiers "4:0 6:1" "after an override"
request 0
nothing_remains
unoverride 1
first_online 10 request 512
request 0

# A rule on the size decides at the first memory, and as the node grows and shrinks.
policy /tmp/s.json '{"match": {"kind": "hotplug", "size": {"min": "768MiB"}}, "action": {"tier": "far"}}' \
	'{"match": {"kind": "hotplug"}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/s.json
first_online 5 request 256
request 1024
expect_tiers "4:0 10:1" "with 1 GiB, which is large"
request 512
expect_tiers "4:0 5:1" "with 512 MiB, which is not"
request 0
expect 0 tierbpf load /tmp/p.json

# The policy is replaced while the node is empty.
policy /tmp/q.json '{"match": {"pxm": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/q.json
first_online 5 request 256
request 0
nothing_remains
expect 0 tierbpf unload
request 256
expect_tiers "4:0 18:1" "without a policy"
# Now that the driver has added memory, its name is known, and that decides the kind.
policy /tmp/d.json '{"match": {"kind": "device", "driver": "virtio_mem"}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/d.json
expect_tiers "4:0 10:1" "with a policy again"
expect 0 tierbpf topology --save /tmp/m
expect 0 tierbpf topology --sysroot /tmp/m
says /tmp/out device
expect 0 prog-caps 65534 none tierbpf topology
! grep device /tmp/out || fail "only root can know the driver"
the_end "4:0 18:1"
request 0
expect_tiers "4:0" "without the module"
