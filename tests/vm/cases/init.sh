# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat no-hmat three-hmat hbm
# shares: yes
# kernels: cloud
# brief: 6.12
# The policy that `init` writes loads without editing, and its tiers fit what is known of the
# machine.
. /usr/lib/tierbpf-test/test.sh

stock=$(tiers)
modprobe tierbpf
cd /root || exit
expect 0 tierbpf init --output p.json
expect 1 tierbpf init --output p.json
says /tmp/err "p.json: exists already; --force replaces it"
expect 0 tierbpf check p.json
[ ! -s /tmp/err ] || fail "the starter policy is warned about: $(cat /tmp/err)"
case $stock in
"4:0 18:1") after=$stock what="are known for 1 of these" ;;
"4:0-1") after="4:0 5:1" what="no HMAT" ;;
"4:0 18:1 36:2") after=$stock what="are known for 2 of these" ;;
"2:1 4:0") after=$stock what="are known for 1 of these" ;;
*) fail "unknown machine: $stock" ;;
esac
says p.json "$what"
expect 0 tierbpf load p.json
expect_tiers "$after"
the_end "$stock"
