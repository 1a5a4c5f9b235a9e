# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# updates.sh REPETITIONS: measures what watching the map of overrides costs updates of other maps.
. /usr/lib/tierbpf-test/test.sh

policy /tmp/p '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
modprobe tierbpf || exit
for _ in $(seq "$1"); do
	without=$(updates) && empty=$(updates empty) || fail "updates"
	expect 0 tierbpf load /tmp/p
	with=$(updates) || fail "updates with a policy"
	expect 0 tierbpf unload
	echo "updates $without $with $empty"
done
