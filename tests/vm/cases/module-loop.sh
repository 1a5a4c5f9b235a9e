# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# timeout: 600
# long: 3600
# append: memhp_default_state=online_movable
# The module is inserted and removed just while a node loses its last memory or gets its first
# one. Another tracer delays the module after each notifier that it registers or removes, by half
# a second, so that a hotplug meets one without the other. The module must not wait for the end of
# a hotplug that it is never told of, and the node must be in its right tier each time.
#
# The argument is the number of rounds through all these moments (1).
. /usr/lib/tierbpf-test/test.sh

node1_blocks()
{
	for block in $blocks; do
		echo "$1" >"/sys/devices/system/memory/${block##*/}/state" || fail "${block##*/}: $1"
	done
}

# in_the_midst SECONDS COMMAND...: node 1 leaves or comes back SECONDS after the command began
in_the_midst()
{
	after=$1
	shift
	"$@" &
	sleep "$after"
	if [ $there = 1 ]; then
		node1_blocks offline
		there=0 stock="4:0" far="4:0"
	else
		node1_blocks online_movable
		there=1 stock="4:0 18:1" far="4:0 10:1"
	fi
	wait $! || fail "$*, with a hotplug after $after s"
}

uptime_ms()
{
	awk '{ print int($1 * 1000) }' /proc/uptime
}

# soon COMMAND...: must take less than 9 seconds; the module used to wait 10 for a hotplug.
# On a debug kernel the verifier alone may take longer, so there only the log is checked.
soon()
{
	from=$(uptime_ms)
	expect 0 "$@"
	took=$(($(uptime_ms) - from))
	[ $took -lt 9000 ] || [ -e /sys/kernel/debug/kmemleak ] || fail "$*, after a hotplug in the midst: it took $took ms"
}

load_virtio_mem
expect_tiers "4:0 18:1" "at boot"
blocks=$(ls -d /sys/devices/system/node/node1/memory[0-9]*)
there=1
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
for _ in $(seq "${1:-1}"); do
	for after in 0.2 0.7 1.2 1.7; do
		attach test-slow-register slow
		in_the_midst "$after" modprobe tierbpf
		detach slow
		soon tierbpf load /tmp/p.json
		expect_tiers "$far" "with a policy, after a hotplug $after s into modprobe"
		soon tierbpf unload
		expect_tiers "$stock" "without a policy, after a hotplug $after s into modprobe"
		soon tierbpf load /tmp/p.json
		expect_tiers "$far" "with a policy again"
		expect 0 tierbpf unload
		attach test-slow-register slow
		in_the_midst "$after" remove_module
		detach slow
		expect_tiers "$stock" "after a hotplug $after s into rmmod"
	done
done
! dmesg | grep "did not end" || fail "the module waited for the end of a hotplug that it was not told of"
[ $there = 1 ] || node1_blocks online_movable
modprobe tierbpf
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "after all"
the_end "4:0 18:1"
