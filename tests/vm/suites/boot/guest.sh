#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in a Debian that has the packages installed, once in each of its two boots, and tests what the unit,
# the udev rule and the packages do.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/cxl.sh

here=/usr/lib/tierbpf-boot
policy=/etc/tierbpf/policy.json

# Runs a command until it succeeds. The time limit is generous, since the guest may be slow.
wait_for()
{
	for _ in $(seq 300); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	fail "waited in vain for: $*"
}

# unit UNIT STATE [SUBSTATE]
unit()
{
	is=$(systemctl show -P ActiveState "$1")
	[ "$is" = "$2" ] && return
	systemctl status --no-pager -l "$1"
	journalctl --no-pager -b -u "$1"
	fail "$1 is $is, not $2"
}

generation()
{
	counter generation
}

settled()
{
	case $(systemctl is-system-running) in
	running | degraded) return 0 ;;
	*) return 1 ;;
	esac
}

all_is_well()
{
	wait_for settled
	failed=$(systemctl --failed --no-legend --plain)
	[ -z "$failed" ] || fail "units have failed: $failed"
}

# Without a policy, the unit is enabled but does nothing, and the module is loaded.
without_policy()
{
	all_is_well
	[ "$(systemctl is-enabled tierbpf)" = enabled ] || fail "the unit is not enabled"
	unit tierbpf inactive
	[ ! -e $pins ] || fail "there are pins without a policy"
	expect_tiers "4:0-1" "without a policy"
	says /sys/module/tierbpf/taint OE
}

start()
{
	policy $policy '{"name": "card", "match": {"cxl": {"serial": "0x1", "region": 0}}, "action": {"tier": "far"}}' \
		'{"name": "slow", "match": {"node": 1}, "action": {"tier": "cxl"}}'
	systemctl start tierbpf || unit tierbpf active
	unit tierbpf active
	# the pins must be in the system's bpffs, not in one that only the unit sees
	[ -e $pins/link ] || fail "the unit leaves no pins"
	expect_tiers "4:0 5:1" "with a policy"
}

reload()
{
	cp $policy /tmp/good
	echo '{"version": 1, "rules": [{"match": {"noode": 1}, "action": {"adistance": 900}}]}' >$policy
	! systemctl reload tierbpf 2>/tmp/err || fail "a bad policy is reloaded"
	journalctl --no-pager -b -u tierbpf >/tmp/journal
	says /tmp/journal "noode"
	unit tierbpf active
	expect_tiers "4:0 5:1" "after a bad policy"
	[ "$(generation)" = 1 ] || fail "a bad policy has changed the generation to $(generation)"
	policy $policy '{"match": {"node": 1}, "action": {"tier": "far"}}'
	systemctl reload tierbpf || unit tierbpf reloaded
	[ "$(generation)" = 2 ] || fail "after a reload the generation is $(generation)"
	expect_tiers "4:0 10:1" "after a reload"
	cp /tmp/good $policy
	systemctl reload tierbpf || fail "systemctl reload tierbpf"
	expect_tiers "4:0 5:1" "with the first policy again"
}

refreshes()
{
	journalctl --no-pager -b -o cat -u tierbpf-refresh.service _PID=1 | grep -c '^Finished'
}

refreshed()
{
	[ "$(refreshes)" -ge "$1" ]
}

# A hotplug during a refresh must start another refresh if the running one has already read the state of the
# nodes.
hot_add_again()
{
	dropin=/run/systemd/system/tierbpf-refresh.service.d
	mkdir -p $dropin
	printf '[Service]\nExecStartPost=/usr/bin/touch /tmp/looked\nExecStartPost=/usr/bin/sleep 5\n' >$dropin/slow.conf
	printf 'ReadWritePaths=/tmp\nPrivateTmp=no\n' >>$dropin/slow.conf
	systemctl daemon-reload
	before=$(refreshes)
	udevadm trigger --action=add /sys/devices/system/node/node2
	wait_for [ -e /tmp/looked ]
	udevadm trigger --action=add /sys/devices/system/node/node2
	wait_for refreshed $((before + 2))
	rm $dropin/slow.conf
	systemctl daemon-reload
}

# Memory of the card is added while the policy is in force. Only a refresh makes its region known, which the
# rule "card" needs.
hot_add()
{
	[ "$(refreshes)" = 0 ] || fail "refreshed without a hotplug"
	# a refresh by hand does nothing if there is nothing new
	expect 0 tierbpf load --refresh
	[ "$(generation)" = 3 ] || fail "a refresh with nothing new makes a generation"
	cxl_cards 1
	cxl_create $((512 << 20)) 0x1
	[ "$node" = 2 ] || fail "the region is node $node, not 2"
	for _ in $(seq 100); do
		[ "$(tiers)" = "4:0 5:1 10:2" ] && break
		sleep 0.2
	done
	journalctl --no-pager -b -u 'tierbpf*'
	expect_tiers "4:0 5:1 10:2" "after the hotplug"
	expect 0 tierbpf explain 2
	says /tmp/out "decided by card"
	[ "$(generation)" = 4 ] || fail "one hotplug makes generations 4 to $(generation)"
	sleep 6
	[ "$(refreshes)" -le 3 ] || fail "one hotplug makes $(refreshes) refreshes"
	hot_add_again
	[ "$(generation)" = 4 ] || fail "the refresh makes refreshes"
}

