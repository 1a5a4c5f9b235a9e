# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# timeout: 400
# judge: tests/vm/suites/judge-watch
# A policy may lie, change its answers and ask to be asked again, or be slow. The nodes must move
# at a bounded rate, everything must be counted and shown by watch, the log must stay short, and
# unload must restore everything at once.
. /usr/lib/tierbpf-test/test.sh

# as in tests/vm/bpf/test-hostile.bpf.c, and TIERBPF_MOVES in include/tierbpf/abi.h
lies=0 lie=1 flips=2 slow_ms=3 nags=4 rounds=5
moves_a_second=8
looks_a_second=50 # REST in kmod/retier.c

vice()
{
	# shellcheck disable=SC2046
	bpftool map update pinned $pins/policy/object_answers key $(bytes "$1") value $(bytes "$2") ||
		fail "bpftool map update object_answers $1 $2"
}

# Prints the rounds of the module's worker since the policy was loaded.
rounds()
{
	# shellcheck disable=SC2046
	bpftool -j map lookup pinned $pins/policy/object_answers key $(bytes $rounds) |
		sed -n 's/.*"formatted".*"value":\([0-9]*\).*/\1/p'
}

uptime_ms()
{
	awk '{ print int($1 * 1000) }' /proc/uptime
}

# This case causes drift, so status reports it each time; its messages are ignored.
count()
{
	counter "$1" 2>/dev/null
}

# counts NAME WHY: fails unless the counter grows soon
counts()
{
	before=$(count "$1")
	for _ in $(seq 50); do
		[ "$(count "$1")" -le "$before" ] || return 0
		sleep 0.1
	done
	fail "$2: still $before $1"
}

# told NAME: prints how many events of this kind watch has reported for the policy in force
told()
{
	tail -n +"$since" /tmp/told | grep -c "\"event\":\"$1\""
}

# tells NAME: fails unless watch soon has reported as many as are counted, while nothing new happens
tells()
{
	for _ in $(seq 50); do
		[ "$(told "$1")" != "$(count "$1")" ] || return 0
		sleep 0.1
	done
	fail "watch tells of $(told "$1") $1, and $(count "$1") are counted"
}

expect_tiers "4:0 18:1" "at boot"
modprobe tierbpf
began=$(uptime_ms)
expect 0 tierbpf load --object /usr/lib/tierbpf/test-hostile.bpf.o
expect_tiers "4:0 10:1" "with a policy that is still sane"
since=1
tierbpf watch --json >/tmp/told 2>/tmp/notes &
watch=$!
[ "$(count held) $(count rejected)" = "0 0" ] || fail "counted already"

# 1. Every kind of invalid answer leaves the node in its stock tier.
for nonsense in 0 -1 -2147483648 2147483647 16777216; do
	vice $lies 0
	expect_tiers "4:0 10:1" "when it does not lie"
	before=$(count rejected)
	vice $lie $nonsense
	vice $lies 1
	expect_tiers "4:0 18:1" "with the answer $nonsense"
	[ "$(count rejected)" -gt "$before" ] || fail "$nonsense is not counted"
done
vice $lie 1
expect_tiers "0:1 4:0" "with the least that is none"
vice $lie 16777215
expect_tiers "4:0 131071:1" "with the most that is none"

# 2. The policy asks to be asked again at each event and look. Its invalid answers move nothing.
vice $nags 1
vice $lie 0
expect_tiers "4:0 18:1" "with the answer 0 again"
before=$(count rejected)
began_rounds=$(rounds)
from=$(uptime_ms)
sleep 2
rejected=$(($(count rejected) - before))
nagged=$(($(rounds) - began_rounds))
seconds=$((($(uptime_ms) - from) / 1000 + 1))
echo "$rejected answers of nonsense and $nagged rounds of the worker in less than $seconds s"
# Each look may be followed by a round that only finds that it must pause.
[ $nagged -gt 5 ] || fail "only $nagged rounds: nothing was tried"
[ $nagged -le $((2 * looks_a_second * seconds)) ] || fail "the worker never rests: $nagged rounds in $seconds s"
[ $rejected -le $((looks_a_second * seconds)) ] || fail "$rejected looks in $seconds s"
[ $rejected -gt 5 ] || fail "only $rejected looks: nothing was tried"
vice $lies 0

bpftool prog loadall /usr/lib/tierbpf/bad-kick.bpf.o /sys/fs/bpf/kick autoattach >/tmp/out 2>&1 &&
	fail "a program may stand at the end of the module's interrupt"
says /tmp/out kick

# The policy also changes its answer each time.
expect_tiers "4:0 10:1" "when it does not lie"
moves=$(count retiered)
from=$(uptime_ms)
vice $flips 1
sleep 3
moves=$(($(count retiered) - moves))
seconds=$((($(uptime_ms) - from) / 1000 + 2))
echo "$moves moves in less than $seconds s, $(count held) times held"
[ $moves -le $((moves_a_second * seconds)) ] || fail "$moves moves in $seconds s"
[ $moves -gt 5 ] || fail "only $moves moves: nothing was tried"
# A machine that is too slow for so many moves need not delay any.
[ "$(count held)" -gt 0 ] || [ $moves -lt $((moves_a_second * (seconds - 2))) ] || fail "never held"
# The last answer wins.
vice $flips 0
expect_tiers "4:0 10:1" "when it says the same again"
for what in rejected held retiered; do
	tells $what
done
vice $flips 1
sleep 1
expect 0 tierbpf unload
[ "$(tiers)" = "4:0 18:1" ] || fail "after unload: $(tiers)"
since=$(($(wc -l </tmp/told) + 1))

# 3. The policy is slow and is asked again all the time.
expect 0 tierbpf load --object /usr/lib/tierbpf/test-hostile.bpf.o
vice $nags 1
vice $slow_ms 200
counts slow "200 ms an answer"
expect 0 tierbpf set 1 --adistance 768
[ "$(tiers)" = "4:0 6:1" ] || fail "an override of a slow policy: $(tiers)"
tells slow
expect 0 tierbpf unset 1
# Even such a policy can be replaced and unloaded like any other.
vice $flips 1
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
[ "$(tiers)" = "4:0 10:1" ] || fail "rules in the place of it: $(tiers)"

kill -INT $watch
wait $watch || fail "watch ends with $?: $(cat /tmp/notes)"
grep dropped /tmp/told && fail "watch has not told all"
for what in rejected held slow retiered policy; do
	grep "\"event\":\"$what\"" /tmp/told | sed 's/^/json /; 3q'
done

# 4. The log gets at most ten lines of a kind in 5 s.
windows=$((($(uptime_ms) - began) / 5000 + 1))
for line in "is not within" "it is held in tier" "ms to answer"; do
	lines=$(dmesg | grep -c "tierbpf: node 1: .*$line\|tierbpf: node 1 .*$line")
	echo "$lines times: $line"
	[ "$lines" -gt 0 ] || [ "$line" = "it is held in tier" ] || fail "the log does not say: $line"
	[ "$lines" -le $((10 * windows)) ] || fail "$lines lines of the log say: $line"
done
the_end "4:0 18:1"
