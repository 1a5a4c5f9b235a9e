# SPDX-License-Identifier: GPL-2.0-only
# topology: lumped
# kernels: cloud
# timeout: 240
# program: script
# judge: tests/vm/suites/judge-status
# Tests what status shows: nodes and kernel settings without module and policy, columns, colours,
# drift, and the rates while pages are demoted and promoted. It also prints JSON and metrics,
# which the judge checks on the host.
. /usr/lib/tierbpf-test/test.sh

esc=$(printf '\033')

# json NAME, metrics NAME: for the judge, and in /tmp/NAME
json()
{
	tierbpf status --json >"/tmp/$1" 2>/tmp/err
	echo "json $1 $(jq -c . "/tmp/$1")"
}
metrics()
{
	tierbpf status --openmetrics >"/tmp/$1" 2>/tmp/err
	sed "s/^/metrics $1 /" "/tmp/$1"
}

# is FILTER VALUE FILE: fails unless jq's FILTER gives VALUE for FILE
is()
{
	[ "$(jq -c "$1" "$3")" = "$2" ] || { cat "$3"; fail "$1 is $(jq -c "$1" "$3"), not $2"; }
}

# on_terminal COMMAND: saves in /tmp/out what COMMAND prints on a terminal
on_terminal()
{
	script -qec "$1" /dev/null </dev/null >/tmp/out || fail "on a terminal, '$1' exits with $?"
}

# 1. Without the module, and without a policy.
echo 0 >/proc/sys/kernel/numa_balancing
expect 4 tierbpf status
says /tmp/err "modprobe tierbpf"
says /tmp/out "no policy is loaded"
grep -q '^ *1 no  *4 dram .* kernel$' /tmp/out || fail "without the module: $(cat /tmp/out)"
modprobe tierbpf
expect 0 tierbpf status
says /tmp/out "no policy is loaded"
says /tmp/out "demotion is off: echo 1 > /sys/kernel/mm/numa/demotion_enabled"
says /tmp/out "promotion is off (numa_balancing 0): echo 2 > /proc/sys/kernel/numa_balancing"
says /tmp/out "memory of node 1 is outside of ZONE_MOVABLE"
says /tmp/out "online_movable"
json stock
metrics stock-metrics
is '[.loaded, .nodes[].tier, .nodes[].demotes_to, .switches[:3][].on]' '[false,4,4,[],[],false,false,false]' /tmp/stock
is '.nodes[1].zones[].name' '"DMA32"' /tmp/stock
# Output that does not arrive is a failure, and ends the output that goes on (tests/golden/output has the rest).
for words in status "status --watch" "status --openmetrics" doctor; do
	timeout 20 tierbpf $words >/dev/full 2>/tmp/err
	status=$?
	[ $status = 1 ] || { cat /tmp/err; fail "tierbpf $words to a full device exits with $status"; }
	says /tmp/err "standard output: No space left on device"
done

# 2. The advised fixes work.
sed -n 's/.*: \(echo [0-9] > .*\)/\1/p' /tmp/out >/tmp/fixes
[ "$(wc -l </tmp/fixes)" = 2 ] || fail "fixes: $(cat /tmp/out)"
sh /tmp/fixes || fail "a fix does not work"
expect 0 tierbpf status
says /tmp/out "demotion is on"
says /tmp/out "promotion is on (numa_balancing 2)"
echo 1 >/proc/sys/kernel/numa_balancing
expect 0 tierbpf status -o NODE
says /tmp/out "echo 3 > /proc/sys/kernel/numa_balancing"
echo 2 >/proc/sys/kernel/numa_balancing

