# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Functions that the parts of make bench share. Sourced; the runner sets $rows and $tmp.

root=$(cd "$(dirname "$0")/../../.." && pwd) || exit
bench=$root/tests/bench
built=$root/build/bench
# shellcheck disable=SC2034 # for the parts that source this file
tool=$root/build/tierbpf
: "${rows:?run by tests/bench/run}" "${tmp:?}" "${KERNEL:=6.12}"

# row WHAT BASELINE TARGET [COUNTS]: one row of the results, from stdin: a line
# "baseline subject" for each repetition. The ratio is subject / baseline. TARGET: a
# number is the maximum; "noise" means that 1 lies within or above the spread; "-" means no target.
# COUNTS is a JSON object with further values. tests/bench/floors lists the targets that are missed
# for a known reason, with the ratio that is allowed.
row()
{
	floor=$(awk -F '\t' -v what="$1" '$1 == what { print $2 }' "$bench/floors")
	jq -Rsc --arg what "$1" --arg baseline "$2" --arg target "$3" --argjson counts "${4:-{\}}" \
		--argjson floor "${floor:-null}" \
		--arg part "${0##*/}" -f "$bench/row.jq" >>"$rows" || broken "$1: no figures"
}

# size WHAT BYTES: compares a size with the budget.
size()
{
	budget=$(awk -F '\t' -v what="$1" '$1 == what { print $2 }' "$bench/budget")
	jq -nc --arg what "$1" --arg part "${0##*/}" --argjson value "$2" --argjson budget "${budget:-null}" \
		'if $value > 0 then {$part, $what, $value, $budget, ok: ($budget != null and $value <= $budget * 1.1)}
			else error("nothing") end' >>"$rows" || broken "$1: no size"
}

# Ends the part. In a pipe that ends only a subshell, so it leaves a note too.
broken()
{
	echo "bench: $*" >&2
	: >"$tmp/broken"
	exit 1
}

# columns B S: selects two of the columns that pair prints (ns, CPU ns, KiB; baseline, then subject).
columns()
{
	awk -v b="$1" -v s="$2" '{ print $b, $s }'
}

# instructions NAME COMMAND...: counts the instructions in user space.
instructions()
{
	profile=$tmp/callgrind.$1
	shift
	valgrind --tool=callgrind --callgrind-out-file="$profile" "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected : //p'
}

# of NAME: prints the lines "NAME value..." of the guest's output, without the name.
of()
{
	sed -n "s/^$1 //p" "$tmp/guest"
}

# guest TOPOLOGY [OPTION]... SCRIPT [ARGUMENT]...: saves its output in $tmp/guest. The kernel logs a
# line for each node at each change of a tier, which must not go to a slow console.
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

# guest_timed ...: like guest, with the module that times itself as /tierbpf-bench.ko.
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
