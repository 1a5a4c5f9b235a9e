# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Measures a load as a whole process against the minimum, and sizes. Both move nodes 1 and 2.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf || exit
cat >/tmp/p <<-POLICY
	{"version": 1, "tiers": ["dram", "cxl", {"name": "far", "adistance": 1344}],
	 "rules": [{"match": {"node": 1}, "action": {"tier": "cxl"}},
		   {"match": {"node": 2}, "action": {"tier": "far"}}]}
POLICY
expect 0 tierbpf load /tmp/p
expect_tiers "4:0 5:1 10:2"
minimal --save /tmp/maps || exit
expect 0 tierbpf unload
minimal --sizes 3 2 || exit
minimal --sizes 1024 1024 | grep ^maps || exit

# The kernel detaches some time after rm.
echo 'rm -r /sys/fs/bpf/minimal && for i in $(seq 50); do
	[ "$(cat /sys/module/tierbpf/refcnt)" != 0 ] || exit 0; sleep 0.1; done; exit 1' >/tmp/after
pair --reps "$1" --after-baseline "sh /tmp/after" --after-subject "tierbpf unload >/dev/null" \
	-- minimal /tmp/maps -- tierbpf load /tmp/p >/tmp/pairs || exit
sed 's/^/pair /' /tmp/pairs
