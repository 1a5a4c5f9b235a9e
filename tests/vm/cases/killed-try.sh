# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 400
# long: 1500
# brief: 6.12
# Kills load --try, confirm and the rollback after each of their steps.
. /usr/lib/tierbpf-test/test.sh
# The longest of them.
set -- "${1:-4}"
. /usr/lib/tierbpf-test/faults.sh

on_trial()
{
	tierbpf load /tmp/b.json && tierbpf load --try 3000 /tmp/a.json
}

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/b.json
b=$(state)
at_each_step "tierbpf load /tmp/b.json" "tierbpf load --try 3000 /tmp/a.json"
[ $step -gt 45 ] || fail "only $step steps"

expect 0 on_trial
at_each_step on_trial "tierbpf confirm"

# The next command finds that the time is up and that the guardian is gone.
expect 0 on_trial
export TIERBPF_FAULT_SECONDS=3000
at_each_step "tierbpf load --try 3000 /tmp/a.json" "tierbpf status --json"
[ $step -gt 45 ] || fail "only $step steps"
[ "$(state)" = "$b" ] || fail "$(state) comes back instead of $b"
unset TIERBPF_FAULT_SECONDS

# The guardian is killed while it brings the former policy back.
for step in 4 20 24 40; do
	expect 0 env TIERBPF_FAULT_GUARDIAN=$step tierbpf-faults load --try 1 /tmp/a.json
	for _ in $(seq 80); do
		grep -qx tierbpf-trial /proc/[0-9]*/comm 2>/dev/null || break
		sleep 0.1
	done
	dmesg | grep -q "killed at $step, after" || fail "the guardian was not killed at $step"
	case $(tiers) in
	"4:0 10:1" | "4:0 5:1") ;;
	*) fail "the guardian killed at $step: $(tiers)" ;;
	esac
	[ "$(state)" = "$b" ] || fail "the guardian killed at $step: $(state)"
done
the_end "4:0 18:1"
