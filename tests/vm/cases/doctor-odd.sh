# SPDX-License-Identifier: GPL-2.0-only
# topology: odd
# append: numa=nohmat memmap=512M%0x20000000-1+0xefffffff
# brief: 6.12
# doctor explains machines whose nodes look wrong: HMAT is switched off, firmware reserves
# memory of node 1 for drivers (so that it is no node), and the distances make no sense.
. /usr/lib/tierbpf-test/test.sh

# finds WHAT VERDICT [TEXT]: it is found so, of the machine captured in $of
of=
finds()
{
	# shellcheck disable=SC2086
	tierbpf doctor --json $of >/tmp/findings 2>/tmp/err
	found=$(jq -r ".findings[] | select(.what == \"$1\") | .verdict + \": \" + .found" /tmp/findings)
	case $found in
	"$2: "*"$3"*) ;;
	*) fail "$1 is '$found', not '$2: $3'" ;;
	esac
}

# distances ROW...: sets the distances of the captured machine's nodes
distances()
{
	for node in 0 1 2; do
		echo "$1" >/tmp/m/sys/devices/system/node/node$node/distance
		shift
	done
}

modprobe tierbpf
expect 0 tierbpf doctor
# 7.3 does not show it but where firmware itself says so, which memmap= does not change.
if grep -q "Soft Reserved" /proc/iomem; then
	says /tmp/out "soft-reserved memory: 1 ranges, 512 MiB of node 1, left to drivers"
	says /tmp/out "daxctl reconfigure-device --mode=system-ram"
fi
finds HMAT advice "ignored by the kernel: the kernel does not use it: numa=nohmat"
finds "DRAM by firmware" advice "not known"
finds nodes advice "SRAT lists memory of node 1, but none is online"
finds "memory blocks" ok
finds distances advice "the distance from node 0 to node 2 is 30, but 35 the other way"

tierbpf topology --save /tmp/m >/tmp/out || fail "topology --save"
of="--sysroot /tmp/m"
rm /tmp/m/proc/iomem # as an older tierbpf captured machines
finds "soft-reserved memory" unknown
mkdir -p /tmp/m/proc /tmp/m/sys/firmware/memmap/4
cat >/tmp/m/proc/iomem <<-IOMEM
	00100000-1fffffff : System RAM
	  0b200000-0c36f05f : Kernel code
	40000000-5ffdffff : System RAM
IOMEM
finds "soft-reserved memory" ok
echo 0x20000000 >/tmp/m/sys/firmware/memmap/4/start
echo 0x3fffffff >/tmp/m/sys/firmware/memmap/4/end
echo "Soft Reserved" >/tmp/m/sys/firmware/memmap/4/type
finds "soft-reserved memory" advice "1 ranges, 512 MiB of node 1"
echo "20000000-3fffffff : Soft Reserved" >>/tmp/m/proc/iomem
finds "soft-reserved memory" advice "1 ranges, 512 MiB of node 1"
echo "100000000-13fffffff : Soft Reserved" >>/tmp/m/proc/iomem
finds "soft-reserved memory" advice "2 ranges, 1536 MiB of node 1"
echo "  100000000-13fffffff : dax1.0" >>/tmp/m/proc/iomem
echo "    100000000-13fffffff : System RAM (kmem)" >>/tmp/m/proc/iomem
finds "soft-reserved memory" advice "1 ranges"
sed -i 's/^\( *\)[0-9a-f]*-[0-9a-f]*/\100000000-00000000/' /tmp/m/proc/iomem # as users other than root see it
finds "soft-reserved memory" unknown
rm -r /tmp/m
of=

# A driver adds this memory as a node.
echo online_movable >/sys/devices/system/memory/auto_online_blocks
modprobe kmem
modprobe dax_hmem
for _ in $(seq 100); do
	[ "$(cat /sys/devices/system/node/has_memory)" != 0-2 ] || break
	sleep 0.1
done
grep -q "System RAM (kmem)" /proc/iomem || fail "no driver takes it: $(cat /proc/iomem; dmesg | tail)"
finds "soft-reserved memory" ok
finds nodes ok

# other distances
tierbpf topology --save /tmp/m >/tmp/out || fail "topology --save"
of="--sysroot /tmp/m"
distances "10 20 30" "20 10 30" "30 30 10"
finds distances ok
distances "10 20 20" "20 10 20" "20 20 10"
finds distances advice "all nodes are equally far"
distances "10 20 30" "20 10 30" "30 10 10"
finds distances advice "node 2 is no farther from node 1 than from itself"
distances "10 20 30" "20 10 9" "30 30 10"
finds distances advice "node 1 is no farther from node 2 than from itself"
distances "10 20 30" "20 11 30" "30 30 10"
finds distances advice "node 1 has a distance of 11 to itself"
# The distance from domain 0 to 1 follows the header and the number of domains.
printf '\012' | dd of=/tmp/m/sys/firmware/acpi/tables/SLIT bs=1 seek=45 conv=notrunc 2>/dev/null
finds distances advice "the kernel ignores SLIT: a distance between two domains that is not above 10"
