# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Runs in a guest with exported nodes: /expected has "NODE READ_LATENCY
# WRITE_LATENCY READ_BANDWIDTH WRITE_BANDWIDTH from INITIATORS at DISTANCES" of
# each; and exporting the guest gives the options that it was booted with.
. /usr/lib/tierbpf-test/test.sh

cd /sys/devices/system/node || exit
for node in node[0-9]*; do
	from=
	for initiator in "$node"/access1/initiators/node*; do
		[ ! -e "$initiator" ] || from="${from:+$from,}${initiator##*node}"
	done
	set -- "$node"/access1/initiators/read_latency "$node"/access1/initiators/write_latency \
		"$node"/access1/initiators/read_bandwidth "$node"/access1/initiators/write_bandwidth
	# shellcheck disable=SC2046
	echo "${node#node}" $(cat "$@" 2>/dev/null || echo 0 0 0 0) from "${from:--}" \
		at $(cat "$node/distance")
done | sort -n >/tmp/nodes
diff -u /expected /tmp/nodes || fail "the nodes are not as expected (-)"
# shellcheck disable=SC2046
expect 0 tierbpf export qemu $(cat /sizes)
diff -u /options /tmp/out || fail "the guest, exported, is not what it was booted with (-)"
