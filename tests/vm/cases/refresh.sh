# SPDX-License-Identifier: GPL-2.0-only
# topology: cxl
# append: memhp_default_state=online_movable
# kernels: cloud
# brief: 7.3
# load --refresh loads the policy in force again with what has become known since. Only that tells
# a rule the number of a region that was created later.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/cxl.sh

# generation NUMBER WHEN
generation()
{
	[ "$(counter generation)" = "$1" ] || fail "$2: generation $(counter generation), not $1"
}

cxl_cards 1
expect 4 tierbpf load --refresh
modprobe tierbpf
expect 2 tierbpf load --refresh /tmp/p.json
expect 2 tierbpf load --refresh --try 5
expect 0 tierbpf load --refresh
says /tmp/err "no policy is loaded"
[ ! -e $pins/link ] || fail "a refresh without a policy leaves one"

policy /tmp/p.json '{"name": "card", "match": {"cxl": {"region": 0}}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect 0 tierbpf load --refresh
generation 1 "with nothing new"
cxl_create $((512 << 20)) 0x1
[ "$region" = region0 ] || fail "the region is $region"
expect_tiers "4:0 22:1" "with a region whose number nobody knew"
digest=$(tierbpf status --json | jq -r .digest)
[ ${#digest} = 64 ] || fail "the digest is $digest"
override 0 768
expect_tiers "6:0 22:1" "with an override"
expect 0 tierbpf load --refresh
says /tmp/out card
expect_tiers "6:0 10:1" "after a refresh"
generation 2 "after a refresh"
[ "$(tierbpf status --json | jq -r .digest)" = "$digest" ] || fail "after a refresh another policy is in force"
unoverride 0
expect_tiers "4:0 10:1" "without the override"
expect 0 tierbpf load --refresh
[ ! -s /tmp/out ] || fail "with nothing new a refresh prints: $(cat /tmp/out)"
generation 2 "with nothing new again"

# A policy on trial must not be refreshed.
expect 0 tierbpf load --try 600 /tmp/p.json
expect 6 tierbpf load --refresh
says /tmp/err "on trial"
expect 0 tierbpf confirm

# A refresh keeps the measurement that the policy was loaded with, unless another one is given.
measured()
{
	echo '{"version": 1, "nodes": [{"node": 0, "read_latency_ns": 10, "write_latency_ns": 10,' \
		'"read_bandwidth_mbps": 1000, "write_bandwidth_mbps": 1000}, {"node": 1, "read_latency_ns":' "$1, " \
		"\"write_latency_ns\": $1, \"read_bandwidth_mbps\": 1000, \"write_bandwidth_mbps\": 1000}]}" >/tmp/m.json
}
measured 20
policy /tmp/m-policy.json '{"match": {"node": 1}, "action": {"from": "measured"}}'
expect 0 tierbpf load --measured /tmp/m.json /tmp/m-policy.json
expect_tiers "4:0 9:1" "by a measurement"
expect 0 tierbpf load --refresh
[ ! -s /tmp/out ] || fail "with nothing new a refresh prints: $(cat /tmp/out)"
expect 0 tierbpf load --refresh --measured /tmp/m.json
generation 4 "with the same measurement"
measured 40
expect 0 tierbpf load --refresh --measured /tmp/m.json
generation 5 "with another measurement"
expect_tiers "4:0 18:1" "by another measurement"

# Nor does it know the file of a BPF object.
expect 0 tierbpf load --object /usr/lib/tierbpf/example-cpuless.bpf.o
expect 0 tierbpf load --refresh
says /tmp/err "object"
the_end "4:0 22:1"
