# SPDX-License-Identifier: GPL-2.0-only
# topology: three-nvdimm
# timeout: 600
# append: memhp_default_state=online_movable
# Tests a node with DRAM of its own whose kmem devices came and went before the module was loaded.
# memory-tiers never counted them: the first that left emptied the slot, the second brought its
# count to -1, and one that came then is in the slot without a reference (stock kernels, 6.12 to
# 7.3). Loading a policy once freed its memory type, which kmem keeps. Kernels without KASAN show
# that only, if at all, by wrong tiers and later crashes.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

for module in nfit nd_pmem device_dax dax_pmem kmem; do
	modprobe $module
done
sleep 1
make_dax 0
make_dax 1
unbind 0
unbind 1
bind 0
expect_tiers "4:0-1" "before the module"

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1" "after load"
# kmem searches its types for one with its adistance and would find the one that was freed.
bind 1
expect_tiers "4:0 5:1" "with another device"
override 1 1344
expect_tiers "4:0 10:1" "after an override"
unbind 0
expect_tiers "4:0 10:1" "with one device left"
unbind 1
expect_tiers "4:0 10:1" "without devices"
rmmod kmem || fail "rmmod kmem"
unoverride 1
expect_tiers "4:0 5:1" "without kmem"
the_end "4:0-1"
modprobe kmem || fail "modprobe kmem"
expect_tiers "4:0-1" "with kmem again"
