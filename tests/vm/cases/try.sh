# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 240
# brief: 7.3
# With load --try the former policy, or none, must come back in time and complete, even if the
# loader, its terminal or the guardian are gone by then. confirm keeps the new one.
. /usr/lib/tierbpf-test/test.sh

# What comes back: all that status says, but for counters and the mark of the return.
whole()
{
	tierbpf status --json 2>/tmp/err | grep -vE "$volatile"
	echo "$pins"/* "$pins"/policy/*
	[ ! -e $pins/override ] || bpftool map dump pinned $pins/override
}

# guardians: prints the number of guardians
guardians()
{
	grep -lx tierbpf-trial /proc/[0-9]*/comm 2>/dev/null | wc -l
}

no_guardian()
{
	for _ in $(seq 50); do
		[ "$(guardians)" != 0 ] || return 0
		sleep 0.1
	done
	fail "a guardian is left: $1"
}

# back_in SECONDS TIERS WHEN: fails unless the tiers are back in time, without any command's help
back_in()
{
	for _ in $(seq $(($1 * 10))); do
		[ "$(tiers)" != "$2" ] || return 0
		sleep 0.1
	done
	fail "tiers $3: expected $2, found $(tiers)"
}

modprobe tierbpf
policy /tmp/a.json '{"name": "rule a", "match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"name": "rule b", "match": {"node": 1}, "action": {"tier": "cxl"}}'
for wrong in 0 86401 -1 x 1x "" 1.5; do
	expect 2 tierbpf load --try="$wrong" /tmp/a.json
	says /tmp/err "1 to 86400"
done
expect 1 tierbpf confirm
says /tmp/err "no policy is loaded"

# later COMMAND...: runs tierbpf as if a trial of 600 s had ended
later()
{
	TIERBPF_FAULT_SECONDS=600 tierbpf-faults "$@"
}

# 1. No policy was in force before: after the trial there is none again, and nothing is left.
expect 0 tierbpf load --try 4 /tmp/a.json
says /tmp/err "on trial for 4 s; tierbpf confirm keeps it"
says /tmp/out "rule a"
back_in 15 "4:0 18:1" "after a trial without a policy before"
no_guardian "after the first trial"
[ ! -e $pins ] || fail "the end of the trial leaves $pins"
dmesg | grep -q "tierbpf: the policy on trial was not confirmed in time" || fail "not in the log"
expect 1 tierbpf confirm
remove_module
modprobe tierbpf

# 2. A policy was in force before: it comes back with its overrides, without those of the trial.
expect 0 tierbpf load /tmp/b.json
expect 0 tierbpf load /tmp/a.json
override 1 768
override 7 -5
override 9 1000
expect_tiers "4:0 6:1"
before=$(whole)
expect 0 tierbpf load --try 10 /tmp/b.json
expect 0 tierbpf status
says /tmp/out "generation 3"
grep -q 'on trial, [0-9]* s left: tierbpf confirm keeps it' /tmp/out || fail "$(cat /tmp/out)"
expect 0 tierbpf status --json
[ "$(jq '.trial_seconds_left > 0 and .trial_seconds_left <= 10' /tmp/out)" = true ] || fail "$(cat /tmp/out)"
unoverride 1
override 9 2000
override 8 3000
expect_tiers "4:0 5:1" "on trial, without the override"
back_in 20 "4:0 6:1" "after the trial"
[ "$(whole)" = "$before" ] || fail "$(whole)
is back instead of $before"
expect 0 tierbpf status
says /tmp/out "back after a trial"
says /tmp/out "generation 2"
expect 1 tierbpf confirm
says /tmp/err "too late"
unoverride 1
unoverride 7
unoverride 9
expect_tiers "4:0 10:1" "which decides still"

# 3. A confirmed policy stays, and nothing of the former one is left.
expect 0 tierbpf load --try 600 /tmp/b.json
expect 0 tierbpf confirm
no_guardian "after confirm"
expect 0 later status
grep -q "trial" /tmp/out && fail "still on trial: $(cat /tmp/out)"
expect_tiers "4:0 5:1" "after confirm"
[ ! -e $pins/policy/former ] && [ ! -e $pins/policy/overrides_before ] || fail "confirm leaves the former policy"
expect 1 tierbpf confirm
says /tmp/err "not on trial"