# 3. Columns.
policy /tmp/p.json '{"name": "nodes without CPUs", "match": {"cpu": false}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
expect 0 tierbpf status
grep -q '^ *1 no  *5 cxl  *704 .*M .* nodes without CPUs$' /tmp/out || fail "node 1: $(cat /tmp/out)"
grep -q '^ *0 yes  *4 dram  *576 .*M  *-> 1  *0  *0 default$' /tmp/out || fail "node 0: $(cat /tmp/out)"
says /tmp/out "generation 1"
says /tmp/out " s ago)"
says /tmp/out "counted by node over 0.5 s"
expect 0 tierbpf status --raw -o node,tier,rule
[ "$(cat /tmp/out)" = 'NODE TIER RULE
0 4 default
1 5 nodes\x20without\x20CPUs' ] || fail "-r: $(cat /tmp/out)"
[ "$(tierbpf status --raw --noheadings -o NODE -x -tier | tr '\n' ' ')" = "1 0 " ] || fail "sorted down: $(cat /tmp/out)"
[ "$(tierbpf status --raw --noheadings -o NODE -x size | tr '\n' ' ')" = "0 1 " ] || fail "sorted by size, which is not shown"
expect 0 tierbpf status -o +DRIFT,ZONES
grep -q '^NODE CPUS .*RULE  *DRIFT ZONES$' /tmp/out || fail "+: $(cat /tmp/out)"
expect 0 tierbpf status -O
grep -q '^NODE CPUS TIER WANTED NAME ADISTANCE KERNEL .*DEM/S PROM/S DRIFT RULE$' /tmp/out || fail "-O: $(cat /tmp/out)"
expect 0 tierbpf status --raw -b -o NODE,SIZE,USED,FREE
kib=$(sed -n 's/.*MemTotal: *\([0-9]*\) kB/\1/p' /sys/devices/system/node/node1/meminfo)
awk -v size=$((kib * 1024)) '$1 == 1 { found = $2 == size && $3 + $4 == size } END { exit !found }' /tmp/out ||
	fail "-b: not $kib KiB: $(cat /tmp/out)"
expect 2 tierbpf status -o TIER,NONSENSE
says /tmp/err 'no column "NONSENSE"; the columns are NODE,'
expect 2 tierbpf status --json --raw

# 4. Colours, only where they are wanted, and drift.
export TERM=linux
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts || fail "no /dev/pts"
attach test-front front
answer front 1 3000
expect 7 tierbpf status
says /tmp/out '5!=23'
grep -q "$esc" /tmp/out && fail "colours in a file"
script -qec "tierbpf status" /dev/null </dev/null >/tmp/out
[ $? = 7 ] || fail "drift on a terminal"
says /tmp/out "${esc}[31m"
on_terminal "NO_COLOR=1 tierbpf status -o TIER || true"
grep -q "$esc" /tmp/out && fail "colours in spite of NO_COLOR"
on_terminal "TERM=dumb tierbpf status -o TIER || true"
grep -q "$esc" /tmp/out && fail "colours on a dumb terminal"
{ sleep 2; printf '\003'; } | script -qec "tierbpf status --watch=0.5 -o NODE,TIER" /dev/null >/tmp/out ||
	fail "with drift, --watch exits with $?"
says /tmp/out "loading the policy again may help${esc}[K"
json drift
is '.nodes[1] | [.tier, .wanted_tier, .drift]' '[5,23,true]' /tmp/drift
metrics drift-metrics
says /tmp/drift-metrics 'tierbpf_node_drift{node="1"} 1'
detach front

bpftool link detach pinned /sys/fs/bpf/tierbpf/link || fail "no link to detach"
json detached
is '[.loaded, .link, .nodes[1].tier]' '[false,"detached",4]' /tmp/detached
expect 0 tierbpf status
says /tmp/out "no policy is loaded"

# 5. Repeated output: on a terminal it is updated in place until Ctrl-C.
expect 0 tierbpf load /tmp/p.json
{ sleep 3; printf '\003'; } | script -qec "tierbpf status --watch=0.5 -o NODE,TIER" /dev/null >/tmp/out ||
	fail "after Ctrl-C, --watch exits with $?"
[ "$(grep -c "$esc\[H" /tmp/out)" -ge 2 ] || fail "not painted twice: $(cat -v /tmp/out)"
[ "$(grep -c "$esc\[2J" /tmp/out)" = 1 ] || fail "the terminal is not cleared once: $(cat -v /tmp/out)"

# 6. Rates, while pages are demoted and promoted.
echo 1000 >/sys/kernel/debug/sched/numa_balancing/scan_period_max_ms
tierbpf status --watch=1 --json >/tmp/watch 2>/tmp/err &
watch=$!
prog-pressure 0 256 4 20 >/tmp/out || fail "the program exits with $?"
sleep 2
kill -INT $watch
wait $watch || fail "--watch exits with $?"
jq -s -e '[.[] | select(.activity.demoted_pages_per_second > 100) | .nodes[0].activity] |
	length > 0 and all(.demoted_pages_per_second > 100)' /tmp/watch >/dev/null ||
	{ cat /tmp/watch; fail "no rate of demotion from node 0"; }
jq -s -e 'any(.nodes[0].activity.promoted_pages_per_second > 0)' /tmp/watch >/dev/null ||
	{ cat /tmp/watch; fail "no rate of promotion to node 0"; }
json after
sed -n 's/^pgdemote_[a-z]* //p' /proc/vmstat | awk '{ n += $1 } END { print n }' >/tmp/vmstat
is .activity.demoted_pages "$(cat /tmp/vmstat)" /tmp/after
is .nodes[0].activity.demoted_pages "$(cat /tmp/vmstat)" /tmp/after
sed -n "1s/^/json watch-first /p; \$s/^/json watch-last /p" /tmp/watch
metrics after-metrics
says /tmp/after-metrics "tierbpf_node_demoted_pages_total{node=\"0\"} $(cat /tmp/vmstat)"
the_end 4:0-1
