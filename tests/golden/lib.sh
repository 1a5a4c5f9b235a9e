# SPDX-License-Identifier: GPL-2.0-only
# Functions that the golden tests share; each sources this file.
# shellcheck shell=sh

golden=$(cd "$(dirname "$0")" && pwd) || exit
while [ ! -e "$golden/golden.mk" ]; do
	golden=${golden%/*}
done
root=${golden%/tests/golden}
: "${TIERBPF:=$root/build/golden/tierbpf}" # the tool
: "${RENEW:=}"				    # not empty: save the output as the expected one

# If a sanitizer finds something, it exits with a status that no case expects.
export ASAN_OPTIONS=exitcode=99:detect_leaks=1
export UBSAN_OPTIONS=exitcode=99:halt_on_error=1:print_stacktrace=1
export LC_ALL=C.UTF-8

[ -x "$TIERBPF" ] || { echo "$TIERBPF: missing; make check-golden builds it" >&2; exit 1; }
tmp=$(mktemp -d) || exit
trap 'rm -rf "$tmp"' EXIT
# shellcheck source=tests/tap.sh
. "$root/tests/tap.sh"

# same NAME EXPECTED ACTUAL: compares two files; a missing EXPECTED counts as empty.
same()
{
	expected=$2
	if [ -n "$RENEW" ] && [ -s "$3" ]; then
		cmp -s "$2" "$3" || echo "renewed $1"
		cp "$3" "$2"
	elif [ -n "$RENEW" ]; then
		rm -f "$2"
	fi
	[ -e "$expected" ] || expected=/dev/null
	if cmp -s "$expected" "$3"; then
		pass "$1"
	else
		fail "$1" "$(diff -u --label expected --label "what came out" "$expected" "$3")"
	fi
}
