# SPDX-License-Identifier: GPL-2.0-only
# topology: nvdimm-and-ram
# kernels: cloud
# append: memhp_default_state=online_movable
# PMEM that the kernel has below DRAM already stays there, and demotion to it too: memory about which
# nothing is known goes between.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

# targets NODE: of demotion, as the kernel logged them last
targets()
{
	dmesg | sed -n "s/.*Demotion targets for Node $1: //p" | tail -n 1
}

load_nvdimm
make_dax 0
expect_tiers "4:0-1 22:2"
expect 0 tierbpf init --output /tmp/p.json
says /tmp/err "of node 2 is known (no HMAT), so it stays where the kernel has it"
says /tmp/err "of node 1 is known (no HMAT), so it is assumed to be slower than DRAM"
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1 22:2"
[ "$(targets 0)" = "preferred: 1, fallback: 1-2" ] || fail "node 0 demotes to: $(targets 0)"
[ "$(targets 1)" = "preferred: 2, fallback: 2" ] || fail "node 1 demotes to: $(targets 1)"
# init starts from the kernel's own tiers, not from those of the policy that is in force
expect 0 tierbpf init --output /tmp/again.json
cmp /tmp/p.json /tmp/again.json || fail "another policy while one is in force"
expect 0 tierbpf unload
expect_tiers "4:0-1 22:2" "after unload"
unbind 0
expect_tiers "4:0-1" "after unbind"
remove_module
check_leaks
