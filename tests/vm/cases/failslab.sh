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

# What counts as an allocation: all but users' pages. Without a word in the log.
for kind in failslab fail_page_alloc; do
	echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
	echo 0 >/sys/kernel/debug/$kind/verbose
	# for "all", and none but those
	echo Y >/sys/kernel/debug/$kind/task-filter
	echo 100 >/sys/kernel/debug/$kind/probability
	echo -1 >/sys/kernel/debug/$kind/times
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
# kmemleak's own would be half of all; it has a reserve for them.
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

# fault N OPERATION...: sets $status and $left, as prog-fault says, and $came if
# the fault came.
fault()
{
	prog-fault "$@" >/tmp/out 2>/tmp/err
	status=$?
	left=$(tail -n 1 /tmp/out)
	[ "$left" != 0 ] || came=1
	[ $status -lt 128 ] || fail "$at: $* was killed, status $status"
}

# plainly OPERATION...: without a fault, and it has to go well.
plainly()
{
	prog-fault 0 "$@" >/tmp/out 2>/tmp/err || fail "$at: without a fault: $(cat /tmp/err)"
}

# count OPERATION...: sets $count to the number of its allocations.
count()
{
	fault 1000000 "$@"
	[ $status = 0 ] || fail "without a fault: $(cat /tmp/err)"
	count=$((1000000 - left))
}

# settles TIERS WHEN: as expect_tiers, but half of all the time would go into its
# processes; here it gets to them only where the tiers are not yet as they should be.
settles()
{
	found=
	for tier in /sys/devices/virtual/memory_tiering/memory_tier*; do
		read -r nodes <"$tier/nodelist" && found="$found ${tier##*memory_tier}:$nodes"
	done 2>/dev/null
	# Here they are by name: 10 before 4.
	case $found in
	" $1" | " ${1#* } ${1%% *}") ;;
	*) expect_tiers "$1" "$2" ;;
	esac
}

# walk WHAT STEP [FROM]: STEP with FROM, FROM + 1, ... until all faults in it come
# too late; and with "all".
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

# A policy comes and goes; the kernel's own type is kept meanwhile.
attach_detach_step()
{
	fault "$1" attach $ops-cxl $link
	if [ $status != 0 ]; then
		settles "$stock" "$at, attach"
		plainly attach $ops-cxl $link
	fi
	settles "$cxl" "$at, attach"
	fault "$1" detach $link
	[ $status = 0 ] || fail "$at, detach: $(cat /tmp/err)"
	settles "$stock" "$at, detach"
}

# The node loses its memory and gets it again. A policy that comes in between is asked
# by the kernel, which then has no type of its own for the node when the policy goes.
memory_step()
{
	plainly attach $ops-cxl $link
	settles "$cxl" "$at, before"
	fault "$1" write "$block" offline
	if [ $status != 0 ]; then
		settles "$cxl" "$at, offline"
		plainly write "$block" offline
	fi
	settles "4:0" "$at, offline"
	plainly detach $link
	plainly attach $ops-cxl $link
	fault "$1" write "$block" online_movable
	if [ $status != 0 ]; then
		settles "4:0" "$at, online"
		plainly write "$block" online_movable
	fi
	settles "$cxl" "$at, online"
	fault "$1" detach $link
	[ $status = 0 ] || fail "$at, detach: $(cat /tmp/err)"
	settles "$stock" "$at, detach"
}

# From one policy to the other, and back with the next step.
update_step()
{
	[ $in_force = cxl ] && other=far || other=cxl
	fault "$1" update $link $ops-$other
	[ $status != 0 ] || in_force=$other
	[ $in_force = cxl ] && settles "$cxl" "$at" || settles "$far" "$at"
}

# workers FILE: of whichever worker may take the work from the queue.
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
	[ "$1" = all ] && sleep 1 || settles "4:0 $((5 + n % 2)):1" "$at"
	# One that was made meanwhile is none of ours.
	for file in $files; do
		read -r rest <"$file" && echo 0 >"$file" || continue
		[ "$rest" != 0 ] || came=1
	done 2>/dev/null
	settles "4:0 $((5 + n % 2)):1" "$at"
}

# A load is the tool's own business, too: it says what failed, and what is in force.
load_step()
{
	[ $in_force = cxl ] && other=far || other=cxl
	fault "$1" run tierbpf load /tmp/$other.json
	if [ $status = 0 ]; then
		in_force=$other
	elif ! grep -qv '^warning: ' /tmp/err; then
		fail "$at: status $status, without a word"
	fi
	[ $in_force = cxl ] && settles "$cxl" "$at" || settles "$far" "$at"
}

policy /tmp/far.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/cxl.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'

# The module's own allocations are the last ones; the others are the kernel's.
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

# Two policies that are ready to be attached, without the tool.
for name in far cxl; do
	expect 0 tierbpf load /tmp/$name.json
	bpftool map pin pinned $pins/policy/ops $ops-$name || fail "bpftool map pin"
done

# The kernel knows no type of its own yet for a node that came to a policy: when that
# goes it has to allocate one, or puts the node among the DRAM.
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

# Out of memory itself, kmemleak gives up for good and would find nothing any more.
echo scan >/sys/kernel/debug/kmemleak || fail "kmemleak has been switched off"
the_end "$stock"
