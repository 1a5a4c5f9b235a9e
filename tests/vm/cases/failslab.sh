# SPDX-License-Identifier: GPL-2.0-only
# topology: virtio-mem
# kernels: debug
# append: memhp_default_state=online_movable
# timeout: 2400
# Makes each allocation of the module fail once, one after the other: on insertion and removal;
# when a policy is loaded, replaced and unloaded; when an override moves a node from the work
# queue; and when a node gets and loses its memory. A whole `tierbpf load` has too many, so some
# of them are chosen at random. After each failure the nodes must soon be in their old or new
# tiers, and what failed must say so.
#   tests/vm/run ... tests/vm/cases/failslab.sh SEED     repeats the choice of a run
. /usr/lib/tierbpf-test/test.sh

far="4:0 10:1" cxl="4:0 5:1" stock="4:0 18:1"
ops=/sys/fs/bpf/test-ops
link=/sys/fs/bpf/test-link
ko=$(find /lib/modules/ -name tierbpf.ko)
random=${1:-$(date +%s)}
echo "seed $random"

# All allocations but those of user pages can fail, and failures print nothing in the log.
for kind in failslab fail_page_alloc; do
	echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
	echo 0 >/sys/kernel/debug/$kind/verbose
	# These settings are for "all": only tasks that are marked fail, and always.
	echo Y >/sys/kernel/debug/$kind/task-filter
	echo 100 >/sys/kernel/debug/$kind/probability
	echo -1 >/sys/kernel/debug/$kind/times
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
# Allocations of kmemleak would be half of all, and it has a reserve, so they are left out.
echo Y >/sys/kernel/debug/failslab/cache-filter
for cache in /sys/kernel/slab/*; do
	[ "${cache##*/kmemleak}" != "$cache" ] || echo 1 >"$cache/failslab" || fail "$cache/failslab"
done

# below N: sets $choice to a number from 1 to N.
below()
{
	random=$(((random * 1103515245 + 12345) % 2147483648))
	choice=$((random / 65536 % $1 + 1))
}

# fault N OPERATION...: runs it with a fault in allocation N; sets $status and $left as prog-fault
# reports them, and $came if the fault occurred.
fault()
{
	prog-fault "$@" >/tmp/out 2>/tmp/err
	status=$?
	left=$(tail -n 1 /tmp/out)
	[ "$left" != 0 ] || came=1
	[ $status -lt 128 ] || fail "$at: $* was killed, status $status"
}

# plainly OPERATION...: runs it without a fault; it must succeed.
plainly()
{
	prog-fault 0 "$@" >/tmp/out 2>/tmp/err || fail "$at: without a fault: $(cat /tmp/err)"
}

# count OPERATION...: runs it and sets $count to the number of its allocations.
count()
{
	fault 1000000 "$@"
	[ $status = 0 ] || fail "without a fault: $(cat /tmp/err)"
	count=$((1000000 - left))
}

# walk WHAT STEP [FROM]: runs STEP with FROM, FROM + 1, ... until it ends before the fault
# occurs; then once with "all".
walk()
{
	begin=$(date +%s)
	n=${3:-1}
	while at="$1, fault in allocation $n"; do
		came=
		$2 "$n"
		[ "$came" ] || break
		n=$((n + 1))
		[ "$n" -lt 1000 ] || fail "$1: there is no end of allocations"
	done
	[ "$n" -gt $((${3:-1} + 1)) ] || fail "$1: no fault came"
	at="$1, all allocations failing"
	$2 all
	echo "$1: up to allocation $n, $(($(date +%s) - begin)) s"
}

insert_step()
{
	fault "$1" insert "$ko"
	if [ $status = 0 ]; then
		remove_module
	elif [ -e /sys/module/tierbpf ]; then
		fail "$at: $(cat /tmp/err), and the module is there"
	fi
}

remove_step()
{
	[ -e /sys/module/tierbpf ] || plainly insert "$ko"
	fault "$1" remove tierbpf
	[ $status != 0 ] || [ ! -e /sys/module/tierbpf ] || fail "$at: removed, and still there"
}

# A policy is attached and detached; the kernel's own memory type is kept meanwhile.
attach_detach_step()
{
	fault "$1" attach $ops-cxl $link
	if [ $status != 0 ]; then
		expect_tiers "$stock" "$at, attach"
		plainly attach $ops-cxl $link
	fi
	expect_tiers "$cxl" "$at, attach"
	fault "$1" detach $link
	[ $status = 0 ] || fail "$at, detach: $(cat /tmp/err)"
	expect_tiers "$stock" "$at, detach"
}

