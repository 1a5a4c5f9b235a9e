# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
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

: >/tmp/qmp-events
for port in /sys/class/virtio-ports/*; do
	[ "$(cat "$port/name" 2>/dev/null)" = qmp ] || continue
	exec 9<>"/dev/${port##*/}"
	qmp '{"execute": "qmp_capabilities"}'
done
[ -n "${answer:-}" ] || fail "this guest has no way to its QEMU: tests/vm/run --qmp"
