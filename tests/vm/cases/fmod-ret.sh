# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# An fmod_ret program in front of the hook overrides the policy; 0 means that it has no opinion.
# Where the kernel does not follow the policy, status reports drift, with exit status 7.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
attach test-front front
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "while it has no opinion"
answer front 1 3000
expect 7 tierbpf status
says /tmp/out '10!=23'
says /tmp/out "another BPF program"
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 23:1" "with an fmod_ret program"
expect 7 tierbpf set 1 --adistance 768
says /tmp/err "another BPF program that runs before it decides"
expect_tiers "4:0 23:1" "with an fmod_ret program and an override"
expect 0 tierbpf unset 1
for nonsense in -7 2147483647; do
	answer front 1 $nonsense
	expect 0 tierbpf load /tmp/p.json
	expect_tiers "4:0 18:1" "with the answer $nonsense"
	[ "$(counter rejected)" -ge 1 ] || fail "$nonsense is not counted"
	expect 7 tierbpf set 1 --adistance 768
	expect_tiers "4:0 18:1" "with the answer $nonsense and an override"
	expect 0 tierbpf unset 1
done
rmmod tierbpf 2>/dev/null && fail "the module went under its users"
detach front
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "after it is gone"

attach test-flip flip
expect 7 tierbpf load /tmp/p.json
says /tmp/err "1 of 2 nodes are not in the tier that the policy wants"
says /tmp/err '!='
detach flip
the_end "4:0 18:1"
