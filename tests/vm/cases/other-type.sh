# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# module: tests/vm/other-type
# Devices that were not all counted leave a slot with another memory type than the one by
# which the node is in its tier. Taken out by that, the node stayed in its former tier as
# well, whose type was freed: an endless loop. Stock types and ours, retier and unload.
. /usr/lib/tierbpf-test/test.sh

spoil()
{
	insmod /lib/modules/extra/other-type.ko || fail "other-type.ko"
	rmmod other_type
}

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
for _ in 1 2 3; do
	spoil
	expect 0 tierbpf load /tmp/a.json
	expect_tiers "4:0 10:1" "after load"
	spoil
	expect 0 tierbpf set 1 --tier 5
	expect_tiers "4:0 5:1" "after set"
	spoil
	expect 0 tierbpf unload
	expect_tiers "4:0 18:1" "after unload"
done
[ "$(dmesg | grep -c "node 1 had lost its memory type")" -ge 6 ] || fail "nothing was mended"
the_end "4:0 18:1"
