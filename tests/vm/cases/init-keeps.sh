# SPDX-License-Identifier: GPL-2.0-only
# topology: as-fast-as-dram cpus-without-memory read-bandwidth
# shares: yes
# kernels: cloud
# The policy that `init` writes where the kernel has all nodes in one tier, and firmware says little:
# it says what it assumed, loads without editing, and puts nothing fast below DRAM.
. /usr/lib/tierbpf-test/test.sh

stock=$(tiers)
modprobe tierbpf
cd /root || exit
expect 0 tierbpf init --force --output p.json
cp /tmp/err said
case $stock:$(cat /sys/devices/system/node/has_cpu):$(cat /sys/devices/system/node/has_memory) in
4:0-1:0:0-1)
	after=4:0-1
	[ ! -s said ] || fail "nothing was assumed, and yet: $(cat said)"
	;;
4:1-2:0:1-2)
	after="4:1 26:2"
	says said "no node has both CPUs and memory: node 1, the fastest memory, takes the place of DRAM"
	expect 0 tierbpf explain --policy p.json 2
	says /tmp/out "decided by"
	expect 0 tierbpf doctor
	says /tmp/out "no node has both"
	;;
4:0-3:0-1:0-3)
	after=4:0-3
	says said "read latency, write latency, write bandwidth of nodes 2-3 are not known: what is known is not slower than DRAM"
	says said "tierbpf measure"
	;;
*) fail "unknown machine: $stock" ;;
esac
expect 0 tierbpf check p.json
[ ! -s /tmp/err ] || fail "check warns about the policy: $(cat /tmp/err)"
expect 0 tierbpf plan p.json
! grep -q ^warning /tmp/out || fail "plan warns about the policy: $(cat /tmp/out)"
expect 0 tierbpf load p.json
expect_tiers "$after"
the_end "$stock"
