# SPDX-License-Identifier: GPL-2.0-only
# topology: three three-hmat
# shares: yes
# Tests the order of rules, a list of nodes and the default; one load moves several nodes.
. /usr/lib/tierbpf-test/test.sh

stock=$(tiers)
modprobe tierbpf
policy /tmp/p.json \
	'{"name": "card", "match": {"node": "2-3,7", "cpu": false}, "action": {"tier": "far"}}' \
	'{"name": "never reached by node 2", "match": {"node": "0-2", "cpu": false}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1 10:2"
policy /tmp/p.json '{"match": {"node": "1-2"}, "action": {"tier": "hbm"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "3:1-2 4:0"
override 1 2000
override 2 2010
expect_tiers "4:0 15:1-2"
the_end "$stock"
