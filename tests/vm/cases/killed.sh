# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 900
# A loader that is killed at a random moment leaves the old policy or the new one. The policy of a
# loader that has exited stays in force. The cases killed-*.sh kill it at each of its steps.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'

tierbpf load /tmp/a.json >/dev/null &
loader=$!
wait $loader
kill -9 $loader 2>/dev/null
sleep 1
expect_tiers "4:0 10:1" "after the loader is gone"
override 1 768
expect_tiers "4:0 6:1" "without the loader"
unoverride 1
expect_tiers "4:0 10:1" "without the loader"

killed=0
for delay in 0.02 0.1 0.2 0.3 0.45; do
	expect 0 tierbpf load /tmp/a.json
	tierbpf load /tmp/b.json >/dev/null 2>&1 &
	loader=$!
	sleep $delay
	kill -9 $loader 2>/dev/null && killed=$((killed + 1))
	wait $loader 2>/dev/null
	expect 0 tierbpf status
	now=$(tiers)
	case $now in
	"4:0 10:1") grep -q far /tmp/out ;;
	"4:0 5:1") grep -q cxl /tmp/out ;;
	*) fail "killed after $delay s: tiers $now" ;;
	esac || fail "killed after $delay s: tiers $now, and status says otherwise"
done
[ $killed -ge 1 ] || fail "no loader was killed in time"

# Kill the first load, with no policy in force.
for delay in 0.1 0.3; do
	expect 0 tierbpf unload
	tierbpf load /tmp/b.json >/dev/null 2>&1 &
	loader=$!
	sleep $delay
	kill -9 $loader 2>/dev/null
	wait $loader 2>/dev/null
	case $(tiers) in
	"4:0 18:1" | "4:0 5:1") ;;
	*) fail "first load killed after $delay s: $(tiers)" ;;
	esac
	expect 0 tierbpf load /tmp/a.json
	expect_tiers "4:0 10:1" "after the load that follows"
done
the_end "4:0 18:1"
