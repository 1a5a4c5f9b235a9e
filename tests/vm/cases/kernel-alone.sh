# SPDX-License-Identifier: GPL-2.0-only
# topology: three
# shares: yes
# kernels: cloud
# While a policy is in force, a node's tier and adistance now are not those that the kernel alone
# would choose. plan compares with the former, init and export acpi with the latter, and explain,
# plan and export acpi use the measurement that the policy was loaded with; so they do in a capture.
. /usr/lib/tierbpf-test/test.sh

# unchanged COMMAND...: this plan changes nothing.
unchanged()
{
	expect 0 "$@"
	says /tmp/out "nothing changes"
	! grep -q -e '->' /tmp/out || fail "an arrow where nothing changes: $(cat /tmp/out)"
}

# archive FILE ARGUMENT...
archive()
{
	expect 0 tierbpf export acpi --force --output "$@"
}

value()
{
	echo "{\"node\": $1, \"read_latency_ns\": $2, \"write_latency_ns\": $2," \
		'"read_bandwidth_mbps": 1000, "write_bandwidth_mbps": 1000}'
}

cd /root || exit
modprobe tierbpf
tierbpf init >init.before
echo "{\"version\": 1, \"nodes\": [$(value 0 10), $(value 1 20)]}" >m.json
policy p.json '{"name": "the measurement", "match": {"node": 1}, "action": {"from": "measured"}}' \
	'{"name": "hardly slower", "match": {"node": 2}, "action": {"offset": 30}}'
expect 0 tierbpf plan p.json --measured m.json
says /tmp/out "576 -> 606"
expect 0 tierbpf load --measured m.json p.json
expect_tiers "4:0,2 9:1" "by a measurement"

unchanged tierbpf plan
unchanged tierbpf plan p.json
says /tmp/out 606
expect 0 tierbpf explain 1
says /tmp/out "tier 9, adistance 1152, decided by the measurement"
says /tmp/out "load --measured"
expect 0 tierbpf load --refresh
[ ! -s /tmp/out ] || fail "a refresh with nothing new: $(cat /tmp/out)"
expect 0 tierbpf load p.json
says /tmp/err "the measurement that it was loaded with is used again"
expect_tiers "4:0,2 9:1" "after the same policy again"

expect 0 tierbpf set 1 --tier far
unchanged tierbpf plan
expect 0 tierbpf topology
says /tmp/out "without it, node 1 would be in tier 4"
tierbpf init >init.in-force
cmp init.before init.in-force || fail "init starts from what the policy did"

archive named.cpio p.json
says /tmp/err "live override of node 1 is left out"
archive in-force.cpio
says /tmp/err "the policy in force is exported"
says /tmp/err "live override of node 1 is left out"
says /tmp/out "adistance 1152, tier 9, changed to follow the policy"
cmp named.cpio in-force.cpio || fail "the policy in force is not the one that was loaded"
archive overrides.cpio --with-overrides
! grep -q "left out" /tmp/err || fail "asked for, and left out: $(cat /tmp/err)"
says /tmp/out "adistance 1344, tier 10, changed to follow the policy"

expect 0 tierbpf topology --save machine
unchanged tierbpf plan --sysroot machine
unchanged tierbpf plan --sysroot machine p.json
for verb in "explain 1" "explain 2" topology init "plan --json"; do
	# shellcheck disable=SC2086
	tierbpf $verb >live 2>&1 && tierbpf $verb --sysroot machine >captured 2>&1 || fail "$verb"
	diff live captured || fail "$verb differs on the captured machine"
done
archive captured.cpio --sysroot machine
cmp captured.cpio in-force.cpio || fail "export acpi differs on the captured machine"

policy other.json '{"match": {"node": 1}, "action": {"from": "measured"}}'
expect 0 tierbpf unset 1
expect 0 tierbpf plan other.json
says /tmp/out "9 -> 4"
expect 0 tierbpf load --try 600 other.json
archive trial.cpio
says /tmp/err "the policy in force is exported, which is on trial"
expect 0 tierbpf unload
expect 0 tierbpf load p.json
expect_tiers "4:0-2" "without the measurement"
the_end "4:0-2"
