# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Turns NVDIMMs into memory with dax/kmem. Sourced in the guest, after test.sh.

dax=/sys/bus/dax

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
		{ echo offline >"$1/state"; } 2>/dev/null || [ "$(cat "$1/state")" = offline ] && return
		sleep 0.2
	done
	fail "$1 does not go offline"
}

# blocks_of DEVICE: prints its memory blocks, one a line
blocks_of()
{
	block=$((0x$(cat /sys/devices/system/memory/block_size_bytes)))
	start=$(($(cat "$dax/devices/dax$1.0/resource")))
	end=$((start + $(cat "$dax/devices/dax$1.0/size")))
	for i in $(seq $(((start + block - 1) / block)) $((end / block - 1))); do
		[ ! -e "/sys/devices/system/memory/memory$i" ] || echo "/sys/devices/system/memory/memory$i"
	done
}

offline_memory()
{
	for memory in $(blocks_of "$1"); do
		offline "$memory"
	done
}

# Takes its memory blocks offline first, which kmem itself does not do.
unbind()
{
	offline_memory "$1"
	echo "dax$1.0" >$dax/drivers/kmem/unbind || fail "unbind dax$1.0"
}
