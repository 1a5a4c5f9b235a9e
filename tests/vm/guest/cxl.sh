# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Creates regions of volatile CXL memory through sysfs, like cxl create-region.
# Sourced in the guest, after test.sh. It is random which card is mem0, so cards are identified by
# their serial numbers.

cxl=/sys/bus/cxl/devices
dax=/sys/bus/dax

# cxl_cards COUNT: loads the drivers, and waits for COUNT cards.
cxl_cards()
{
	for module in cxl_acpi cxl_pci cxl_mem cxl_port device_dax dax_cxl kmem; do
		modprobe $module || fail "modprobe $module"
	done
	for _ in $(seq 100); do
		set -- "$1" "$cxl"/endpoint*/decoder*.0
		[ ! -e "$2" ] || [ $# -le "$1" ] || return 0
		sleep 0.1
	done
	fail "not $1 cards: $(ls $cxl)"
}

# Prints the endpoint decoder of the card with that serial number.
cxl_decoder()
{
	for endpoint in "$cxl"/endpoint*; do
		[ "$(cat "$endpoint/uport/serial")" != "$1" ] || basename "$endpoint"/decoder*.0
	done
}

# cxl_create SIZE SERIAL...: creates a region of SIZE bytes, interleaved over these cards, and sets
# $region to its name. Its memory comes online by itself.
cxl_create()
{
	size=$1
	shift
	region=$(cat $cxl/decoder0.0/create_ram_region)
	echo "$region" >$cxl/decoder0.0/create_ram_region || fail "create_ram_region"
	echo 256 >"$cxl/$region/interleave_granularity" || fail "interleave_granularity"
	echo $# >"$cxl/$region/interleave_ways" || fail "interleave_ways"
	for serial; do
		decoder=$(cxl_decoder "$serial")
		echo ram >"$cxl/$decoder/mode" || fail "mode of $decoder"
		echo $((size / $#)) >"$cxl/$decoder/dpa_size" || fail "dpa_size of $decoder"
	done
	echo "$size" >"$cxl/$region/size" || fail "size of $region"
	place=0
	for serial; do
		cxl_decoder "$serial" >"$cxl/$region/target$place" || fail "target$place of $region"
		place=$((place + 1))
	done
	echo 1 >"$cxl/$region/commit" || fail "commit of $region"
	echo "$region" >/sys/bus/cxl/drivers/cxl_region/bind || fail "bind $region"
	for _ in $(seq 100); do
		cxl_online && return 0
		sleep 0.1
	done
	fail "no memory of $region is on line"
}

# True if all memory of $region is online in node $node.
cxl_online()
{
	set -- "$cxl/$region/dax_$region"/dax*
	[ -e "$1/driver" ] || return 1
	device=$(basename "$1")
	node=$(cat "$1/target_node")
	online=0
	for state in /sys/devices/system/node/node"$node"/memory*/state; do
		[ "$(cat "$state" 2>/dev/null)" != online ] || online=$((online + 1))
	done
	[ $((online * 0x$(cat /sys/devices/system/memory/block_size_bytes))) -ge "$size" ]
}

# Removes the region that cxl_create has made last, and all devices that depend on it.
cxl_destroy()
{
	for state in /sys/devices/system/node/node"$node"/memory*/state; do
		echo offline >"$state" || fail "$state: offline"
	done
	echo "$device" >$dax/drivers/kmem/unbind || fail "unbind $device"
	echo "$region" >/sys/bus/cxl/drivers/cxl_region/unbind || fail "unbind $region"
	echo 0 >"$cxl/$region/commit" || fail "commit of $region"
	for target in "$cxl/$region"/target[0-9]*; do
		decoder=$(cat "$target")
		echo >"$target" || fail "$target"
		echo 0 >"$cxl/$decoder/dpa_size" || fail "dpa_size of $decoder"
	done
	echo "$region" >$cxl/decoder0.0/delete_region || fail "delete_region $region"
}
