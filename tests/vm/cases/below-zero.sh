# SPDX-License-Identifier: GPL-2.0-only
# topology: three-nvdimm
# brief: 6.12
# timeout: 600
# append: memhp_default_state=online_movable
# Tests a node with DRAM of its own whose count in the kernel is -2: before the module came,
# three kmem devices took away references from its slot that were never counted for them
# (stock kernels, 6.12 to 7.3). Such a slot takes whatever is put into it without a reference.
# The module used to put its own type in and free it on removal. Now the node must keep its
# tier while policies, the module and devices come and go.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

for module in nfit nd_pmem device_dax dax_pmem kmem; do
	modprobe $module
done
sleep 1
for device in 0 1 2; do
	make_dax $device
done
for device in 0 1 2; do
	unbind $device
done
expect_tiers "4:0-1" "before the module"

policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
for round in 1 2; do
	modprobe tierbpf || fail "modprobe tierbpf, $round"
	for _ in 1 2; do
		expect 0 tierbpf load /tmp/p.json
		expect_tiers "4:0 5:1" "after load, $round"
		expect 0 tierbpf unload
		expect_tiers "4:0-1" "after unload, $round"
	done
	remove_module
	expect_tiers "4:0-1" "after rmmod, $round"
done
# A device is bound after the module has been removed.
bind 0
expect_tiers "4:0-1" "with a device"
modprobe tierbpf
expect 0 tierbpf load /tmp/p.json
bind 1
expect_tiers "4:0 5:1" "with two devices"
unbind 1
unbind 0
expect_tiers "4:0 5:1" "without devices"
the_end "4:0-1"
