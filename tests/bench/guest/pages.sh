# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# pages.sh REPETITIONS: measures the allocation of pages on node 0 and their demotion to node 1,
# without the module and with a policy that puts node 1 into another tier.
. /usr/lib/tierbpf-test/test.sh

mkdir -p /cg && mount -t cgroup2 none /cg && echo +memory >/cg/cgroup.subtree_control &&
	mkdir /cg/bench && echo 1 >/sys/kernel/mm/numa/demotion_enabled || fail "no cgroup, or no demotion"
policy /tmp/p '{"match": {"node": 1}, "action": {"tier": "far"}}'

# least: prints the minimum of each of the three figures in several runs.
least()
{
	for _ in $(seq 5); do
		pages 0 128 /cg/bench || exit
	done | awk 'NR == 1 { a = $1; b = $2; c = $3 }
		{ if ($1 < a) a = $1; if ($2 < b) b = $2; if ($3 < c) c = $3 } END { print a, b, c }'
}

for _ in $(seq "$1"); do
	expect_tiers "4:0 18:1"
	without=$(least)
	expect 0 modprobe tierbpf
	expect 0 tierbpf load /tmp/p
	expect_tiers "4:0 10:1"
	with=$(least)
	echo "pages $without $with"
	expect 0 tierbpf unload
	remove_module
done
