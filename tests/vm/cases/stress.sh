# SPDX-License-Identifier: GPL-2.0-only
# topology: many
# timeout: 600
# long: 14400
# append: memhp_default_state=online_movable
# Several processes, and policies that replace each other, retier nodes at random while memory is
# allocated, reclaimed, demoted, added and removed. In the end the tiers must be those of the
# plan, and unload, offline and unbind must still work.
#
# The argument is the number of retiers, by the module's own count (250).
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

count=${1:-250}
patience=90 # seconds without a retier
stock="4:0-3,5 22:4"
dir=/tmp/stress
mkdir $dir

# until_stop NAME COMMAND...: repeats COMMAND; file NAME gets a line each time.
until_stop()
{
	name=$1
	shift
	until [ -e $dir/stop ]; do
		if "$@"; then
			echo >>"$dir/$name"
		fi
	done
}

rounds()
{
	wc -l <"$dir/$1"
}

blocks_of_node5()
{
	for block in /sys/devices/system/node/node5/memory[0-9]*; do
		case $1 in
		offline) offline "$block" ;;
		online) echo online_movable >"$block/state" || fail "$block does not come online" ;;
		esac
	done
}

# Each goes while the other is there, and both go.
dimms_go_and_come()
{
	unbind 0
	bind 0
	unbind 1
	unbind 0
	bind 1
	bind 0
}

node5_goes_and_comes()
{
	blocks_of_node5 offline
	blocks_of_node5 online
}

# Overrides change all the time. So a load may find a node in another tier (7) and wait for it, until
# another load gives up waiting for the lock (6).
replace()
{
	tierbpf load "/tmp/policy$(($(date +%s) / 2 % 3)).json" >/dev/null 2>"$dir/load.$1"
	case $? in
	0 | 7) ;;
	6) return 1 ;;
	*) cat "$dir/load.$1"; fail "a load failed" ;;
	esac
}

by_hand()
{
	override $(($(date +%s) % 6)) 768
	sleep 0.5
}

read_tiers()
{
	tiers >/dev/null
	sleep 0.1
}

# The write fails if less memory could be reclaimed.
reclaim()
{
	echo 32M 2>/dev/null >/sys/fs/cgroup/memory.reclaim
	sleep 0.2
}

# reported KIND: prints how often the module has reported it, under all policies together.
reported()
{
	# shellcheck disable=SC2046
	bpftool -j map lookup pinned /sys/fs/bpf/events-maps/answers key $(bytes "$1") | jq .formatted.value
}

demoted()
{
	awk '/^pgdemote_/ { n += $2 } END { print n }' /proc/vmstat
}

start()
{
	"$@" &
	jobs="${jobs:-} $!"
}

for module in virtio_mem nfit nd_pmem device_dax dax_pmem kmem; do
	modprobe $module
done
sleep 1
make_dax 0
make_dax 1
expect_tiers "$stock" "at boot"
# It has the lowest priority, and among so many processes would delay RCU for a minute.
renice 0 -p "$(grep -lx khugepaged /proc/[0-9]*/comm | cut -d / -f 3)" || fail "khugepaged"
mount -t cgroup2 cgroup2 /sys/fs/cgroup || fail "no cgroups"
echo 1 >/sys/kernel/mm/numa/demotion_enabled
echo 2 >/proc/sys/kernel/numa_balancing

modprobe tierbpf
policy /tmp/policy0.json '{"match": {"node": "1,4-5"}, "action": {"tier": "far"}}'
policy /tmp/policy1.json '{"match": {"cpu": false}, "action": {"tier": "cxl"}}'
policy /tmp/policy2.json '{"match": {"node": "2-4"}, "action": {"tier": "hbm"}}'
expect 0 tierbpf load /tmp/policy0.json
attach test-events events

began=$(date +%s)
prog-stress flip 6 3 &
flips=$!
prog-stress hog 6 3 &
hogs=$!
start until_stop dimms dimms_go_and_come
start until_stop node5 node5_goes_and_comes
start until_stop loads replace 0
start until_stop loads replace 1
start until_stop hand by_hand
start until_stop reads read_tiers
start until_stop reclaims reclaim
last=0 since=$began
while now=$(reported 3) && [ "$now" -lt "$count" ]; do
	sleep 1
	[ "$now" = "$last" ] || since=$(date +%s)
	last=$now
	[ $(($(date +%s) - since)) -lt $patience ] || fail "no retier for $patience seconds, after $now"
	kill -0 $flips $hogs || fail "prog-stress has ended"
done
took=$(($(date +%s) - began))

kill $flips $hogs
touch $dir/stop
for job in $jobs; do
	wait "$job" || fail "a part of the stress failed"
done
echo "$now retiers in $took s, $(reported 4) failures; $(rounds loads) loads, $(rounds dimms) rounds of DIMMs," \
	"$(rounds node5) of node 5, $(rounds hand) by hand, $(demoted) pages demoted"
for part in loads dimms node5 hand reads reclaims; do
	[ "$(rounds $part)" -ge 1 ] || fail "$part: not once"
done
[ "$(demoted)" -gt 0 ] || fail "nothing was demoted"

# The last override holds.
for _ in $(seq 100); do
	tierbpf status >/tmp/out 2>/tmp/err && break
	sleep 0.2
done
expect 0 tierbpf status
expect 0 tierbpf plan --json
jq -e '(.nodes | length) == 6 and all(.nodes[]; .now.tier == .after.tier)' /tmp/out >/dev/null || {
	cat /tmp/out
	fail "the kernel is not where the plan is"
}
for node in 0 1 2 3 4 5; do
	# shellcheck disable=SC2046
	bpftool map delete pinned $pins/override key $(bytes $node) 2>/dev/null >&2
done
expect 0 tierbpf load /tmp/policy0.json
expect_tiers "4:0,2-3 10:1,4-5" "with the last policy"

# Each count is as it was: all devices can be removed, with the module and without it.
detach events
expect 0 tierbpf unload
expect_tiers "$stock" "after unload"
dimms_go_and_come
node5_goes_and_comes
expect_tiers "$stock" "after all memory went and came"
remove_module
unbind 0
unbind 1
blocks_of_node5 offline
expect_tiers "4:0-3" "after all memory went"
bind 0
bind 1
blocks_of_node5 online
expect_tiers "$stock" "when it came back"
check_leaks
