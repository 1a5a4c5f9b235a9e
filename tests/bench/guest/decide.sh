# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# decide.sh REPETITIONS: measures one decision by 1, 64 and 1,024 rules, of which the last matches
# node 1, against the kernel's own decision by HMAT. It also measures the minimum: the hook alone,
# and the hook with a program that answers at once. An object also checks the override first.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-bench/timed.sh

# rules COUNT: half of the rules test the node's number, the others a fact of firmware.
# rules COUNT live: the rules test what the kernel gives with its question, so that each must be tried.
rules()
{
	for i in $(seq $(($1 - 1))); do
		case $2$((i % 2)) in
		live*) match="\"kernel_adistance\": {\"min\": $((100000 + i))}" ;;
		0) match="\"node\": $((i % 1000 + 2))" ;;
		1) match="\"read_latency_ns\": {\"min\": $((100 + i))}" ;;
		esac
		echo "{\"match\": {$match}, \"action\": {\"adistance\": $((1000 + i))}},"
	done
	echo '{"match": {"node": 1}, "action": {"adistance": 704}}'
}

# decision NAME [COUNT]: times decisions, COUNT in a batch
decision()
{
	echo "$1 $(timed decide 1 "${2:-300}")"
}

for rules in 1 64 1024 "1024 live"; do
	# shellcheck disable=SC2086
	echo '{"version": 1, "rules": [' "$(rules $rules)" ']}' >"/tmp/$rules"
done
# Each repetition loads its own programs and maps, because their speed depends on their addresses.
for _ in $(seq "$1"); do
	[ ! -e $pins ] || expect 0 tierbpf unload
	decision hook
	expect 0 tierbpf load --object /usr/lib/tierbpf/example-kernel.bpf.o
	decision object
	rm /sys/fs/bpf/tierbpf/policy/override_link
	decision program
	for rules in 1 64 1024; do
		expect 0 tierbpf load "/tmp/$rules"
		expect_tiers "4:0 5:1"
		decision "rules-$rules"
	done
	expect 0 tierbpf load "/tmp/1024 live"
	decision rules-1024-live 10
done
the_end "4:0 18:1"
