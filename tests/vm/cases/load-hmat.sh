# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# A policy moves a node out of the tier that HMAT gave it, and load prints what it did.
. /usr/lib/tierbpf-test/test.sh

expect_tiers "4:0 18:1" "at boot"
modprobe tierbpf
expect_tiers "4:0 18:1" "with the module alone"
policy /tmp/far.json '{"name": "slow one", "match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/far.json
says /tmp/out "slow one"
[ "$(tiers)" = "4:0 10:1" ] || fail "load returned before the node was in its tier: $(tiers)"
dmesg | grep -q 'Demotion targets for Node 0: preferred: 1' || fail "no demotion target"

expect 0 tierbpf status
says /tmp/out "generation 1"
says /tmp/out "demotion is off"
expect 0 tierbpf load --json /tmp/far.json
says /tmp/out '"generation": 2'
stat -c '%a %U' $pins/override $pins/link $pins/policy/* | grep -v '^600 root$' && fail "pins are not 0600 root"

# An offset is relative to the kernel's own adistance, even if the node is in another tier now.
policy /tmp/offset.json '{"match": {"cpu": false}, "action": {"offset": 256}}'
expect 0 tierbpf load /tmp/offset.json
expect_tiers "4:0 20:1" "with an offset"
policy /tmp/kernel.json '{"match": {}, "action": {"from": "kernel"}}'
expect 0 tierbpf load /tmp/kernel.json
expect_tiers "4:0 18:1" "as the kernel"
the_end "4:0 18:1"
