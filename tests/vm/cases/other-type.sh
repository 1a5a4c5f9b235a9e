# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# module: tests/vm/modules/other-type
# If some devices were not counted, a slot may end up with another memory type than the one by
# which its node is in its tier. A removal by the wrong type left the node in its former tier too,
# whose type was freed: the kernel looped for ever. This tests stock types and ours, retier and
# unload. The module's kprobes on the drivers prevent it; if it happened earlier, or while kprobes
# were off, the module repairs the slot before the node moves.
. /usr/lib/tierbpf-test/test.sh

kprobes=/sys/kernel/debug/kprobes/enabled
[ -e $kprobes ] || mount -t debugfs none /sys/kernel/debug || fail debugfs

spoil()
{
	insmod /lib/modules/extra/other-type.ko || fail "other-type.ko"
	rmmod other_type
}

spoil_unseen()
{
	echo 0 >$kprobes
	spoil
	echo 1 >$kprobes
}

mended()
{
	dmesg | grep -c "node 1 had lost its memory type"
}

# rounds SPOIL
rounds()
{
	for _ in 1 2 3; do
		$1
		expect 0 tierbpf load /tmp/a.json
		expect_tiers "4:0 10:1" "after load"
		$1
		expect 0 tierbpf set 1 --tier 5
		expect_tiers "4:0 5:1" "after set"
		$1
		expect 0 tierbpf unload
		expect_tiers "4:0 18:1" "after unload"
	done
}

spoil
modprobe tierbpf
[ "$(mended)" = 1 ] || fail "the module does not mend what it finds"
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
rounds spoil
[ "$(mended)" = 1 ] || fail "something was spoilt in spite of the module"
rounds spoil_unseen
[ "$(mended)" -ge 7 ] || fail "nothing was mended"
the_end "4:0 18:1"
