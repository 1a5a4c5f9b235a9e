# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# kernels: cloud
# The module's guards against kernel bugs are kprobes. If somebody switches kprobes off, status
# and doctor must say so and how to switch them on; where they cannot know, they must say nothing.
. /usr/lib/tierbpf-test/test.sh

switch=/sys/kernel/debug/kprobes/enabled
said="kprobes are off: the module's guards against kernel bugs do nothing"

# guards: what status --json has of them
guards()
{
	tierbpf status --json | jq -c '[.switches[] | select(.name == "guards") | .on, .fix]'
}

# finding: prints doctor's finding about the guards
finding()
{
	tierbpf doctor --json 2>/dev/null | jq -c '[.findings[] | select(.what == "kprobes") | .verdict, .fix]'
}

# told GUARDS FINDING WHEN
told()
{
	[ "$(guards)" = "$1" ] || fail "$3: status says $(guards)"
	[ "$(finding)" = "$2" ] || fail "$3: doctor says $(finding)"
}

# Without the module or debugfs nothing is reported.
umount /sys/kernel/debug 2>/dev/null
[ ! -e $switch ] || fail "debugfs is mounted"
modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
told '[]' '[]' "without debugfs"
mount -t debugfs debugfs /sys/kernel/debug || fail "no debugfs"
expect 0 tierbpf status
! grep -q kprobes /tmp/out || fail "$(cat /tmp/out)"
told '[true,null]' '["ok",null]' "on"
tierbpf status --openmetrics | grep -q '^tierbpf_switch_on{switch="guards"} 1' || fail "metrics"

echo 0 >$switch
expect 0 tierbpf status
says /tmp/out "$said"
says /tmp/out "echo 1 > $switch"
told "[false,\"echo 1 > $switch\"]" "[\"missing\",\"echo 1 > $switch\"]" "off"
tierbpf status --openmetrics | grep -q '^tierbpf_switch_on{switch="guards"} 0' || fail "metrics"
expect 4 tierbpf doctor
says /tmp/out "kprobes: off"

# The advised fix must work.
sh -c "$(tierbpf doctor --json 2>/dev/null | jq -r '.findings[] | select(.what == "kprobes") | .fix')"
told '[true,null]' '["ok",null]' "on again"
# Repeats this for ftrace, without which BPF programs do not see the update of an override.
ftrace=/proc/sys/kernel/ftrace_enabled
# Newer kernels keep it on while it is in use; 6.12 does not.
if echo 0 >$ftrace; then
	expect 0 tierbpf set 1 --adistance 800
	expect_tiers "4:0 6:1" "by the timer that finds what the watchers miss"
	expect 0 tierbpf status
	says /tmp/out "ftrace is off: overrides come late, and events are not counted: echo 1 > $ftrace"
	[ "$(tierbpf status --json | jq -c '[.switches[] | select(.name == "tracing") | .on, .fix]')" = \
		"[false,\"echo 1 > $ftrace\"]" ] || fail "$(tierbpf status --json)"
	expect 4 tierbpf doctor
	says /tmp/out "ftrace: off"
	echo 1 >$ftrace
	expect 0 tierbpf set 1 --adistance 800
	! tierbpf status | grep ftrace || fail "on again"
elif [ "$(uname -r | cut -d . -f 1)" = 6 ] || [ "$(cat $ftrace)" != 1 ]; then
	fail "ftrace cannot be switched off"
fi

echo 0 >$switch
expect 0 tierbpf unload
remove_module
told '[]' '[]' "without the module"
echo 1 >$switch
