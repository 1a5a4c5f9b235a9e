# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Kills tierbpf after each of its steps in turn (user/util/fault.h). Sourced after test.sh.
# It starts few processes, since there are hundreds of kills. The argument of a case is the distance
# between the steps that are tested: 1 tests all of them. By default a case tests every other step:
# the odd ones on 6.12, and the even ones on other kernels.
stride=${1:-2}
case $stride:$(uname -r) in
1:* | *:6.12*) first_step=1 ;;
*) first_step=2 ;;
esac

# Checks all parts of a policy. status repairs first, so nothing may be left over.
state()
{
	tierbpf status --json >/tmp/status.json 2>/tmp/status.err || cat /tmp/status.err
	grep -vE -e "$volatile" -e '"(loaded_at|generation|trial_seconds_left|link)"' /tmp/status.json
	for pin in $pins/* $pins/*/* $pins/*/*/*; do
		[ ! -e "$pin" ] || echo "$pin"
	done
}

# killed_at STEP tierbpf WORD...: returns failure if the command ended before that step.
killed_at()
{
	at=$1
	shift 2
	TIERBPF_FAULT=$at tierbpf-faults "$@" >/tmp/killed.out 2>/tmp/killed.err
	status=$?
	[ $status != 137 ] || return 0
	[ $status = 0 ] || { cat /tmp/killed.out /tmp/killed.err; fail "$* exits with $status"; }
	return 1
}

# is STATE TIERS: true if this is in force, and the kernel had these tiers before any repair
is()
{
	[ "$now" = "$1" ] || return 1
	[ "$raw" = "$2" ] || fail "$(cat /tmp/killed.err): tiers $raw, but status says $now"
}

# The kernel applies an override by itself, soon after the command that has set it.
carried_out()
{
	case $forth in
	"tierbpf set "* | "tierbpf unset "*) ;;
	*) return ;;
	esac
	for _ in $(seq 30); do
		[ "$(tiers)" != "$new_tiers" ] || return
		sleep 0.1
	done
}

# at_each_step BACK FORTH [swap]: kills the command FORTH ("tierbpf load ...") after each of its
# steps; the command BACK restores the state before. After each kill the tiers must be the former
# or the new ones, and status must find that policy complete. With swap, both commands take the
# same steps, so BACK is killed as well, and FORTH restores its state.
at_each_step()
{
	back=$1 forth=$2
	former=$(state) former_tiers=$(tiers)
	# shellcheck disable=SC2086
	TIERBPF_FAULT="" expect 0 tierbpf-faults ${forth#tierbpf }
	new=$(state) new_tiers=$(tiers)
	[ "$new" != "$former" ] || fail "$forth changes nothing"
	# shellcheck disable=SC2086
	expect 0 $back
	step=$first_step after=0
	# shellcheck disable=SC2086
	while killed_at $step $forth; do
		carried_out
		raw=$(tiers) now=$(state)
		if is "$new" "$new_tiers"; then
			after=$((after + 1))
			if [ "${3:-}" = swap ]; then
				set -- "$forth" "$back" swap
				back=$1 forth=$2
				new=$former former=$now
				raw=$new_tiers new_tiers=$former_tiers former_tiers=$raw
			else
				expect 0 $back
			fi
		elif ! is "$former" "$former_tiers"; then
			fail "$(cat /tmp/killed.err): $now
instead of $former
or $new"
		fi
		step=$((step + stride))
	done
	now=$(state)
	[ "$now" = "$new" ] || fail "after kills at all steps $forth leads to $now"
	echo "$forth: killed at every ${stride}th step up to $((step - stride)), $after of them after the switch"
}
