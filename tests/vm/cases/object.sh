# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat three-hmat
# shares: yes
# timeout: 600
# Users may load their own BPF objects instead of rules. This tests the examples, changes from one
# to another in one step, and that the override wins. An object's other programs and maps come and
# go with it.
. /usr/lib/tierbpf-test/test.sh

examples=/usr/lib/tierbpf/example
if [ -e /sys/devices/system/node/node2 ]; then
	stock="4:0 18:1 36:2" cpuless="4:0 19:1 37:2" distance="4:0 9:1 13:2" by_rules="4:0 10:1-2"
else
	stock="4:0 18:1" cpuless="4:0 19:1" distance="4:0 9:1" by_rules="4:0 10:1"
fi

# decides NAME TIERS: status must name NAME for every node, and the kernel must have these tiers
decides()
{
	[ "$(tiers)" = "$2" ] || fail "$1: expected $2, found $(tiers)"
	expect 0 tierbpf status --json
	jq -e --arg by "$1" '.loaded and all(.nodes[]; .decided_by == $by and (.drift | not))' \
		/tmp/out >/dev/null || { cat /tmp/out; fail "$1 does not decide"; }
}

modprobe tierbpf
# 1. Loads each example, the first without a policy in force, the others replace one.
for step in "kernel:$stock" "cpuless:$cpuless" "distance:$distance" "hmat:$stock"; do
	name=${step%%:*}
	expect 0 tierbpf load --object $examples-$name.bpf.o
	says /tmp/out " $name"
	decides "$name" "${step#*:}"
	expect 0 tierbpf status
	says /tmp/out "policy: BPF object $name"
	says /tmp/out "sha256 $(sha256sum <$examples-$name.bpf.o | cut -c 1-12)"
done
[ "$(tierbpf status --json | jq -c '[.object, .generation, .description]')" = '["hmat",4,null]' ] ||
	fail "status --json: $(tierbpf status --json)"
expect 0 tierbpf load --json --object - <$examples-cpuless.bpf.o
[ "$(jq .generation /tmp/out)" = 5 ] || fail "load --json"
decides cpuless "$cpuless"

# 2. Rules replace an object and an object replaces rules, and a reader that looks all the time never
# sees the stock tier.
policy /tmp/rules.json '{"name": "far", "match": {"cpu": false}, "action": {"tier": "far"}}'
link=$(bpftool -j link show pinned $pins/link | jq .id)
while :; do tiers; echo; done >/tmp/seen 2>/dev/null &
watcher=$!
for _ in 1 2 3; do
	expect 0 tierbpf load /tmp/rules.json
	[ "$(tiers)" = "$by_rules" ] || fail "rules after an object: $(tiers)"
	expect 0 tierbpf status
	says /tmp/out "1 rule, sha256 "
	expect 0 tierbpf load --object $examples-distance.bpf.o
	decides distance "$distance"
done
kill $watcher
grep -q '9:1' /tmp/seen && grep -q '10:1' /tmp/seen || fail "the watcher saw nothing"
grep -q '18:1' /tmp/seen && fail "the stock tier was seen during a replacement"
[ "$(bpftool -j link show pinned $pins/link | jq .id)" = "$link" ] || fail "the link is another one"
[ ! -e $pins/staging ] || fail "staging is left behind"

# 3. The override wins over an object, and is kept when another object is loaded.
override 1 768
expect_tiers "${distance%% *} 6:1${distance#*9:1}" "with an override"
expect 0 tierbpf status
says /tmp/out "override"
expect 0 tierbpf load --object $examples-cpuless.bpf.o
expect_tiers "${cpuless%% *} 6:1${cpuless#*19:1}" "with an override and another object"
expect 0 tierbpf unset 1
decides cpuless "$cpuless"
expect 0 tierbpf set 1 --adistance 1344
expect_tiers "${cpuless%% *} 10:1${cpuless#*19:1}" "after set"
expect 0 tierbpf unset 1

# 4. An object's other maps and programs are pinned and attached with it.
expect 0 tierbpf load --object /usr/lib/tierbpf/test-own.bpf.o
decides own_policy "$stock"
# shellcheck disable=SC2012
[ "$(cd $pins/policy && echo object_* link_*)" = \
	"object_again object_answers link_tierbpf_watch_again_answers link_tierbpf_watch_answers" ] || fail "$(ls $pins/policy)"
own()
{
	# shellcheck disable=SC2046
	bpftool map update pinned $pins/policy/object_answers key $(bytes "$1") value $(bytes "$2") ||
		fail "bpftool map update object_answers"
}
own 1 1344
expect_tiers "${stock%% *} 10:1${stock#*18:1}" "after its map was updated"
override 1 768
expect_tiers "${stock%% *} 6:1${stock#*18:1}" "with an override in front of that"
unoverride 1
expect_tiers "${stock%% *} 10:1${stock#*18:1}" "without it"
[ "$(prog-run $pins/policy/object_again)" = 0 ] || fail "its program for people cannot be run"
expect 0 tierbpf load /tmp/rules.json
[ "$(tiers)" = "$by_rules" ] || fail "rules after it: $(tiers)"
[ "$(cd $pins/policy && echo object_* link_*)" = "object_* link_*" ] ||
	fail "it leaves pins: $(ls $pins/policy)"

# 5. The module cannot be removed while an object is in force, and can be removed after that.
expect 0 tierbpf load --object /usr/lib/tierbpf/test-own.bpf.o
rmmod tierbpf 2>/dev/null && fail "the module went under its policy"
the_end "$stock"
