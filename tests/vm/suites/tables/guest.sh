# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Compares what tierbpf reads from the firmware's table with sysfs and the tiers.
. /usr/lib/tierbpf-test/test.sh

dmesg | grep -q "Table Upgrade: install.*HMAT" || fail "the kernel did not take the table"

# If the kernel ignores the table it shows nothing, and tierbpf must say why. Otherwise both must give
# the same four values and initiators for each node, in both access classes.
expect 0 tierbpf topology --json
jq -e '.tables.HMAT.found and ([.nodes[] | select(.memory) | .performance[]] as $said |
	if .tables.HMAT.ignored then $said == [] else ($said | all(.by == "sysfs, HMAT")) end)' \
	/tmp/out >/dev/null || { cat /tmp/out; fail "the reader and the kernel differ"; }

# Either the kernel's formula explains a node's tier, or the kernel does not use the table and treats
# all nodes as DRAM.
echo '{"version": 1, "rules": []}' >/tmp/empty.json
for node in $(jq '.nodes[] | select(.memory) | .node' /tmp/out); do
	tierbpf explain "$node" --policy /tmp/empty.json --json
done >/tmp/explained || fail "explain"
jq -s -e 'all(.kernel | (.source == "derived" and (.why[0] | startswith("by the kernel"))) or
	(.tier == 4 and (.why | any(startswith("HMAT would give")) | not)))' /tmp/explained >/dev/null ||
	{ cat /tmp/explained; tiers; fail "the tiers are not explained"; }
tiers
