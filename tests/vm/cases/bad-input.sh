# SPDX-License-Identifier: GPL-2.0-only
# topology: no-hmat
# shares: yes
# brief: 7.3
# An invalid policy is rejected with the place of the error, and nothing changes.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
# refused STATUS TEXT POLICY
refused()
{
	printf '%s' "$3" >/tmp/p.json
	expect "$1" tierbpf load /tmp/p.json
	says /tmp/err "$2"
	[ ! -e $pins ] || fail "something was changed by: $3"
}
refused 3 "/tmp/p.json:1:12: error: not JSON" '{"version": '
refused 3 '/tmp/p.json:1:28: error: unknown key "rulez"' '{"version":1, "rules": [], "rulez": 3}'
refused 3 "/tmp/p.json:1:25: error: an array is expected here, not an object" '{"version": 1, "rules": {}}'
refused 3 "1024 is not within 0..1023" \
	'{"version": 1, "rules": [{"match": {"node": 1024}, "action": {"from": "kernel"}}]}'
refused 3 "      at rules[0].match.node" \
	'{"version": 1, "rules": [{"match": {"node": "0,5-1024"}, "action": {"from": "kernel"}}]}'
refused 3 "empty" ""
expect 1 tierbpf load /tmp/missing.json
says /tmp/err "/tmp/missing.json: No such file or directory"
expect 1 tierbpf load /tmp
mkfifo /tmp/fifo
expect 1 tierbpf load /tmp/fifo
head -c 1048577 /dev/zero | tr '\0' ' ' >/tmp/large.json
expect 3 tierbpf load /tmp/large.json
says /tmp/err "larger than 1048576 bytes"
[ ! -e $pins ] || fail "something was changed"
expect_tiers "4:0-1"
the_end "4:0-1"
