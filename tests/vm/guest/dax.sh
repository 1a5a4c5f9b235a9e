# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Turns NVDIMMs into memory with dax/kmem. Sourced in the guest, after test.sh.

dax=/sys/bus/dax

# Loads what turns NVDIMMs into memory, and tierbpf, and waits until the first NVDIMM is there.
load_nvdimm()
{
	for module in nfit nd_pmem device_dax dax_pmem kmem tierbpf; do
		modprobe $module || fail "modprobe $module"
	done
	for _ in $(seq 50); do
		[ ! -e /sys/bus/nd/devices/namespace0.0 ] || return 0
		sleep 0.1
	done
	fail "there is no NVDIMM"
}

# Turns a namespace into a dax device without a driver, like ndctl create-namespace -m devdax; $seed
# is its name.
make_unbound_dax()
{
	seed=$(cat "/sys/bus/nd/devices/region$1/dax_seed")
	echo "namespace$1.0" >/sys/bus/nd/drivers/nd_pmem/unbind
	cat /proc/sys/kernel/random/uuid >"/sys/bus/nd/devices/$seed/uuid"
	echo ram >"/sys/bus/nd/devices/$seed/mode"
	echo "namespace$1.0" >"/sys/bus/nd/devices/$seed/namespace"
	echo "$seed" >/sys/bus/nd/drivers/dax_pmem/bind
	for _ in $(seq 50); do
		[ -e "$dax/drivers/device_dax/$seed" ] && break
		sleep 0.1
	done
	echo "$seed" >$dax/drivers/device_dax/unbind
}

# Turns the device into memory. kmem binds it itself, and with it every unbound device that it knows
# by name.
make_dax()
{
	make_unbound_dax "$1"
	echo "$seed" >$dax/drivers/kmem/new_id
}

bind()
{
	echo "dax$1.0" >$dax/drivers/kmem/bind || fail "bind dax$1.0"
}

# offline BLOCK: retries, as it fails while somebody accesses one of its pages
offline()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		{ echo offline >"$1/state"; } 2>/dev/null && return
		read -r state <"$1/state"
		[ "$state" != offline ] || return 0
		sleep 0.2
	done
	fail "$1 does not go offline"
}

# find_blocks DEVICE: sets blocks to its memory blocks. It starts no process, like find_tiers.
find_blocks()
{
	read -r block </sys/devices/system/memory/block_size_bytes
	read -r start <"$dax/devices/dax$1.0/resource"
	read -r size <"$dax/devices/dax$1.0/size"
	block=$((0x$block)) start=$((start))
	blocks="" i=$(((start + block - 1) / block))
	while [ $i -lt $(((start + size) / block)) ]; do
		[ ! -e "/sys/devices/system/memory/memory$i" ] || blocks="$blocks /sys/devices/system/memory/memory$i"
		i=$((i + 1))
	done
}

offline_memory()
{
	find_blocks "$1"
	for memory in $blocks; do
		offline "$memory"
	done
}

# Takes its memory blocks offline first, which kmem itself does not do.
unbind()
{
	offline_memory "$1"
	echo "dax$1.0" >$dax/drivers/kmem/unbind || fail "unbind dax$1.0"
}
