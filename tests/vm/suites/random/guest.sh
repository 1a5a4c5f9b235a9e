# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Compares what `tierbpf plan` predicts for each policy in /policies with what the kernel shows before
# and after it is loaded: the tier and demotion targets of every node.
. /usr/lib/tierbpf-test/test.sh

# Starting processes is slow in an emulated guest; jq takes a second. So this starts few of them, and
# runs jq only at the end.

# Prints what the kernel shows, a line for each node with memory. Tiers are only in sysfs, targets only
# in the log, where the last line about a node counts.
kernel_says()
{
	{
		grep -H . /sys/devices/virtual/memory_tiering/memory_tier*/nodelist
		dmesg
	} | awk '
		/^.sys/ {
			tier = $0
			sub(/.*memory_tier/, "", tier)
			sub(/.nodelist.*/, "", tier)
			sub(/.*:/, "")
			for (i = split($0, part, ","); i > 0; i--) {
				ends = split(part[i], end, "-")
				for (node = end[1] + 0; node <= end[ends] + 0; node++)
					tiers[node] = tier
			}
			next
		}
		sub(/.*Demotion targets for Node /, "") {
			node = $0 + 0
			sub(/^[0-9]*: /, "")
			targets[node] = $0
		}
		END {
			for (node = 0; node < 1024; node++)
				if (node in tiers)
					print "node " node ": tier " tiers[node] ", " targets[node]
		}'
}

# record POLICY now|after: saves the kernel's state in /tmp/now for the comparison at the end.
record()
{
	while read -r line; do
		echo "$1 $2: $line"
	done </tmp/now >>/tmp/kernel
}

# Prints the predictions of /tmp/plans in the same format and order.
plans_say()
{
	jq -r 'input_filename as $file | ("now", "after") as $when | .nodes[] | .node as $node |
		.[$when] | select(.tier != null) | "\($file | ltrimstr("/tmp/plans/")) \($when): " +
		"node \($node): tier \(.tier), " + if .preferred == "" then "null"
		else "preferred: \(.preferred), fallback: \(.fallback)" end' /tmp/plans/*
}

# Shows the nodes on which plan (-) and kernel (+) do not agree, and those policies.
differ()
{
	echo "plan (-) and kernel (+) differ, policy by policy:"
	diff -U 0 /tmp/plan /tmp/kernel | sed -n '/^[-+][^-+]/p' | tee /tmp/differ
	sed 's/^.\([^ ]*\) .*/\1/' /tmp/differ | sort -u | while read -r name; do
		echo "plan of $name"
		cat "/tmp/plans/$name"
		cat "/policies/$name"
	done
	fail "plan and kernel differ"
}

mkdir /tmp/plans
stock=$(tiers)
kernel_says >/tmp/stock
cp /tmp/stock /tmp/now
# From QEMU's tables tierbpf must compute the values and initiators that the kernel shows.
expect 0 tierbpf topology --json
jq -e '[.nodes[] | select(.memory) | .performance[]] | all(.by == "sysfs, HMAT")' /tmp/out >/dev/null ||
	{ cat /tmp/out; fail "the readers and the kernel differ"; }
expect 0 tierbpf plan --json /policies/1.json
mv /tmp/out /tmp/without-module
modprobe tierbpf
for policy in /policies/*.json; do
	name=${policy##*/}
	record "$name" now
	expect 0 tierbpf plan --json "$policy"
	mv /tmp/out "/tmp/plans/$name"
	expect 0 tierbpf load "$policy"
	kernel_says >/tmp/now
	record "$name" after
done
plans_say >/tmp/plan || fail "the plans are not as expected: $(cat /tmp/plans/*)"
cmp -s /tmp/plan /tmp/kernel || differ
cmp /tmp/without-module /tmp/plans/1.json || fail "the plan is another one without the module"
the_end "$stock"
kernel_says >/tmp/now
cmp /tmp/stock /tmp/now || fail "after unload: $(diff /tmp/stock /tmp/now)"
