# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# nodes.sh REPETITIONS: measures policies that move 1, 64 and 126 nodes, in the same guest of 128.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-bench/timed.sh

in_tier()
{
	cat "/sys/devices/virtual/memory_tiering/memory_tier$1/nodelist" 2>/dev/null
}

for last in 1 64 126; do
	policy /tmp/p "{\"match\": {\"node\": \"1-$last\"}, \"action\": {\"tier\": \"far\"}}"
	expect 0 tierbpf load /tmp/p
	for _ in $(seq "$1"); do
		echo "all-$last $(timed all 0 1)"
		case $(in_tier 10) in
		1 | "1-$last") ;;
		*) fail "tier 10 has $(in_tier 10) instead of 1-$last" ;;
		esac
	done
	# The kernel's own time for one move, with the same number of nodes in the lower tier.
	for _ in $(seq "$1"); do
		echo "establish-$last $(timed establish 1 1)"
	done
	tierbpf unload >/dev/null || fail "unload"
done
