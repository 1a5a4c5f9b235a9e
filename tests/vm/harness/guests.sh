# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # options are read by those that source it
# What runs many guests, as many at a time as there are CPUs, and reports each in
# a line. Sourced, after lib.sh, by tests/vm/check and tests/vm/suites/random/check.

: "${root:?}"
guests_tmp=$(mktemp -d) || exit
trap 'rm -rf "$guests_tmp"' EXIT
# A process group each, so that an interrupt can end a guest with its runner.
set -m
guests_stop()
{
	trap - EXIT INT TERM
	for job in $(jobs -p); do
		kill -- "-$job" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$guests_tmp"
	exit 130
}
trap guests_stop INT TERM

# guests_options ARGUMENT...: --kernel NAME, --totals FILE and --brief, into kernels,
# totals and brief; what is left into arguments. The caller's header comment is the help.
guests_options()
{
	kernels=()
	totals=
	brief=
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
		-*)
			sed -n '3,${/^#/!q; s/^# \{0,1\}//p}' "$0"
			[ "$1" = --help ] && exit 0
			exit 2
			;;
		*) break ;;
		esac
	done
	[ ${#kernels[@]} -gt 0 ] || kernels=(6.12 7.3)
	arguments=("$@")
}

# guests_report passed|failed|skipped LINE
guests_report()
{
	echo "$1" >>"$guests_tmp/$1"
	# In one write, or two guests that end together mix their lines.
	printf '%s\n' "$2"
}

# guests_run LABEL ARGUMENT...: tests/vm/run, reported under LABEL. A script that
# exits 77 is skipped, with its last line as the reason. With guests_verbose set, what
# a script prints is shown where it passes, too. judge: a program of this tree that must
# be content with what it prints; "skip WHY" is what it could not look at.
guests_run()
{
	local label=$1 start=$SECONDS status log out
	shift
	log=$(mktemp "$guests_tmp/log.XXXXXX")
	out=$(mktemp "$guests_tmp/out.XXXXXX")
	# An emulated timer that a busy host holds up is no reason to panic ("IO-APIC +
	# timer doesn't work!", seen on 7.3).
	"$root/tests/vm/run" --log "$log" "$@" >"$out" 2>&1 </dev/null
	status=$?
	if [ $status = 0 ] && [ -n "${judge:-}" ]; then
		"$root/$judge" "$out" >"$out.judge" 2>&1 </dev/null
		status=$?
		cat "$out.judge" >>"$out"
		sed -n "s|^skip |skip $label |p" "$out.judge" | while read -r why; do
			guests_report skipped "$why"
		done
	fi
	case $status in
	0)
		guests_report passed "ok $label $((SECONDS - start))s${guests_verbose:+
$(sed 's/^/  | /' "$out")}"
		;;
	77) guests_report skipped "skip $label: $(tail -n 1 "$out")" ;;
	*)
		guests_report failed "not ok $label $((SECONDS - start))s: status $status
$(sed 's/^/  | /' "$out")
  kernel log:
$(tail -n 25 "$log" | sed 's/^/  | /')"
		;;
	esac
	rm -f "$log" "$out" "$out.judge"
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
	77) guests_report skipped "skip $1: $(tail -n 1 "$guests_tmp/why")" ;;
	*) guests_report failed "not ok $1: no guest could be prepared (see above)" ;;
	esac
	return 1
}

# guests_start COMMAND...: in the background, as soon as a CPU is free.
guests_start()
{
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
		wait -n
	done
	"$@" &
}

guests_count()
{
	touch "$guests_tmp/$1"
	wc -l <"$guests_tmp/$1"
}

# guests_end: waits for all; the closing line, or the file for --totals.
guests_end()
{
	wait
	if [ -n "$totals" ]; then
		echo "$(guests_count passed) $(guests_count failed) $(guests_count skipped)" >"$totals"
	else
		echo "$(guests_count passed) passed, $(guests_count failed) failed, $(guests_count skipped) skipped"
	fi
	[ "$(guests_count failed)" = 0 ]
}