# 4. A second trial still returns to the policy before the first; a load without --try ends it.
expect 0 tierbpf load --try 600 /tmp/a.json
expect 0 tierbpf load --try 600 /tmp/a.json
expect 0 later status
expect_tiers "4:0 5:1" "after two trials"
expect 0 tierbpf load --try 600 /tmp/b.json
expect 0 tierbpf load /tmp/a.json
no_guardian "after a load"
expect 0 later status
expect_tiers "4:0 10:1" "after a load that ended the trial"
expect 0 tierbpf load --try 600 /tmp/b.json
expect 0 tierbpf unload
no_guardian "after unload"
expect_tiers "4:0 18:1" "after unload"

# 5. The session ends right after the switch, and the loader is killed.
expect 0 tierbpf load /tmp/b.json
setsid tierbpf load --try 6 /tmp/a.json >/dev/null 2>&1 &
loader=$!
for _ in $(seq 100); do
	[ "$(tiers)" != "4:0 10:1" ] || break
	sleep 0.02
done
kill -9 $loader 2>/dev/null
for signal in HUP INT TERM QUIT KILL; do
	kill -$signal -- -$loader 2>/dev/null
done
wait $loader 2>/dev/null
expect_tiers "4:0 10:1" "with the loader gone"
[ "$(guardians)" = 1 ] || fail "$(guardians) guardians"
back_in 15 "4:0 5:1" "with the loader gone"
no_guardian "after all"

# 6. A loader that is blocked by its terminal does not keep its policy in force.
mkfifo /tmp/stuck
sleep 1000 <>/tmp/stuck &
stuck=$!
(
	exec >/tmp/stuck
	head -c 65536 /dev/zero
	exec tierbpf load --try 5 /tmp/a.json 2>/dev/null
) &
loader=$!
back_in 15 "4:0 10:1" "on trial, with a loader that cannot print"
back_in 15 "4:0 5:1" "after the trial of a loader that cannot print"
kill -9 $loader $stuck 2>/dev/null
tierbpf load --try 1 /tmp/a.json >/dev/null 2>&1 &
loader=$!
for _ in $(seq 200); do
	[ "$(tiers)" != "4:0 10:1" ] || break
	sleep 0.02
done
kill -STOP $loader 2>/dev/null
back_in 30 "4:0 5:1" "with a loader that was stopped"
kill -CONT $loader 2>/dev/null
wait $loader

# 7. The guardian is killed too: the next command ends the trial.
for verb in status "load /tmp/b.json" "unset 1" confirm "explain 1" "plan /tmp/b.json"; do
	expect 0 tierbpf load --try 600 /tmp/a.json
	for comm in $(grep -lx tierbpf-trial /proc/[0-9]*/comm); do
		comm=${comm#/proc/}
		kill -9 "${comm%/comm}"
	done
	[ "$(tiers)" = "4:0 10:1" ] || fail "without a guardian: $(tiers)"
	# shellcheck disable=SC2086
	later $verb >/tmp/out 2>/tmp/err
	says /tmp/err "the former one is back"
	[ "$(tiers)" = "4:0 5:1" ] || fail "after $verb: $(tiers)"
done

# 8. An object comes back with its maps and programs. If it cannot come back, the policy on trial
# does not stay in force either.
expect 0 tierbpf load --object /usr/lib/tierbpf/test-own.bpf.o
# shellcheck disable=SC2046
bpftool map update pinned $pins/policy/object_answers key $(bytes 1) value $(bytes 1344)
expect_tiers "4:0 10:1" "by the object"
expect 0 tierbpf load --try 600 /tmp/b.json
expect_tiers "4:0 5:1" "on trial"
expect 0 later status
says /tmp/out "BPF object own_policy"
[ "$(tiers)" = "4:0 10:1" ] || fail "when the object is back: $(tiers)"
# shellcheck disable=SC2046
bpftool map update pinned $pins/policy/object_answers key $(bytes 1) value $(bytes 768)
expect_tiers "4:0 6:1" "by the object that is back"
expect 0 tierbpf load --try 600 /tmp/b.json
rm $pins/policy/former/ops
bpftool map pin pinned $pins/override $pins/policy/former/ops
expect 0 later status
says /tmp/err "the former one cannot come back"
says /tmp/out "no policy is loaded"
the_end "4:0 18:1"
