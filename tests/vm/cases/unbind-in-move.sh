# SPDX-License-Identifier: GPL-2.0-only
# topology: nvdimm
# timeout: 600
# long: 3600
# append: memhp_default_state=online_movable
# A kmem device is unbound between two steps of a move, after its memory went offline, as daxctl
# does it. Another tracer makes each step that clears the slot take 30 ms, because otherwise this
# window is only microseconds long. The slot was empty then, and the unbind crashed in
# put_memory_type(NULL) while it held the locks of the tiers and of memory hotplug.
#
# The argument is the number of unbinds (12).
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

count=${1:-12}

# within SECONDS COMMAND...: limits its time; a command that the kernel blocks for ever cannot be killed
within()
{
	seconds=$1
	shift
	"$@" &
	for _ in $(seq $((seconds * 10))); do
		kill -0 $! 2>/dev/null || { wait $! && return; }
		sleep 0.1
	done
	return 1
}

oops()
{
	dmesg | grep -m3 -E "BUG:|Oops|RIP:"
}

# After a crash with these locks held, the kernel cannot even be shut down.
crashed()
{
	echo "FAIL: $*"
	sleep 1
	echo b >/proc/sysrq-trigger
	exit 1
}

for module in nfit nd_pmem device_dax dax_pmem kmem tierbpf; do
	modprobe $module
done
sleep 1
make_dax 0
make_dax 1
expect_tiers "4:0 22:1" "with both devices"
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1" "with a policy"
moved=$(counter retiered)
attach test-slow-clear slow

# Moves the node all the time, a few times each second.
while [ ! -e /tmp/stop ]; do
	for tier in 6 7 8 9; do
		override 1 $((tier * 128))
		sleep 0.15
	done
done &
moves=$!
unbinds=0
for n in $(seq "$count"); do
	offline_memory 1
	# The module does not know of the unbind that follows.
	sleep 1.$((n % 10))
	within 20 unbind 1 || break
	within 20 bind 1 || break
	! oops || break
	unbinds=$n
done
touch /tmp/stop
! oops || crashed "the kernel crashed at unbind $n"
[ $unbinds = "$count" ] || crashed "unbind $n does not end"
wait $moves
detach slow
echo "$(($(counter retiered) - moved)) moves, $unbinds unbinds"
[ $(($(counter retiered) - moved)) -ge $unbinds ] || fail "too few moves to tell"
override 1 1344
expect_tiers "4:0 10:1" "after all"
unoverride 1
expect_tiers "4:0 5:1" "with the policy"
unbind 0
expect_tiers "4:0 5:1" "with one device"
unbind 1
expect_tiers "4:0" "without devices"
the_end "4:0"
rmmod kmem || fail "rmmod kmem"
