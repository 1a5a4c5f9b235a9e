# SPDX-License-Identifier: GPL-2.0-only
# What `tierbpf plan` says of each policy in /policies, against what the kernel
# shows before and after it is loaded: every node's tier and demotion targets.
. /usr/lib/tierbpf-test/test.sh

# The kernel's account, a line for each node with memory. The log's last word on
# a node counts; tiers are in sysfs only, targets in the log only.
kernel_says()
{
	{
		for tier in $(tiers); do
			echo "tier ${tier%%:*} ${tier#*:}"
		done
		dmesg | sed -n 's/.*Demotion targets for Node \([0-9]*\): /targets \1 /p'
	} | awk '
		$1 == "tier" {
			for (i = split($3, part, ","); i > 0; i--) {
				ends = split(part[i], end, "-")
				for (node = end[1]; node <= end[ends] + 0; node++)
					tier[node + 0] = $2
			}
		}
		$1 == "targets" {
			node = $2
			sub(/^targets [0-9]* /, "")
			targets[node] = $0
		}
		END {
			for (node = 0; node < 1024; node++)
				if (node in tier)
					print "node " node ": tier " tier[node] ", " targets[node]
		}'
}

# plan_says now|after: the same of /tmp/plan.json.
plan_says()
{
	jq -r --arg when "$1" '.nodes[] | .node as $node | .[$when] | select(.tier != null) |
		"node \($node): tier \(.tier), " + if .preferred == "" then "null"
		else "preferred: \(.preferred), fallback: \(.fallback)" end' /tmp/plan.json
}

# same now|after POLICY
same()
{
	kernel_says >/tmp/kernel
	plan_says "$1" >/tmp/plan || fail "plan of $2: no JSON as expected: $(cat /tmp/plan.json)"
	cmp -s /tmp/plan /tmp/kernel && return
	echo "--- plan, \"$1\""
	cat /tmp/plan
	echo "--- kernel"
	cat /tmp/kernel
	jq -c . /tmp/plan.json
	cat "$2"
	fail "plan (\"$1\") and kernel differ: $(diff /tmp/plan /tmp/kernel | grep '^[<>]')"
}

plan()
{
	expect 0 tierbpf plan --json "$1"
	cp /tmp/out /tmp/plan.json
	same now "$1"
}

stock=$(tiers)
kernel_says >/tmp/stock
plan /policies/1.json
modprobe tierbpf
for policy in /policies/*.json; do
	plan "$policy"
	expect 0 tierbpf load "$policy"
	same after "$policy"
done
the_end "$stock"
kernel_says >/tmp/kernel
cmp /tmp/stock /tmp/kernel || fail "after unload: $(diff /tmp/stock /tmp/kernel)"
