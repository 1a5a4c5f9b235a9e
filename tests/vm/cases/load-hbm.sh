# SPDX-License-Identifier: GPL-2.0-only
# topology: hbm
# shares: yes
# Tests memory that is faster than DRAM, first according to HMAT and then by a policy.
. /usr/lib/tierbpf-test/test.sh

expect_tiers "2:1 4:0" "at boot"
modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "hbm"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "3:1 4:0"
says /tmp/out "hbm"
override 1 1
expect_tiers "0:1 4:0" "at the fastest adistance"
the_end "2:1 4:0"