# The node loses its memory and gets it again. If a policy is attached in between, the kernel asks
# it, and has no type of its own for the node when the policy is detached.
memory_step()
{
	plainly attach $ops-cxl $link
	expect_tiers "$cxl" "$at, before"
	fault "$1" write "$block" offline
	if [ $status != 0 ]; then
		expect_tiers "$cxl" "$at, offline"
		plainly write "$block" offline
	fi
	expect_tiers "4:0" "$at, offline"
	plainly detach $link
	plainly attach $ops-cxl $link
	fault "$1" write "$block" online_movable
	if [ $status != 0 ]; then
		expect_tiers "4:0" "$at, online"
		plainly write "$block" online_movable
	fi
	expect_tiers "$cxl" "$at, online"
	fault "$1" detach $link
	[ $status = 0 ] || fail "$at, detach: $(cat /tmp/err)"
	expect_tiers "$stock" "$at, detach"
}

# Replaces one policy by the other; the next step changes back.
update_step()
{
	[ $in_force = cxl ] && other=far || other=cxl
	fault "$1" update $link $ops-$other
	[ $status != 0 ] || in_force=$other
	[ $in_force = cxl ] && expect_tiers "$cxl" "$at" || expect_tiers "$far" "$at"
}

# workers FILE: prints the path of FILE in /proc for each worker that may run the queued work.
workers()
{
	for comm in /proc/[0-9]*/comm; do
		read -r name <"$comm" && [ "${name#kworker/u}" != "$name" ] && echo "${comm%comm}$1"
	done 2>/dev/null
}

override_step()
{
	[ "$1" = all ] && files=$(workers make-it-fail) value=1 || files=$(workers fail-nth) value=$1
	for file in $files; do
		echo "$value" >"$file"
	done 2>/dev/null
	override 1 $((640 + n % 2 * 128))
	[ "$1" = all ] && sleep 1 || expect_tiers "4:0 $((5 + n % 2)):1" "$at"
	# Skip workers that were created meanwhile.
	for file in $files; do
		read -r rest <"$file" && echo 0 >"$file" || continue
		[ "$rest" != 0 ] || came=1
	done 2>/dev/null
	expect_tiers "4:0 $((5 + n % 2)):1" "$at"
}

# A load also tests the tool: it must say what failed, and which policy is in force.
load_step()
{
	[ $in_force = cxl ] && other=far || other=cxl
	fault "$1" run tierbpf load /tmp/$other.json
	if [ $status = 0 ]; then
		in_force=$other
	elif ! grep -qv '^warning: ' /tmp/err; then
		fail "$at: status $status, without a word"
	fi
	[ $in_force = cxl ] && expect_tiers "$cxl" "$at" || expect_tiers "$far" "$at"
}

policy /tmp/far.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/cxl.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'

# The last allocations are those of the module; the kernel makes the others.
expect_tiers "4:0" "at boot"
count insert "$ko"
remove_module
walk "insert" insert_step $((count > 60 ? count - 60 : 1))
for _ in 1 2 3 4 5 6 7 8 9 10; do
	below "$count"
	at="insert, fault in allocation $choice of $count"
	insert_step "$choice"
done
walk "remove" remove_step
plainly insert "$ko"

# Pins two policies, so that they can be attached without the tool.
for name in far cxl; do
	expect 0 tierbpf load /tmp/$name.json
	bpftool map pin pinned $pins/policy/ops $ops-$name || fail "bpftool map pin"
done

# The kernel has no type of its own for a node that was added under a policy. On detach it must
# allocate one, or else it puts the node into the DRAM tier.
modprobe virtio_mem
expect_tiers "$cxl" "when the memory came"
expect 0 prog-fault all detach $pins/link
expect_tiers "$stock" "after a detach for which there was no memory"
expect 0 tierbpf unload

# One block of memory is enough from here on.
for block in /sys/devices/system/node/node1/memory*; do
	[ "$(cat /sys/devices/system/node/node1/memory*/state | grep -c online)" = 1 ] ||
		echo offline >"$block/state" || fail "$block: offline"
done
block=/sys/devices/system/memory/${block##*/}/state
[ "$(cat "$block")" = online ] || fail "$block is not online"
walk "attach and detach" attach_detach_step
walk "memory" memory_step
plainly attach $ops-cxl $link
in_force=cxl
walk "update" update_step
plainly detach $link
expect_tiers "$stock" "without a policy"
rm $ops-*

expect 0 tierbpf load /tmp/far.json
in_force=far
walk "override" override_step
unoverride 1
count run tierbpf load /tmp/far.json
begin=$(date +%s)
came="" failed=0
for _ in 1 2 3 4 5 6 7 8; do
	below "$count"
	at="load, fault in allocation $choice of about $count"
	load_step "$choice"
	[ $status = 0 ] || failed=$((failed + 1))
done
echo "load: 8 faults, $failed loads failed, $(($(date +%s) - begin)) s"
[ "$came" ] || fail "load: no fault came"
expect 0 tierbpf load /tmp/cxl.json
expect_tiers "$cxl" "after the last load"

# If kmemleak itself runs out of memory, it disables itself and finds nothing any more.
echo scan >/sys/kernel/debug/kmemleak || fail "kmemleak has been switched off"
the_end "$stock"
