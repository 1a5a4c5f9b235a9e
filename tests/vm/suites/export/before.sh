# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# before.sh TIERS MODULE|- [in-force] [RULE]...: runs in a guest whose firmware gives no values or wrong
# ones, so that the kernel has TIERS. Makes the archive for a policy with these rules, or without rules for
# what is known, and prints it as tar in base64. in-force: while that policy is in force, with an override
# of node 1 that is left out.
. /usr/lib/tierbpf-test/test.sh

stock=$1
[ "$2" = - ] || modprobe "$2" || fail "modprobe $2"
shift 2
expect_tiers "$stock" "by the firmware's own HMAT, or without"
loaded=
[ "${1:-}" != in-force ] || { loaded=yes; shift; }
[ $# = 0 ] || {
	policy /tmp/policy.json "$@"
	set -- /tmp/policy.json
}
mkdir /tmp/for-later && cd /tmp/for-later || exit
[ $# = 0 ] || cp "$1" policy.json
[ -z "$loaded" ] || {
	modprobe tierbpf || fail "modprobe tierbpf"
	expect 0 tierbpf load policy.json
	expect 0 tierbpf set 1 --tier 40
	set --
}
expect 0 tierbpf export acpi --output hmat.cpio "$@"
cp /tmp/out said
tar c . | base64
