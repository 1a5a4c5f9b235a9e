# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 400
# A policy on trial may be the reason why memory runs out. The OOM killer must not kill the
# process that ends the trial, and the former policy must come back in time.
. /usr/lib/tierbpf-test/test.sh

# guardian: its process
guardian()
{
	for comm in $(grep -lx tierbpf-trial /proc/[0-9]*/comm 2>/dev/null); do
		comm=${comm#/proc/}
		echo "${comm%/comm}"
	done
}

# as_root COMMAND...: runs it like a command of a shell that the OOM killer may kill
as_root()
{
	sh -c 'echo 0 >/proc/self/oom_score_adj; exec "$@"' sh "$@"
}

# rss PROCESS: prints its resident memory in kB
rss()
{
	sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}

modprobe tierbpf
policy /tmp/former.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/new.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'

# Without the capability it cannot be protected, and load says so. Later it has no capability.
expect 0 prog-caps 0 sys_admin tierbpf load --try 60 /tmp/new.json
says /tmp/err "CAP_SYS_RESOURCE"
[ "$(cat "/proc/$(guardian)/oom_score_adj")" = 0 ] || fail "spared without the capability"
expect 0 tierbpf unload
expect 0 tierbpf load /tmp/former.json
mkfifo /tmp/go
prog-fill 192 120 </tmp/go >/tmp/filled &
exec 3>/tmp/go
for _ in $(seq 1200); do
	[ ! -s /tmp/filled ] || break
	sleep 0.1
done
says /tmp/filled ready
# Starts processes that the OOM killer may kill. Each is smaller than the guardian, which would thus
# be killed first, and each has memory of its own, so that killing it frees some.
for _ in $(seq 20); do
	as_root sh -c 'held=$(head -c 400000 /dev/zero | tr "\0" x); echo ${#held} >>/tmp/held; sleep 1000; :' &
done
victim=$!
for _ in $(seq 300); do
	[ "$(wc -l 2>/dev/null </tmp/held)" != 20 ] || break
	sleep 0.1
done
expect 0 as_root tierbpf load --try 30 /tmp/new.json
! grep -q CAP_SYS_RESOURCE /tmp/err || fail "$(cat /tmp/err)"
end=$(($(date +%s) + 30))
pid=$(guardian)
[ "$(cat "/proc/$pid/oom_score_adj")" = -1000 ] || fail "oom_score_adj is $(cat "/proc/$pid/oom_score_adj")"
grep -q '^VmLck:[[:space:]]*0 kB' "/proc/$pid/status" && fail "its pages may be taken away"
grep -E '^Cap(Prm|Eff):' "/proc/$pid/status" | grep -v 0000000000000000 && fail "it keeps capabilities"
expect_tiers "4:0 5:1" "on trial"
[ "$(rss "$victim")" -lt "$(rss "$pid")" ] || fail "smaller than what should end before it: $(rss "$pid") kB, $(rss "$victim") kB"

echo -1000 >/proc/self/oom_score_adj
echo >&3
for _ in $(seq 600); do
	[ "$(wc -l </tmp/filled)" = 1 ] || break
	sleep 0.1
done
[ "$(wc -l </tmp/filled)" = 2 ] || fail "memory does not get full"
[ "$(date +%s)" -lt "$end" ] || fail "memory is full when the trial is over"
dmesg | grep -q "Out of memory: Killed process" || fail "nobody was ended"
[ "$(guardian)" = "$pid" ] || fail "the guardian was ended: $(dmesg | grep "Killed process")"
for _ in $(seq 600); do
	[ "$(tiers)" != "4:0 10:1" ] || break
	sleep 0.1
done
expect_tiers "4:0 10:1" "after the trial"
late=$(($(date +%s) - end))
[ $late -le 10 ] || fail "$late s late"
kill %% 2>/dev/null
dmesg | grep -q "the policy on trial was not confirmed in time: the former one is back" || fail "not in the log"
echo "memory was full after $(tail -n 1 /tmp/filled) MiB; the former policy was back $late s after the end of the trial"