# README says that the units' exposure by systemd-analyze security is at most 1.9 of 10.
sandbox()
{
	for unit in tierbpf tierbpf-refresh; do
		# --threshold counts only --offline
		systemd-analyze security --no-pager --offline=true --threshold=19 \
			"$(systemctl show -P FragmentPath $unit)" >/tmp/out || fail "$(tail -n 1 /tmp/out)"
	done
}

# A trial that the unit starts: even in the sandbox, the OOM killer spares the guardian that ends it. The
# guardian keeps no capabilities, exits after the trial, and reports in the journal what it did.
trial()
{
	echo OPTIONS=--try=5 >/etc/default/tierbpf
	systemctl reload tierbpf || unit tierbpf reloaded
	guardian=$(grep -lx tierbpf-trial /proc/[0-9]*/comm 2>/dev/null)
	guardian=${guardian%/comm}
	[ -n "$guardian" ] || fail "nobody ends the trial"
	[ "$(cat "$guardian/oom_score_adj")" = -1000 ] || fail "oom_score_adj is $(cat "$guardian/oom_score_adj")"
	! grep -q '^VmLck:[[:space:]]*0 kB' "$guardian/status" || fail "its pages may be taken away"
	! grep -E '^Cap(Prm|Eff):' "$guardian/status" | grep -v 0000000000000000 || fail "it keeps capabilities"
	wait_for [ ! -e "$guardian" ]
	journalctl --no-pager -b -u tierbpf >/tmp/journal
	says /tmp/journal "not confirmed in time: the former one is back"
	rm /etc/default/tierbpf
}

stop()
{
	systemctl stop tierbpf || fail "systemctl stop tierbpf"
	unit tierbpf inactive
	[ ! -e $pins ] || fail "pins are left when the unit is stopped"
	expect_tiers "4:0-1 22:2" "when the unit is stopped"
}

# The unit loads the policy whenever the module is loaded, even if that is long after the boot.
module_later()
{
	systemctl stop tierbpf || fail "systemctl stop tierbpf"
	expect_tiers "4:0-1" "when the unit is stopped"
	remove_module
	modprobe tierbpf || fail "modprobe tierbpf"
	wait_for systemctl -q is-active tierbpf
	expect_tiers "4:0 5:1" "with the module"
}

# install compares all files before and after a purge in the chroot. This looks for what a running system
# could leave behind.
purge()
{
	DEBIAN_FRONTEND=noninteractive dpkg --purge tierbpf tierbpf-dkms || fail "dpkg --purge"
	[ ! -e $pins ] || fail "purge leaves pins"
	expect_tiers "4:0-1" "after purge"
	[ ! -e /sys/module/tierbpf ] || fail "purge leaves the module loaded"
	[ ! -e /etc/tierbpf ] || fail "purge leaves the policy"
	left=$(find / -xdev \( -path /tmp -o -path "$here" -o -path /usr/lib/tierbpf-test \) -prune -o \
		-name '*tierbpf*' ! -name '*tierbpf-boot*' -print)
	[ -z "$left" ] || fail "purge leaves $left"
	all_is_well
}

# Keeps the kernel's two settings over a reboot in the way that README shows.
keep_switches()
{
	mkdir -p /etc/sysctl.d /etc/tmpfiles.d
	echo 'kernel.numa_balancing = 3' >/etc/sysctl.d/tierbpf.conf
	echo 'w /sys/kernel/mm/numa/demotion_enabled - - - - 1' >/etc/tmpfiles.d/tierbpf.conf
}

switches_kept()
{
	switches=$(cat /proc/sys/kernel/numa_balancing /sys/kernel/mm/numa/demotion_enabled | xargs)
	[ "$switches" = "3 true" ] || fail "after a reboot numa_balancing and demotion_enabled are $switches"
	rm /etc/sysctl.d/tierbpf.conf /etc/tmpfiles.d/tierbpf.conf
}

step()
{
	echo "$(cut -d. -f1 /proc/uptime) $1"
	"$@"
}

boot1()
{
	step without_policy
	step start
	step reload
	step hot_add
	step sandbox
	step trial
	step stop
	systemctl start tierbpf
	expect_tiers "4:0 5:1 10:2" "started again"
	step keep_switches
}

boot2()
{
	all_is_well
	unit tierbpf active
	expect_tiers "4:0 5:1" "after a reboot"
	[ "$(generation)" = 1 ] || fail "after a reboot the generation is $(generation)"
	step switches_kept
	step module_later
	step purge
}

boot=$(cat /var/lib/tierbpf-boot 2>/dev/null || echo 1)
echo $((boot + 1)) >/var/lib/tierbpf-boot
case $boot in
1)
	boot1 || exit
	systemctl --no-block reboot
	exit 100
	;;
2) boot2 ;;
esac
