# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# before.sh TIERS MODULE|- [RULE]...: runs in a guest whose firmware gives no values or wrong ones, so
# that the kernel has TIERS. Makes the archive for a policy with these rules, or without rules for what
# is known, and prints it as tar in base64.
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
