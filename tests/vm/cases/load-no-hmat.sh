# SPDX-License-Identifier: GPL-2.0-only
# topology: no-hmat
# shares: yes
# Without an HMAT the kernel has both nodes in one tier, and a policy separates them. This is the
# basic use of tierbpf.
. /usr/lib/tierbpf-test/test.sh

expect_tiers "4:0-1" "at boot"
modprobe tierbpf
policy /tmp/p.json '{"match": {"cpu": false}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1"
# the last node out of the DRAM tier, and back into it
policy /tmp/p.json '{"match": {}, "action": {"adistance": 900}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "7:0-1"
expect 0 tierbpf load - <<-END
	{"version": 1, "rules": [], "default": {"offset": -100000}}
END
expect_tiers "0:0-1"
the_end "4:0-1"
