# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# tierbpf, killed after each of its steps in turn (user/util/fault.h). Sourced after test.sh.
# Few processes, since there are hundreds of kills. A case takes as its argument every
# how manieth step it is killed at: 1 is all of them; by default every other: the odd ones on 6.12,
# and the even ones on other kernels.
stride=${1:-2}
case $stride:$(uname -r) in
1:* | *:6.12*) first_step=1 ;;
*) first_step=2 ;;
esac

# All that a policy is; status heals first, so nothing may be left over; the link it tells as found.
state()
{
	tierbpf status --json >/tmp/status.json 2>/tmp/status.err || cat /tmp/status.err
	grep -vE -e "$volatile" -e '"(loaded_at|generation|trial_seconds_left|link)"' /tmp/status.json
	for pin in $pins/* $pins/*/* $pins/*/*/*; do
		[ ! -e "$pin" ] || echo "$pin"
	done
}

# killed_at STEP tierbpf WORD...: fails where it ended before that step.
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

# is STATE TIERS: so it is in force, and so the kernel had it before anybody healed
is()
{
	[ "$now" = "$1" ] || return 1
	[ "$raw" = "$2" ] || fail "$(cat /tmp/killed.err): tiers $raw, but status says $now"
}

# The kernel carries out an override on its own, soon after the command that has set it.
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

# at_each_step BACK FORTH [swap]: kills the command FORTH ("tierbpf load ...") after
# each of its steps; command BACK leads back to the state before. After each kill the tiers are the former ones
# or the new ones, and status finds that policy, whole. swap: the two take the same
# steps, so that each may lead back from the other, killed itself.
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
