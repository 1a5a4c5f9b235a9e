# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# before.sh TIERS MODULE|- [RULE]...: in a guest whose firmware says nothing, or
# not the truth: TIERS by the kernel; then the archive for a policy with the rules,
# or for what is known. Prints both as tar in base64.
. /usr/lib/tierbpf-test/test.sh

stock=$1
[ "$2" = - ] || modprobe "$2" || fail "modprobe $2"
shift 2
expect_tiers "$stock" "by the firmware's own HMAT, or without"
[ $# = 0 ] || {
	policy /tmp/policy.json "$@"
	set -- /tmp/policy.json
}
mkdir /tmp/for-later && cd /tmp/for-later || exit
expect 0 tierbpf export acpi --output hmat.cpio "$@"
cp /tmp/out said
[ $# = 0 ] || cp "$1" policy.json
tar c . | base64
