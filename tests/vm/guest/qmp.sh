# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC3045 # the busybox shell of a guest has read -t
# The QEMU that this guest runs in does what its guest says: tests/vm/run --qmp.
# Sourced in the guest, behind test.sh.

# qmp COMMAND: as JSON; its answer is in $answer. What happens meanwhile is kept
# for qmp_event.
qmp()
{
	echo "$1" >&9
	while read -r -t 30 answer <&9; do
		case $answer in
		'{"return"'*) return 0 ;;
		'{"error"'*) fail "QEMU refuses $1: $answer" ;;
		*) echo "$answer" >>/tmp/qmp-events ;;
		esac
	done
	fail "QEMU says nothing to $1"
}

# qmp_event NAME TEXT: waits until one with that text has happened since the last such wait.
qmp_event()
{
	until grep "\"event\": \"$1\"" /tmp/qmp-events | grep -qF -e "$2"; do
		read -r -t 60 answer <&9 || fail "QEMU reports no $1 of $2, but: $(cat /tmp/qmp-events)"
		echo "$answer" >>/tmp/qmp-events
	done
	: >/tmp/qmp-events
}

# qom_set DEVICE PROPERTY VALUE
qom_set()
{
	qmp "{\"execute\": \"qom-set\", \"arguments\":
	      {\"path\": \"/machine/peripheral/$1\", \"property\": \"$2\", \"value\": $3}}"
}

# plug_dimm NAME MIB NODE
plug_dimm()
{
	qmp "{\"execute\": \"object-add\", \"arguments\":
	      {\"qom-type\": \"memory-backend-ram\", \"id\": \"$1-memory\", \"size\": $(($2 << 20))}}"
	qmp "{\"execute\": \"device_add\", \"arguments\":
	      {\"driver\": \"pc-dimm\", \"id\": \"$1\", \"memdev\": \"$1-memory\", \"node\": $3}}"
}

# unplug_dimm NAME: the guest's kernel takes its memory off line and lets it go.
unplug_dimm()
{
	qmp "{\"execute\": \"device_del\", \"arguments\": {\"id\": \"$1\"}}"
	qmp_event DEVICE_DELETED "\"device\": \"$1\""
	qmp "{\"execute\": \"object-del\", \"arguments\": {\"id\": \"$1-memory\"}}"
}

# ---- node 1, which has no memory until something is plugged into it ----

# Every tier that it is seen in, while /tmp/watching is there, in /tmp/seen.
watch_node1()
{
	was=
	touch /tmp/watching
	while [ -e /tmp/watching ]; do
		for nodelist in /sys/devices/virtual/memory_tiering/memory_tier*/nodelist; do
			read -r nodes 2>/dev/null <"$nodelist" || continue
			tier=${nodelist%/nodelist}
			case $nodes:$was in
			*1*:"${tier##*memory_tier}") ;;
			*1*:*) was=${tier##*memory_tier} && echo "$was" ;;
			esac
		done
	done >/tmp/seen &
}

# first_online TIER COMMAND...: it brings memory, and node 1 is in that tier and no other
# from the first of it on. 18 is the kernel's own, which is no answer of a policy.
first_online()
{
	first=$1
	shift
	answered=$(($(counter answered) + (first != 18)))
	retiered=$(counter retiered)
	watch_node1
	"$@"
	expect_tiers "4:0 $first:1" "after $*"
	rm /tmp/watching
	wait
	[ "$(tr '\n' ' ' </tmp/seen)" = "$first " ] || fail "node 1 was in tiers $(tr '\n' ' ' </tmp/seen)"
	[ "$(counter answered)" = $answered ] || fail "$(counter answered) answers, not $answered"
	[ "$(counter retiered)" = "$retiered" ] || fail "node 1 got its tier by a move"
}

# With a policy in force, nothing is left of it.
nothing_remains()
{
	expect_tiers "4:0" "without memory in node 1"
	[ ! -e /sys/devices/system/node/node1 ] || fail "node 1 is still there"
	[ "$(echo /sys/devices/virtual/memory_tiering/memory_tier*)" = \
		/sys/devices/virtual/memory_tiering/memory_tier4 ] || fail "a tier is still there"
	expect 0 tierbpf status --json
	[ "$(jq -c '[.nodes[].node], .stats.failed, .stats.rejected' /tmp/out | tr '\n' ' ')" = "[0] 0 0 " ] ||
		{ cat /tmp/out; fail "status is not as without node 1"; }
}

: >/tmp/qmp-events
for port in /sys/class/virtio-ports/*; do
	[ "$(cat "$port/name" 2>/dev/null)" = qmp ] || continue
	exec 9<>"/dev/${port##*/}"
	qmp '{"execute": "qmp_capabilities"}'
done
[ -n "${answer:-}" ] || fail "this guest has no way to its QEMU: tests/vm/run --qmp"
