# SPDX-License-Identifier: GPL-2.0-only
# topology: nvdimm nvdimm-hmat
# program: ndctl daxctl
# append: memhp_default_state=offline
# Debian's own ndctl and daxctl turn an NVDIMM into memory and back. daxctl brings the memory
# online itself and fails if that has already happened.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

as_memory()
{
	expect 0 daxctl reconfigure-device --mode=system-ram "$device"
}

# Forced: its memory goes off line first.
as_device()
{
	expect 0 daxctl reconfigure-device --force --mode=devdax "$device"
	expect_tiers "4:0" "as a device again"
	[ ! -e /sys/devices/system/node/node1 ] || fail "node 1 is still there"
}

stock=22
[ ! -e /sys/firmware/acpi/tables/HMAT ] || stock=18
load_nvdimm
policy /tmp/p.json '{"name": "pmem", "match": {"kind": "pmem"}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect 0 ndctl create-namespace --force --reconfig=namespace0.0 --mode=devdax --map=mem
device=$(jq -r .daxregion.devices[0].chardev /tmp/out)
[ -e "/sys/bus/dax/devices/$device" ] || fail "no such device: $device"

as_memory
expect_tiers "4:0 10:1" "as memory"
expect 0 tierbpf explain 1
says /tmp/out pmem
as_device
as_memory
expect_tiers "4:0 10:1" "as memory again"
override 1 768
expect_tiers "4:0 6:1" "after an override"
as_device
as_memory
expect_tiers "4:0 6:1" "as memory, with the override"
unoverride 1
expect_tiers "4:0 10:1" "after the override"
expect 0 tierbpf unload
expect_tiers "4:0 $stock:1" "without a policy"
as_device
as_memory
expect_tiers "4:0 $stock:1" "as memory, without a policy"
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "with the policy again"
as_device
the_end "4:0"
