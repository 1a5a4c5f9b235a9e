# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# Tests set and unset by name, tier number, adistance and offset, and what they reject.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
expect 1 tierbpf set 1 --tier 9
says /tmp/err "no policy is loaded"
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
[ "$(tierbpf status --json | jq -c '.tiers | map({(.name): .tier}) | add')" = '{"hbm":3,"dram":4,"cxl":5,"far":10}' ] ||
	fail "tiers of the policy: $(tierbpf status --json)"
expect 0 tierbpf set 1 --tier cxl
[ "$(tiers)" = "4:0 5:1" ] || fail "set returned before the node had moved: $(tiers)"
expect 0 tierbpf set 1 --tier 33
expect_tiers "4:0 33:1"
expect 0 tierbpf set 1 --adistance 1000
expect_tiers "4:0 7:1"
expect 0 tierbpf set 1 --offset=-256
expect_tiers "4:0 16:1" "at 2304 - 256"
expect 0 tierbpf unset 1
[ "$(tiers)" = "4:0 10:1" ] || fail "unset returned before the node had moved: $(tiers)"
expect 0 tierbpf unset 1
says /tmp/err "node 1 has no override, so nothing changes"
expect 0 tierbpf set 5 --tier cxl
says /tmp/err "node 5 has no memory now"
# The table of status has no line for it.
expect 0 tierbpf status
says /tmp/out "override: node 5 has no memory now; adistance"
tierbpf status --json | jq -e '[.overrides[] | .node, .memory] == [5, false]' >/tmp/out || fail "overrides in JSON: $(cat /tmp/out)"
expect 1 tierbpf explain 5
says /tmp/err "its override, adistance"
expect 0 tierbpf plan
says /tmp/out "override: node 5 has no memory now; adistance"
expect 0 tierbpf unset 5
says /tmp/err "the override of node 5 is removed"
expect 1 tierbpf set 5 --offset 3
expect 1 tierbpf set 1 --tier nowhere
says /tmp/err 'no tier "nowhere"'
for wrong in "set" "set 1" "set 1024 --tier 3" "set x --tier 3" "set 1 --tier 3 --offset 4" \
	"set 1 --adistance 0" "set 1 --adistance 16777216" "set 1 2 --tier 3" "unset" "unset -- -1" \
	"load" "load a b" "status x" "frobnicate" ""; do
	# shellcheck disable=SC2086
	expect 2 tierbpf $wrong
	grep -q . /tmp/err || fail "'tierbpf $wrong' says nothing"
done
for verb in load unload status set unset; do
	expect 0 tierbpf $verb --help
done
expect_tiers "4:0 10:1" "after what was refused"
the_end "4:0 18:1"
