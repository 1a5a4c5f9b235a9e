# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # options are read by those that source it
# What suites of guests share. Sourced, after lib.sh, by tests/vm/check and tests/vm/suites/*/check.
#
# Such a suite has a function `one`, which boots a guest and reports what came of it. It
# first lists its jobs, each a call of `one`; then tests/jobs runs them, several at a time.
# With --list it only prints them, for tests/check, which runs those of all suites together.

: "${root:?}"
# shellcheck source=tests/tap.sh
. "$root/tests/tap.sh"
# shellcheck source=tests/vm/harness/kernels.sh
. "$root/tests/vm/harness/kernels.sh"
mapfile -t default_kernels < <(kernel_names cloud) # of a suite that is called without --kernel
guests_tmp=$(mktemp -d) || exit
trap 'rm -rf "$guests_tmp"' EXIT
: >"$guests_tmp/jobs"

# guests_options ARGUMENT...: --kernel NAME, --totals FILE, --brief and --list, into kernels,
# totals, brief and list; what is left into arguments. The caller's header comment is the
# help. With --one, which is for jobs, it runs `one` with what is left, and does not return.
guests_options()
{
	kernels=()
	totals=
	brief=
	list=
	if [ "${1:-}" = --one ]; then
		shift
		one "$@"
		# A suite that gave up with a message on stderr has tested nothing.
		[ $results -gt 0 ] || fail "$*: nothing was tested"
		finish
		exit
	fi
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel | --totals)
			[ $# -gt 1 ] || die 2 "$1 needs a value"
			[ "$1" = --totals ] && totals=$2 || kernels+=("$2")
			shift 2
			;;
		--brief)
			brief=1
			shift
			;;
		--list)
			list=1
			shift
			;;
		-*)
			sed -n '3,${/^#/!q; s/^# \{0,1\}//p}' "$0"
			[ "$1" = --help ] && exit 0
			exit 2
			;;
		*) break ;;
		esac
	done
	[ ${#kernels[@]} -gt 0 ] || kernels=("${default_kernels[@]}")
	arguments=("$@")
}

# guests_job SECONDS SUITE ARGUMENT...: a call of `one`, which may take so long
guests_job()
{
	printf '%s\t%s\t%s\n' "$1" "$2" "$(printf '%q ' "$0" --one "${@:3}")" >>"$guests_tmp/jobs"
}

# guests_result SUITE RESULT: a job that only says what is known already
guests_result()
{
	printf '0\t%s\tprintf "%%s\\n" %q 1..1\n' "$1" "$2" >>"$guests_tmp/jobs"
}

# guests_run LABEL ARGUMENT...: tests/vm/run, reported under LABEL. A script that
# exits 77 is skipped, with its last line as the reason. With guests_verbose set, what
# a script prints is shown where it passes, too. judge: a program of this tree that must
# be content with what it prints; "skip WHY" is what it could not look at.
guests_run()
{
	local label=$1 start=$SECONDS status log out why
	shift
	log=$(mktemp "$guests_tmp/log.XXXXXX")
	out=$(mktemp "$guests_tmp/out.XXXXXX")
	"$root/tests/vm/run" --log "$log" "$@" >"$out" 2>&1 </dev/null
	status=$?
	guests_report "$label" $((SECONDS - start)) $status "$out" "$log"
	rm -f "$log" "$out"
}

# guests_report LABEL SECONDS STATUS OUTPUT LOG: the last two are files
guests_report()
{
	local status=$3 why
	if [ "$status" = 0 ] && [ -n "${judge:-}" ]; then
		"$root/$judge" "$4" >"$4.judge" 2>&1 </dev/null
		status=$?
		while read -r why; do
			skip "$1" "$why"
		done < <(sed -n 's/^skip //p' "$4.judge")
		cat "$4.judge" >>"$4"
	fi
	case $status in
	0)
		pass "$1 ($2 s)"
		[ -z "${guests_verbose:-}" ] || sed 's/^/#   /' "$4"
		;;
	77) skip "$1" "$(tail -n 1 "$4")" ;;
	*)
		fail "$1 ($2 s)" "exit status $status" "$(sed 's/^/  | /' "$4")" "kernel log:" \
			"$(tail -n 25 "$5" | sed 's/^/  | /')"
		;;
	esac
}

# What every guest needs is made before they start, not by all of them at once.
guests_make()
{
	local vm=$root/tests/vm
	"$root/packaging/setup-debian" vm || exit
	"$vm/harness/kernel" "$1" >"$guests_tmp/kernel" || return
	[ ! -d "$root/kmod" ] || "$vm/harness/module" "$1" >/dev/null || die 1 "no module, no guests"
	"$vm/harness/accel" "$(cat "$guests_tmp/kernel")" "$("$vm/harness/image" "$(cat "$guests_tmp/kernel")")" >/dev/null
}

# guests_prepare KERNEL: fails, and reports why, where it cannot be run here.
guests_prepare()
{
	# Shown as well, since the first time takes a while.
	(guests_make "$1") 2>&1 >/dev/null | tee "$guests_tmp/why" >&2
	case ${PIPESTATUS[0]} in
	0) return 0 ;;
	77) guests_result "kernel $1" "ok - kernel $1 # SKIP $(tail -n 1 "$guests_tmp/why")" ;;
	*) guests_result "kernel $1" "not ok - kernel $1: no guest could be prepared (see above)" ;;
	esac
	return 1
}

# guests_end: runs the jobs, or prints them
guests_end()
{
	if [ -n "$list" ]; then
		cat "$guests_tmp/jobs"
	else
		"$root/tests/jobs" ${totals:+--totals "$totals"} <"$guests_tmp/jobs"
	fi
}
