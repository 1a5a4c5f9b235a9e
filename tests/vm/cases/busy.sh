# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 240
# brief: 7.3
# Several tierbpf run at once. Each gets its turn or says that another is at work, and the policy
# in force is that of one of them. The module cannot be removed while any part of a policy is
# left.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/a.json '{"name": "rule a", "match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"name": "rule b", "match": {"node": 1}, "action": {"tier": "cxl"}}'

# 1. Only loads: each makes one generation, and the last one is in force.
for i in 1 2 3 4; do
	for p in a b; do
		{
			tierbpf load --json /tmp/$p.json >/tmp/out.$i$p 2>/tmp/err.$i$p
			echo $? >/tmp/status.$i$p
		} &
		loaders="$loaders $!"
	done
done
# shellcheck disable=SC2086
wait $loaders
done=0
for status in /tmp/status.*; do
	case $(cat "$status") in
	0) done=$((done + 1)) ;;
	6) grep -q "another tierbpf is at work" "/tmp/err.${status#*.}" || fail "6, without a reason" ;;
	*) fail "a load exits with $(cat "$status"): $(cat "/tmp/err.${status#*.}")" ;;
	esac
done
[ $done -ge 2 ] || fail "only $done of 8 loads had their turn"
[ "$(cat /tmp/out.* | jq .generation | sort -n | tr '\n' ' ')" = "$(seq $done | tr '\n' ' ')" ] ||
	fail "generations: $(cat /tmp/out.* | jq .generation | sort -n | tr '\n' ' ')"
expect 0 tierbpf status
says /tmp/out "generation $done,"
last=$(jq -s 'max_by(.generation).nodes[] | select(.node == 1).tier' /tmp/out.*)
[ "$(tiers)" = "4:0 $last:1" ] || fail "generation $done put node 1 into tier $last, but: $(tiers)"
[ ! -e $pins/staging ] || fail "staging is left behind"

# 2. All kinds of commands: any order is possible, but no mixture of two.
for _ in 1 2; do
	others=
	for verb in "load /tmp/a.json" unload "set 1 --tier 7" status "load /tmp/b.json" "unset 1" unload \
		"load --try 600 /tmp/a.json" confirm; do
		{
			# shellcheck disable=SC2086
			tierbpf $verb >/dev/null 2>&1
			case $? in
			0 | 6) ;;
			1) case $verb in set* | unset* | confirm) false ;; esac && echo "$verb: 1" >>/tmp/wrong ;;
			*) echo "$verb: $?" >>/tmp/wrong ;;
			esac
		} &
		others="$others $!"
	done
	# shellcheck disable=SC2086
	wait $others
	[ ! -e /tmp/wrong ] || fail "$(cat /tmp/wrong)"
	now=$(tiers)
	expect 0 tierbpf status
	case $now in
	"4:0 18:1") says /tmp/out "no policy is loaded" ;;
	"4:0 7:1") says /tmp/out "override" ;;
	"4:0 10:1") says /tmp/out "rule a" ;;
	"4:0 5:1") says /tmp/out "rule b" ;;
	*) fail "tiers $now" ;;
	esac
	[ ! -e $pins/staging ] || fail "staging is left behind"
done

# 3. A command that does not get the lock in ten seconds changes nothing and exits with 6. No
# override of step 2 may be left, because it would win over the rules.
expect 0 tierbpf unload
expect 0 tierbpf load /tmp/a.json
prog-lock $pins sleep 1000 &
holder=$!
sleep 0.5
read -r begin _ </proc/uptime
for verb in "load /tmp/b.json" unload "set 1 --tier 7" confirm; do
	{
		# shellcheck disable=SC2086
		tierbpf $verb >/dev/null 2>"/tmp/busy.${verb%% *}"
		echo $? >"/tmp/is-busy.${verb%% *}"
	} &
	waiting="$waiting $!"
done
# shellcheck disable=SC2086
wait $waiting
read -r end _ </proc/uptime
[ "$(cat /tmp/is-busy.* | tr '\n' ' ')" = "6 6 6 6 " ] || fail "with the lock held: $(cat /tmp/is-busy.*)"
[ $((${end%.*} - ${begin%.*})) -ge 9 ] || fail "they did not wait"
cat /tmp/busy.* >/tmp/err
says /tmp/err "waiting for another tierbpf to finish"
says /tmp/err "another tierbpf is at work; try again when it has finished"
[ "$(tiers)" = "4:0 10:1" ] || fail "without the lock: $(tiers)"
# A command that still waits when the holder exits gets the lock.
tierbpf load /tmp/b.json >/dev/null 2>&1 &
loader=$!
sleep 1
[ "$(tiers)" = "4:0 10:1" ] || fail "without the lock: $(tiers)"
kill $holder
wait $loader || fail "it waited, and failed"
[ "$(tiers)" = "4:0 5:1" ] || fail "after it waited: $(tiers)"

# 4. rmmod fails as long as anything is pinned.
refused()
{
	rmmod tierbpf 2>/tmp/err && fail "the module went $1"
	says /tmp/err "Resource temporarily unavailable"
	[ "$(tiers)" = "$2" ] || fail "$1: $(tiers)"
}
refused "under its policy" "4:0 5:1"
mv $pins/link /sys/fs/bpf/link-alone
rm -rf $pins
refused "with only the link pinned" "4:0 5:1"
rm /sys/fs/bpf/link-alone
expect_tiers "4:0 18:1" "without the link"
expect 0 tierbpf load /tmp/a.json
mv $pins/policy/ops /sys/fs/bpf/ops-alone
rm -rf $pins
expect_tiers "4:0 18:1" "with only the map pinned"
refused "with only the map pinned" "4:0 18:1"
rm /sys/fs/bpf/ops-alone
the_end "4:0 18:1"
