# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# A user's own policy that gives invalid answers leaves the nodes as on a stock kernel, and each
# answer is reported. Only one policy can be loaded, and one of another ABI is rejected.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
attach test-events events
mkdir /sys/fs/bpf/any
rejected()
{
	# kind TIERBPF_EVENT_REJECTED
	bpftool -j map lookup pinned /sys/fs/bpf/events-maps/answers key 2 0 0 0 |
		sed 's/.*"value":\([0-9]*\).*/\1/'
}

[ "$(rejected)" = 0 ] || fail "rejected before: $(rejected)"
# bpftool up to 7.8 attaches and pins a module's struct_ops, and then crashes.
bpftool struct_ops register /usr/lib/tierbpf/test-policy.bpf.o /sys/fs/bpf/any >/dev/null 2>&1
[ -e /sys/fs/bpf/any/any_policy ] || fail "bpftool struct_ops register"
# The answer is 0 for each of the two nodes.
[ "$(rejected)" = 2 ] || fail "0 is rejected $(rejected) times, not twice"
expect_tiers "4:0 18:1" "with answers of 0"
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 6 tierbpf load /tmp/p.json
says /tmp/err "another policy is in force"
[ ! -e $pins ] || fail "a load that failed leaves $pins behind"
rm -rf /sys/fs/bpf/any
sleep 1
for nonsense in -1 2147483647; do
	before=$(rejected)
	expect 0 tierbpf load /tmp/p.json
	expect_tiers "4:0 10:1"
	override 1 $nonsense
	expect_tiers "4:0 18:1" "with the answer $nonsense"
	[ "$(rejected)" -gt "$before" ] || fail "$nonsense is not reported"
	expect 0 tierbpf unload
done
# A question without room for the answer is rejected by the verifier or by the module.
if bpftool prog load /usr/lib/tierbpf/test-null.bpf.o /sys/fs/bpf/null 2>/dev/null; then
	[ "$(prog-run /sys/fs/bpf/null)" = -22 ] || fail "NULL is not refused"
	rm /sys/fs/bpf/null
fi
mkdir -p /sys/fs/bpf/abi
bpftool struct_ops register /usr/lib/tierbpf/test-abi.bpf.o /sys/fs/bpf/abi >/dev/null 2>&1 &&
	fail "a policy of another ABI was taken"
dmesg | grep -q 'policy abi was built for ABI 3, this module has 2' || fail "the log does not say why"
rmdir /sys/fs/bpf/abi
detach events
the_end "4:0 18:1"
