# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# kernels: cloud
# The map `events` holds the events in order, and each generation has its own. While it is full
# and unread it drops new events and counts them; it continues once it is read.
. /usr/lib/tierbpf-test/test.sh

# Kinds of events: REJECTED 2, RETIERED 3, POLICY 8 (enum tierbpf_event_kind).
# events [COUNT]: those that are there now, or so many
events()
{
	prog-events $pins/policy/events "$@" >/tmp/events || fail "prog-events"
	grep -q odd /tmp/events && { cat /tmp/events; fail "a record makes no sense"; }
	cut -d ' ' -f 1-5 /tmp/events
}

# A move is reported just after sysfs shows it, so the last one may still be to come.
expect_events()
{
	found=$(events "$(printf '%s' "$1" | grep -c '')")
	[ "$found" = "$1" ] || fail "$2: expected $1, found $found"
}

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_events "1 8 -1 0 1
1 3 1 2304 1344" "after load"
expect_events "" "after all were read"
override 1 768
expect_tiers "4:0 6:1"
override 1 -1
expect_tiers "4:0 18:1" "with nonsense"
expect_events "1 3 1 1344 832
1 2 1 2304 -1
1 3 1 832 2304" "an override, and nonsense"
unoverride 1
expect_tiers "4:0 10:1" "without it"
policy /tmp/q.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/q.json
expect_events "2 8 -1 1 2
2 3 1 1344 704" "after a replacement"

# An invalid answer is reported each time, which fills the map.
override 1 -1
expect_tiers "4:0 18:1" "with nonsense"
bpftool prog load /usr/lib/tierbpf/test-full.bpf.o /sys/fs/bpf/full || fail "bpftool prog load"
prog-run /sys/fs/bpf/full >/dev/null || fail "prog-run full"
rm /sys/fs/bpf/full
[ "$(counter dropped)" -gt 0 ] || fail "nothing is dropped: $(counter rejected) rejected"
[ "$(events | wc -l)" -ge 1100 ] || fail "a full ring has few records"
dropped=$(counter dropped)
override 1 768
expect_tiers "4:0 6:1" "after that"
expect_events "2 3 1 2304 832" "once it was read"
[ "$(counter dropped)" = "$dropped" ] || fail "dropped though there was room"

# A record is reserved first and submitted half a second later. A reader that comes in between
# finds nothing, and must still get the record later.
attach test-late late
override 1 704
expect_tiers "4:0 5:1" "with a record that takes long"
expect_events "2 3 1 832 704" "a record that takes long"
tierbpf watch >/tmp/told 2>&1 &
watch=$!
sleep 1
for adistance in 768 704 768 704; do
	override 1 $adistance
	sleep 0.7
done
for _ in $(seq 50); do
	[ "$(grep -c '^.* retiered ' /tmp/told)" -lt 4 ] || break
	sleep 0.1
done
[ "$(sed -n 's/.* retiered .*adistance \([0-9]* -> [0-9]*\),.*/\1/p' /tmp/told | tr '\n' ' ')" = \
	"704 -> 832 832 -> 704 704 -> 832 832 -> 704 " ] || fail "watch tells: $(cat /tmp/told)"
! grep dropped /tmp/told || fail "dropped though it was read"
kill $watch
wait $watch
detach late
the_end "4:0 18:1"
