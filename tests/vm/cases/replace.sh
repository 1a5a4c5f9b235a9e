# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# timeout: 900
# A second load replaces the first in one step: the link stays the same, and a reader that looks
# all the time never sees the stock tier.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/a.json
link=$(bpftool -j link show pinned $pins/link | sed 's/.*"id":\([0-9]*\).*/\1/')
while :; do tiers; echo; done >/tmp/seen 2>/dev/null &
watcher=$!
for _ in 1 2 3 4; do
	expect 0 tierbpf load /tmp/b.json
	[ "$(tiers)" = "4:0 5:1" ] || fail "after b: $(tiers)"
	expect 0 tierbpf load /tmp/a.json
	[ "$(tiers)" = "4:0 10:1" ] || fail "after a: $(tiers)"
done
kill $watcher
grep -q '10:1' /tmp/seen && grep -q '5:1' /tmp/seen || fail "the watcher saw nothing"
grep -q '18:1' /tmp/seen && fail "the stock tier was seen during a replacement"
[ "$(bpftool -j link show pinned $pins/link | sed 's/.*"id":\([0-9]*\).*/\1/')" = "$link" ] ||
	fail "the link is another one"
expect 0 tierbpf status
says /tmp/out "generation 9"
[ ! -e $pins/staging ] || fail "staging is left behind"

# A rejected policy leaves the old one in force.
echo '{"version": 1, "rules": [{"match": {"node": 1}, "action": {"tier": "moon"}}]}' >/tmp/bad.json
expect 3 tierbpf load /tmp/bad.json
says /tmp/err '/tmp/bad.json:1:68: error: no tier "moon"'
expect_tiers "4:0 10:1" "after a policy that was refused"
expect 0 tierbpf status
says /tmp/out "generation 9"

# An override ends with its policy, and does not come back with the next one.
override 1 768
expect_tiers "4:0 6:1"
rm $pins/link
expect_tiers "4:0 18:1" "after the link was removed"
expect 0 tierbpf load /tmp/a.json
expect_tiers "4:0 10:1" "without the former override"

# Removing the pins by hand removes the policy, and nothing else.
rm -rf $pins
expect_tiers "4:0 18:1" "after the pins were removed"
expect 0 tierbpf status
says /tmp/out "no policy is loaded"
expect 0 tierbpf load /tmp/a.json
expect_tiers "4:0 10:1" "after a fresh load"
the_end "4:0 18:1"
