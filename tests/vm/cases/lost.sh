# SPDX-License-Identifier: GPL-2.0-only
# topology: three-hmat
# kernels: cloud rt
# brief: 7.3
# append: preempt=full
# timeout: 240
# long: 3600
# No update of an override may be lost when the kernel skips a program that watches the map:
# another program sees the update, and one that both miss is found within a second. The argument
# is the number of updates.
. /usr/lib/tierbpf-test/test.sh

# updates COUNT [NODE]: tests/vm/programs/lost.c
updates()
{
	prog-lost "$@" >/tmp/updates || fail "prog-lost"
	echo "$*: $(cat /tmp/updates), $(skipped) skipped"
}

# Prints how often the kernel has skipped watch_update.
skipped()
{
	bpftool -j prog show name watch_update | jq '[.. | .recursion_misses? // empty] | add // 0'
}

none_lost()
{
	grep -q "^0 lost, " /tmp/updates || fail "$1: $(cat /tmp/updates)"
}

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}' \
	'{"match": {"node": 2}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
override 2 1344

# 1. Other programs update an unrelated map all the time.
updates "${1:-40}"
none_lost "beside busy updaters"

# 2. watch_update is made to miss nearly every update.
attach test-preempted preempted
before=$(skipped)
updates 16 2
none_lost "beside an updater that is preempted"
[ "$(skipped)" -gt "$before" ] || fail "watch_update was never skipped"

# 3. The program that sees what watch_update misses is detached.
rm $pins/policy/watch_missed_link
updates 6 2
none_lost "without watch_missed"

# 4. Without the timer too, some updates must be lost, or else the steps above prove nothing.
rm -f $pins/policy/timer $pins/policy/tick_link
updates 3 2
grep -q "^0 lost, " /tmp/updates && fail "nothing is lost by watch_update alone"
detach preempted

# 5. Only the timer works: of a policy that replaces one without it, and after another replacement.
net_alone()
{
	rm $pins/policy/watch_*_link
	override 1 768
	expect_tiers "4:0 6:1 10:2" "by the timer alone, $1"
	override 1 1344
	expect_tiers "4:0 10:1-2" "by the timer alone, $1"
	unoverride 1
	expect_tiers "4:0 5:1 10:2" "by the timer alone, after a delete, $1"
}
expect 0 tierbpf unset 1
expect 0 tierbpf unset 2
expect 0 tierbpf load /tmp/p.json
net_alone "new"
expect 0 tierbpf load /tmp/p.json
net_alone "inherited"
expect 0 tierbpf load --object /usr/lib/tierbpf/test-own.bpf.o
rm $pins/policy/watch_*_link
override 1 768
expect_tiers "4:0 6:1 36:2" "by the timer alone, of an object"

# 6. The end of a trial is killed just before the former policy is back: the overrides that it has
# already restored must not move a node.
expect 0 tierbpf unset 1
expect 0 tierbpf load /tmp/p.json
expect 0 tierbpf load --try 3000 /tmp/p.json
override 1 768
expect_tiers "4:0 6:1 10:2" "on trial"
step=0
until grep -q "after: the overrides are restored" /tmp/err; do
	step=$((step + 1))
	expect 137 env TIERBPF_FAULT_SECONDS=3000 TIERBPF_FAULT=$step tierbpf-faults status
done
[ -z "$(bpftool -j map dump pinned $pins/override | jq -r '.[].key')" ] || fail "the override is not restored"
sleep 3
[ "$(tiers)" = "4:0 6:1 10:2" ] || fail "before the former policy is back: $(tiers)"
expect 0 env TIERBPF_FAULT_SECONDS=3000 tierbpf-faults status
[ "$(tiers)" = "4:0 5:1 10:2" ] || fail "after the trial: $(tiers)"
the_end "4:0 18:1 36:2"
