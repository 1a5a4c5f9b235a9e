# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# kernels: cloud
# timeout: 240
# append: memhp_default_state=online_movable
# judge: tests/vm/suites/judge-watch
# tierbpf watch must report each event once and in order, from one policy to the next. It must
# report how many events were dropped, and a second watch must be rejected.
. /usr/lib/tierbpf-test/test.sh

# tells TEXT: a line of what has come since the last one holds it, or will within 5 seconds
told=0
tells()
{
	for _ in $(seq 50); do
		line=$(tail -n +$((told + 1)) /tmp/told | grep -nF -m 1 -e "$1") && break
		sleep 0.1
	done
	[ -n "$line" ] || { cat /tmp/told /tmp/notes; fail "after line $told nothing tells: $1"; }
	told=$(($told + ${line%%:*}))
}

# has FILTER: fails unless one of the JSON lines matches
has()
{
	jq -se "any(.[]; $1)" /tmp/told >/dev/null || { cat /tmp/told; fail "no object with $1"; }
}

# watched OPTION...: starts a watch that writes to /tmp/told and /tmp/notes
watched()
{
	told=0
	"$@" >/tmp/told 2>/tmp/notes &
	watch=$!
}

# ends SIGNAL: the signal must end the watch with success
ends()
{
	kill -"$1" $watch
	wait $watch || fail "at SIG$1 it ends with $?: $(cat /tmp/notes)"
}

# notes TIMES: fails unless it has said so often that there is no policy
notes()
{
	for _ in $(seq 50); do
		[ "$(grep -c "no policy is loaded, and events are recorded only while one is" /tmp/notes)" != "$1" ] || return 0
		sleep 0.1
	done
	fail "not $1 times without a policy: $(cat /tmp/notes)"
}

expect 4 tierbpf watch
says /tmp/err "modprobe tierbpf"
modprobe tierbpf
load_virtio_mem
expect_tiers "4:0 18:1" "at boot"
# Starts as root without any capability, before a policy is loaded.
watched prog-caps 0 none tierbpf watch
notes 1
says /tmp/notes "tierbpf load POLICY"
policy /tmp/p.json '{"name": "slow", "match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
tells "policy   generation 1 is in force: (no description) (1 rule, sha256 $(sha256sum </tmp/p.json | cut -c 1-12))"
tells "retiered node 1: tier 18 -> 10 far, adistance 2304 -> 1344, by slow, took "
sed -n "${told}p" /tmp/told | grep -q "^$(date +%Y-%m-%d) [0-9:]*\.[0-9]* retiered .* took [0-9]*\.[0-9] ms$" ||
	fail "not a line: $(cat /tmp/told)"
expect 6 tierbpf watch
says /tmp/err "another tierbpf watch is running"

override 1 768
tells "retiered node 1: tier 10 far -> 6, adistance 1344 -> 832, by override"
override 1 -1
tells "rejected node 1: -1 is no adistance; the kernel's own 2304 stands, tier 18, by override"
tells "retiered node 1: tier 6 -> 18"
unoverride 1
tells "retiered node 1: tier 18 -> 10 far, adistance 2304 -> 1344, by slow"

# Memory goes offline and comes back, block by block.
blocks()
{
	for state in /sys/devices/system/node/node1/memory*/state; do
		echo "$1" >"$state" || fail "$state: $1"
	done
}
blocks offline
tells "MiB -> 0 MiB"
blocks online_movable
tells "memory   node 1: 0 MiB -> 128 MiB"
tells "answered node 1: its first memory; the kernel asked: tier 18 -> 10 far"
tells "memory   node 1: 128 MiB -> 256 MiB"

# One policy replaces another; then a trial ends with the former one.
policy /tmp/q.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/q.json
tells "policy   generation 2 is in force, in the place of generation 1"
tells "retiered node 1: tier 10 far -> 5 cxl, adistance 1344 -> 704, by rule 1"
expect 0 tierbpf load --try 1 /tmp/p.json
tells "policy   generation 3 is in force, in the place of generation 2"
tells "retiered node 1: tier 5 cxl -> 10 far"
tells "policy   generation 2 is in force, in the place of generation 3"
tells "retiered node 1: tier 10 far -> 5 cxl, adistance 1344 -> 704, by rule 1"

# A policy lies, cannot decide, or is slow.
vice()
{
	# shellcheck disable=SC2046
	bpftool map update pinned $pins/policy/object_answers key $(bytes "$1") value $(bytes "$2") ||
		fail "bpftool map update object_answers $1 $2"
}
expect 0 tierbpf load --object /usr/lib/tierbpf/test-hostile.bpf.o
tells "policy   generation 3 is in force, in the place of generation 2: BPF object hostile (sha256 "
vice 1 16777216 # the lie
vice 0 1
tells "rejected node 1: 16777216 is no adistance; the kernel's own 2304 stands, tier 18, by hostile"
vice 0 0
vice 3 200 # ms, ten times what is slow: on a busy host, the ticks that the module counts come late
tells "slow     node 1: the answer 1344 took "
vice 3 0
vice 4 1 # asks again at each event
vice 2 1 # never the same answer
tells "held     node 1: moved too often, stays in tier "
vice 2 0
vice 4 0
expect_tiers "4:0 10:1" "when it says the same again"
! grep dropped /tmp/told || fail "dropped though it was read"

