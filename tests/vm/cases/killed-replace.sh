# SPDX-License-Identifier: GPL-2.0-only
# topology: three-hmat
# timeout: 400
# long: 1500
# brief: 6.12
# Kills a load that replaces a policy after each of its steps. The old or the new policy must be
# in force, and the override in both cases.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/faults.sh

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/a.json
override 2 768
expect_tiers "4:0 6:2 10:1"
at_each_step "tierbpf load /tmp/a.json" "tierbpf load /tmp/b.json" swap
[ $step -gt 30 ] || fail "only $step steps"

expect 0 tierbpf load /tmp/b.json
b=$(state)
# A load that follows at once must succeed.
for step in 9 16 19 25; do
	killed_at $step tierbpf load /tmp/a.json || fail "not killed at $step"
	expect 0 tierbpf load /tmp/b.json
	[ "$(state)" = "$b" ] || fail "$(cat /tmp/killed.err), and the next load: $(state)"
done
the_end "4:0 18:1 36:2"
