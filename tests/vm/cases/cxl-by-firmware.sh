# SPDX-License-Identifier: GPL-2.0-only
# topology: lumped
# firmware: tests/data/cedt/window-of-node-1.cpio
# kernels: cloud
# Firmware has set up CXL memory itself: SRAT describes node 1 as ordinary memory, and a window of
# CEDT (256 to 768 MiB) around it says that it is CXL's. The kernel makes no other node of the window.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/p.json '{"match": {"kind": "cxl"}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "with a rule for CXL memory"
expect 0 tierbpf explain 1
grep -q "kind  *cxl  *CEDT" /tmp/out || fail "node 1 is not CXL memory: $(cat /tmp/out)"
the_end "4:0-1"
