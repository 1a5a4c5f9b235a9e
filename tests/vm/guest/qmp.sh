# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC3045 # the busybox shell of a guest has read -t
# Lets the guest control the QEMU that it runs in (tests/vm/run --qmp). Sourced in the guest, after
# test.sh.

# qmp COMMAND: sends COMMAND, which is JSON, and sets $answer. Events that arrive meanwhile are kept
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

# qmp_event NAME TEXT: waits for an event with that text, since the last such wait.
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

# unplug_dimm NAME: the guest's kernel takes its memory offline and removes the DIMM.
unplug_dimm()
{
	qmp "{\"execute\": \"device_del\", \"arguments\": {\"id\": \"$1\"}}"
	qmp_event DEVICE_DELETED "\"device\": \"$1\""
	qmp "{\"execute\": \"object-del\", \"arguments\": {\"id\": \"$1-memory\"}}"
}

# ---- node 1, which has no memory until a device is plugged in ----

# Writes every tier in which node 1 is seen to /tmp/seen, while /tmp/watching exists.
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

# first_online TIER COMMAND...: COMMAND adds memory, and node 1 must be in TIER and no other from
# its first memory on. The kernel's own tier is 18, which no policy here gives.
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
