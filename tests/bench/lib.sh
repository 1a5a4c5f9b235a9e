# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the parts of make bench share. Sourced; $rows and $tmp are the runner's.

root=$(cd "$(dirname "$0")/../../.." && pwd) || exit
bench=$root/tests/bench
built=$root/build/bench
# shellcheck disable=SC2034 # for the parts that source this file
tool=$root/build/tierbpf
: "${rows:?run by tests/bench/run}" "${tmp:?}" "${KERNEL:=6.12}"

# row WHAT BASELINE TARGET [COUNTS]: one row of the results, from stdin: a line
# "baseline subject" for each repetition. The ratio is subject / baseline. TARGET: a
# number, at most; "noise": 1 lies within the spread, or below; "-": there is none.
# COUNTS: a JSON object of what else is known. A target that is missed for a reason stands in
# tests/bench/floors with the ratio that it may have.
row()
{
	floor=$(awk -F '\t' -v what="$1" '$1 == what { print $2 }' "$bench/floors")
	jq -Rsc --arg what "$1" --arg baseline "$2" --arg target "$3" --argjson counts "${4:-{\}}" \
		--argjson floor "${floor:-null}" \
		--arg part "${0##*/}" -f "$bench/row.jq" >>"$rows" || broken "$1: no figures"
}

# size WHAT BYTES: held against the budget.
size()
{
	budget=$(awk -F '\t' -v what="$1" '$1 == what { print $2 }' "$bench/budget")
	jq -nc --arg what "$1" --arg part "${0##*/}" --argjson value "$2" --argjson budget "${budget:-null}" \
		'if $value > 0 then {$part, $what, $value, $budget, ok: ($budget != null and $value <= $budget * 1.1)}
			else error("nothing") end' >>"$rows" || broken "$1: no size"
}

# Ends the part; at the end of a pipe only that, so it leaves a note too.
broken()
{
	echo "bench: $*" >&2
	: >"$tmp/broken"
	exit 1
}

# columns B S: of what pair prints (ns, CPU ns, KiB of the baseline; the same of the subject).
columns()
{
	awk -v b="$1" -v s="$2" '{ print $b, $s }'
}

# instructions NAME COMMAND...: those of user space.
instructions()
{
	profile=$tmp/callgrind.$1
	shift
	valgrind --tool=callgrind --callgrind-out-file="$profile" "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected : //p'
}

# of NAME: the lines "NAME value..." of what the guest has said, without the name.
of()
{
	sed -n "s/^$1 //p" "$tmp/guest"
}

# guest TOPOLOGY [OPTION]... SCRIPT [ARGUMENT]...: what it prints is in $tmp/guest. The
# kernel prints a line for each node at each change of a tier: not to a slow console.
guest()
{
	topology=$1
	shift
	kernel=$("$root/tests/vm/harness/kernel" "$KERNEL") && image=$("$root/tests/vm/harness/image" "$kernel") &&
		"$root/tests/vm/harness/accel" "$kernel" "$image" >"$tmp/accel" || exit
	"$root/tests/vm/run" --kernel "$KERNEL" --topology "$topology" --timeout 600 --append loglevel=5 \
		--file "$bench/guest:/usr/lib/tierbpf-bench" \
		--program "$built/pair:/usr/bin/pair" "$@" >"$tmp/guest" ||
		broken "the guest failed: $(tail -n 3 "$tmp/guest")"
}

# guest_timed ...: as guest, with the module that times itself as /tierbpf-bench.ko.
guest_timed()
{
	kmod=$built/kmod-bench
	mkdir -p "$kmod" && cp "$root"/kmod/*.[ch] "$bench/kmod/bench.c" "$kmod/" &&
		sed 's/hotplug\.o/bench.o/; s/ memtier\.o//; s/ retier\.o//' "$root/kmod/Kbuild" >"$kmod/Kbuild" || exit
	ko=$("$root/tests/vm/harness/module" "$KERNEL" "$kmod") || broken "the module does not build"
	topology=$1
	shift
	guest "$topology" --file "$ko:/tierbpf-bench.ko" "$@"
}