# The watch is stopped, and the ring fills up.
kill -STOP $watch
before=$(counter dropped)
vice 1 0
vice 0 1
tells_so_far=$(wc -l </tmp/told)
bpftool prog load /usr/lib/tierbpf/test-full.bpf.o /sys/fs/bpf/full || fail "bpftool prog load"
prog-run /sys/fs/bpf/full >/dev/null || fail "prog-run full"
dropped=$(($(counter dropped) - before))
[ $dropped -gt 200 ] || fail "only $dropped are dropped"
kill -CONT $watch
tells "dropped  $dropped events are lost"
[ "$(tail -n +$tells_so_far /tmp/told | wc -l)" -gt 1100 ] || fail "and the others are not told"
# The dropped events are reported where they are missing, before the next one.
kill -STOP $watch
before=$(counter dropped)
prog-run /sys/fs/bpf/full >/dev/null || fail "prog-run full"
dropped=$(($(counter dropped) - before))
vice 0 0
expect_tiers "4:0 10:1" "when it does not lie"
dropped=$(($(counter dropped) - before))
kill -CONT $watch
tells "dropped  $dropped events are lost"
rm /sys/fs/bpf/full

# Without a policy it waits for the next one, and keeps neither pins nor the module in use.
expect 0 tierbpf unload
tells "policy   generation 3 is detached, no policy is in force"
tells "retiered node 1: tier 10 -> 18, adistance 1344 -> 2304, took"
notes 2
remove_module
modprobe tierbpf
expect 0 tierbpf load /tmp/p.json
tells "policy   generation 1 is in force: "
tells "retiered node 1: tier 18 -> 10 far"
# When it looks again the module has been reloaded, and its events are numbered from 1 again.
told=$(wc -l </tmp/told)
kill -STOP $watch
expect 0 tierbpf unload
remove_module
modprobe tierbpf
expect 0 tierbpf load /tmp/p.json
kill -CONT $watch
tells "policy   generation 1 is in force: "
tells "retiered node 1: tier 18 -> 10 far"

# As fast as possible: ten loads and unloads, and ten moves.
told=$(wc -l </tmp/told)
for _ in 1 2 3; do
	{ tierbpf load /tmp/q.json && tierbpf load /tmp/p.json && tierbpf unload; } >/tmp/out 2>&1 || fail "$(cat /tmp/out)"
done
expect 0 tierbpf load /tmp/p.json
for _ in $(seq 50); do
	tail -n +$((told + 1)) /tmp/told >/tmp/fast
	lost=$(sed -n 's/.* dropped  *\([0-9]*\) .*/\1/p' /tmp/fast | awk '{ n += $1 } END { print n + 0 }')
	[ $(($(grep -vc dropped /tmp/fast) + lost)) != 20 ] || break
	sleep 0.1
done
[ $(($(grep -vc dropped /tmp/fast) + lost)) = 20 ] || fail "not 20 events: $(cat /tmp/fast)"
[ "$lost" -le 6 ] || fail "$lost of 20 events are lost: $(cat /tmp/fast)"
ends TERM

# Events that happen while nobody watches are reported to the next watch.
override 1 768
expect_tiers "4:0 6:1"
unoverride 1
expect_tiers "4:0 10:1"
watched tierbpf watch --json
tells '"event":"retiered"'
policy /tmp/r.json "$(cat <<-'RULE'
	{"name": "far \"and\" \\ away", "match": {"node": 1}, "action": {"tier": "cxl"}}
RULE
)"
expect 0 tierbpf load /tmp/r.json
tells '"generation":2'
expect 0 tierbpf unload
tells '"former":2'
# Events without a policy are at least counted.
notes 1
blocks offline
blocks online_movable
expect_tiers "4:0 18:1" "without a policy"
expect 0 tierbpf load /tmp/p.json
tells '"event":"dropped"'
tells '"event":"retiered"'
blocks offline
blocks online_movable
tells '"to_mib":256'
ends INT
[ "$(jq -sr '[.[:8][].event] | join(" ")' /tmp/told)" = \
	"retiered retiered policy retiered policy retiered dropped policy" ] ||
	fail "not what has happened: $(cat /tmp/told)"
has '.event == "retiered" and .generation == 1 and .node == 1 and .decided_by == "override" and .ns > 0 and
	.from == {tier: 10, name: "far", adistance: 1344} and .to.tier == 6 and .to.name == ""'
has '.event == "policy" and .in_force and .former == 1 and .generation == 2 and .rules == 1'
has '.event == "retiered" and .decided_by == "far \"and\" \\ away"'
has '.event == "policy" and (.in_force | not) and .generation == null and .former == 2'
has '.event == "retiered" and .to.tier == 18 and .decided_by == null'
has '.event == "memory" and .from_mib == 0 and .to_mib == 128'
jq -se 'all(.[]; (now - (.time | sub("\\.[0-9]+"; "") | fromdate)) | . > -2 and . < 300)' /tmp/told >/dev/null ||
	fail "the times are not of now: $(date)"
sed 's/^/json /' /tmp/told

# A reader of the pipe leaves and nothing more happens; another cannot be written to.
expect 0 tierbpf load /tmp/p.json
{ tierbpf watch 2>/tmp/err; echo $? >/tmp/status; } | timeout 20 grep -m 1 -F "generation 2 is in force" || fail "nothing is told"
[ "$(cat /tmp/status)" = 0 ] || fail "it ends with $(cat /tmp/status) after its reader"
override 1 768
expect_tiers "4:0 6:1"
tierbpf watch >/dev/full 2>/tmp/err
status=$?
[ $status = 1 ] || fail "on a full disk it ends with $status"
says /tmp/err "No space left on device"
tierbpf watch >&- 2>/tmp/err
status=$?
[ $status = 1 ] || fail "without standard output it ends with $status"
says /tmp/err "standard output is closed"
the_end "4:0 18:1"
