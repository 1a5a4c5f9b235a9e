# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 400
# long: 1500
# brief: 7.3
# Kills the first load after each of its steps. Either no policy or all of it may be in force.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/faults.sh

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
at_each_step "tierbpf unload" "tierbpf load /tmp/a.json"
[ $step -gt 25 ] || fail "only $step steps"

# what a load finds that follows at once
for step in 3 9 16 19; do
	expect 0 tierbpf unload
	killed_at $step tierbpf load /tmp/a.json || fail "not killed at $step"
	expect 0 tierbpf load /tmp/a.json
	[ "$(state)" = "$now" ] || fail "$(cat /tmp/killed.err), and the next load: $(state)"
done
the_end "4:0 18:1"
