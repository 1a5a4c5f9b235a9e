# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# decide.sh REPETITIONS: one decision by 1, 64 and 1,024 rules, of which the last decides
# about node 1, against the kernel's own by HMAT. And what no rule can do without: the hook
# alone, and with programs of which one answers at once.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-bench/timed.sh

# The half of them looks at the node's number, the other at a fact.
rules()
{
	for i in $(seq $(($1 - 1))); do
		if [ $((i % 2)) = 0 ]; then
			echo "{\"match\": {\"node\": $((i % 1000 + 2))}, \"action\": {\"adistance\": $((1000 + i))}},"
		else
			echo "{\"match\": {\"read_latency_ns\": {\"min\": $((100 + i))}}, \"action\": {\"adistance\": $((1000 + i))}},"
		fi
	done
	echo '{"match": {"node": 1}, "action": {"adistance": 704}}'
}

# decisions NAME COUNT REPETITIONS
decisions()
{
	for _ in $(seq "$3"); do
		echo "$1 $(timed kernel 1 2000) $(timed decide 1 "$2")"
	done
}

decisions hook 2000 "$1"
expect 0 tierbpf load --object /usr/lib/tierbpf/example-kernel.bpf.o
decisions programs 2000 "$1"
for count in 1 64 1024; do
	echo '{"version": 1, "rules": [' "$(rules $count)" ']}' >/tmp/p
	expect 0 tierbpf load /tmp/p
	expect_tiers "4:0 5:1"
	decisions rules-$count $((20000 / (count + 20))) "$1"
done
the_end "4:0 18:1"
