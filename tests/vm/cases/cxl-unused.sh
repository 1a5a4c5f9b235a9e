# SPDX-License-Identifier: GPL-2.0-only
# topology: cxl
# append: memhp_default_state=online_movable
# timeout: 400
# kernels: cloud
# doctor names CXL memory that is nobody's with its size and the command: a card without a region,
# and a region whose dax device no driver has taken. Once kmem has it, there is nothing to say, and
# rules and captures know its driver.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/cxl.sh

# finds TEXT FIX: the finding about device memory
finds()
{
	tierbpf doctor --json >/tmp/findings 2>/tmp/err
	found=$(jq -r '.findings[] | select(.what == "device memory") | .found + "; " + .fix' /tmp/findings)
	case $found in
	*"$1"*"; $2"*) ;;
	*) fail "device memory is '$found', not '$1; $2'" ;;
	esac
}

cxl_cards 1
card=$(basename $cxl/mem[0-9]*)
modprobe tierbpf
finds "512 MiB of $card (card 0x1) are in no CXL region" "cxl create-region -t ram -m $card"
cxl_create $((512 << 20)) 0x1
finds "in nodes of its own" ""
policy /tmp/p.json '{"match": {"kind": "cxl", "driver": "kmem"}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:$node" "with a rule on the driver"
expect 0 tierbpf topology --save /tmp/m
expect 0 tierbpf explain --sysroot /tmp/m --policy /tmp/p.json "$node"
grep -q "driver  *kmem  *iomem" /tmp/out || fail "the driver is not known: $(cat /tmp/out)"
expect 0 tierbpf unload

for state in /sys/devices/system/node/node"$node"/memory*/state; do
	echo offline >"$state" || fail "$state: offline"
done
echo "$device" >$dax/drivers/kmem/unbind || fail "unbind $device"
finds "$device, 512 MiB of $region, is in no node: no driver has taken it" \
	"daxctl reconfigure-device --mode=system-ram $device"
expect 0 tierbpf topology --save /tmp/n
expect 0 tierbpf doctor --sysroot /tmp/n
says /tmp/out "$device, 512 MiB of $region, is in no node"
echo "$device" >$dax/drivers/device_dax/bind || echo "$device" >$dax/drivers/device_dax/new_id ||
	fail "bind $device to device_dax"
finds "$device, 512 MiB of $region, is in no node: programs can use it as a device" \
	"daxctl reconfigure-device --mode=system-ram $device, if no program needs it"
the_end "4:0"
