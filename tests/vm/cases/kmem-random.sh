# SPDX-License-Identifier: GPL-2.0-only
# topology: six-nvdimm
# timeout: 900
# long: 43200
# append: memhp_default_state=online_movable
# file: tests/vm/suites/random/rng.awk:/usr/lib/tierbpf-test/rng.awk
# Devices of dax/kmem, policies, overrides, the module and kmem itself come and go in random
# orders, on a node with DRAM of its own and on one without. kmem.sh tests all orders of two
# devices of one node. A node with DRAM must always be in a tier, the other one while it has
# memory.
#
# The argument is COUNT or COUNT,SEED: the number of orders and the seed. Without a seed the clock
# gives one, which is printed. Without an argument the orders are always the same.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

lib=/usr/lib/tierbpf-test
count=3 seed=34 # the first order of this seed has failed once
[ ! -e /sys/kernel/debug/kmemleak ] || count=1
case ${1:-} in
"") ;;
*,*) count=${1%,*} seed=${1#*,} ;;
*) count=$1 seed=$(date +%s) ;;
esac

# kmem binds only this device, and forgets its name again at once.
bind_only()
{
	for file in new_id remove_id; do
		echo "dax$1.0" >$dax/drivers/kmem/$file || fail "$file dax$1.0"
	done
	[ -e "$dax/drivers/kmem/dax$1.0" ] || fail "kmem does not take dax$1.0"
}

online_memory()
{
	find_blocks "$1"
	for memory in $blocks; do
		echo online_movable >"$memory/state" || fail "$memory does not come online"
	done
}

# step WHAT ARGUMENT...: executes a step that kmem-orders.awk has printed
step()
{
	case $1 in
	bind) device "$2" && bind_only "$device" ;;
	unbind) device "$2" && unbind "$device" ;;
	offline) device "$2" && offline_memory "$device" ;;
	online) device "$2" && online_memory "$device" ;;
	load) expect 0 tierbpf load "/tmp/$2.json" ;;
	unload) expect 0 tierbpf unload ;;
	override) override "$2" $(($3 * 128 + 64)) ;;
	unoverride) unoverride "$2" ;;
	insmod) modprobe tierbpf || fail "modprobe tierbpf" ;;
	rmmod) remove_module ;;
	kmem)
		rmmod kmem || fail "rmmod kmem"
		modprobe kmem || fail "modprobe kmem"
		;;
	*) fail "no such step: $1" ;;
	esac
}

# device NUMBER: sets device to the kernel's number of it; QEMU decides which NVDIMM comes first
device()
{
	# shellcheck disable=SC2086 # each is a word
	set -- "$1" $devices
	shift $(($1 + 1))
	device=$1
}

# These numbers are those in kmem-orders.awk.
policy /tmp/1.json '{"match": {"node": "1-2"}, "action": {"tier": "far"}}'
policy /tmp/2.json '{"match": {"node": 2}, "action": {"tier": "cxl"}}'
policy /tmp/3.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}' \
	'{"match": {"node": 2}, "action": {"adistance": 2880}}'
policy /tmp/4.json '{"match": {"node": "1-2"}, "action": {"adistance": 2880}}'
policy /tmp/5.json '{"match": {"node": 1}, "action": {"adistance": 768}}' \
	'{"match": {"node": 2}, "action": {"tier": "dram"}}'
for module in nfit nd_pmem device_dax dax_pmem kmem; do
	modprobe $module || fail "modprobe $module"
done
sleep 1
for n in 0 1 2 3 4 5; do
	make_unbound_dax $n
	echo "$(cat $dax/devices/dax$n.0/target_node) $n"
done | sort -n >/tmp/nodes
[ "$(cut -d " " -f 1 /tmp/nodes | tr -d '\n')" = 111222 ] || {
	cat /tmp/nodes
	fail "the NVDIMMs are not where they should be"
}
devices=$(cut -d " " -f 2 /tmp/nodes | tr '\n' ' ')
expect_tiers "4:0-1" "at boot"

echo "seed $seed, $count orders"
order="" steps="" all=0
trap 'status=$?; [ $status = 0 ] || echo "seed $seed, $order ended so: ${steps#, }"; exit $status' EXIT
while IFS="|" read -r step tiers; do
	case $step in
	order*)
		order=$step steps=""
		continue
		;;
	esac
	steps="$steps, $step" all=$((all + 1))
	# shellcheck disable=SC2086 # the step and its arguments
	step $step </dev/null
	[ -z "$tiers" ] || expect_tiers "$tiers" "after $step"
done <<ORDERS
$(awk -f $lib/rng.awk -f $lib/kmem-orders.awk -v seed="$seed" -v count="$count")
ORDERS
echo "$all steps"
[ $all -ge $((count * 8)) ] || fail "there are only $all steps"
check_leaks
