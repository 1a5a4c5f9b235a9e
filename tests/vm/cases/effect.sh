# SPDX-License-Identifier: GPL-2.0-only
# topology: lumped
# kernels: cloud
# timeout: 300
# file: README.md:/README.md
# Shows what tiering is for: a program bound to the DRAM node needs more memory than that has,
# and there is no swap. A stock kernel has all nodes in one tier, so it cannot demote anything
# and kills the program. With the policy from README, and no other difference, cold pages are
# demoted, hot ones are promoted, and the program finishes.
. /usr/lib/tierbpf-test/test.sh

counters="pgdemote_kswapd pgdemote_direct pgdemote_khugepaged pgpromote_success oom_kill"

# value COUNTER FILE
value()
{
	sed -n "s/^$1 //p" "$2"
}

# run NAME: runs the program and saves /proc/vmstat before and after in files of that name.
run()
{
	tiers >"/tmp/$1.tiers"
	cat /proc/vmstat >"/tmp/$1.before"
	prog-pressure 0 256 8 30 >"/tmp/$1.out"
	echo $? >"/tmp/$1.status"
	cat /proc/vmstat >"/tmp/$1.after"
}

# by NAME COUNTER: prints how much the counter grew during the run.
by()
{
	echo $(($(value "$2" "/tmp/$1.after") - $(value "$2" "/tmp/$1.before")))
}

fate()
{
	case $(cat "/tmp/$1.status") in
	0) echo survives ;;
	137) echo killed ;;
	*) echo "exits with $(cat "/tmp/$1.status")" ;;
	esac
}

row()
{
	printf '%-19s %12s %15s\n' "$@"
}

awk '/^```json$/ { shown = 1; next } /^```/ { if (shown) exit } shown' /README.md >/tmp/policy.json
[ "$(wc -l </tmp/policy.json)" = 6 ] || fail "the policy that README shows has not six lines"
[ "$(wc -l </proc/swaps)" = 1 ] || fail "there is swap"
echo 1 >/sys/kernel/mm/numa/demotion_enabled
echo 2 >/proc/sys/kernel/numa_balancing
# Scan for hot pages every second; by default the kernel scans less and less often, down to once a minute.
echo 1000 >/sys/kernel/debug/sched/numa_balancing/scan_period_max_ms

run stock
modprobe tierbpf
expect 0 tierbpf load /tmp/policy.json
run policy

row "" "stock kernel" "with the policy"
row tiers "$(cat /tmp/stock.tiers)" "$(cat /tmp/policy.tiers)"
for counter in $counters; do
	row "$counter" "$(by stock "$counter")" "$(by policy "$counter")"
done
row "the program" "$(fate stock)" "$(fate policy)"

[ "$(cat /tmp/stock.tiers)" = 4:0-1 ] || fail "the stock kernel does not lump the nodes"
for counter in $counters; do
	[ "$counter" = oom_kill ] || [ "$(by stock "$counter")" = 0 ] || fail "stock: $counter"
done
[ "$(fate stock) $(by stock oom_kill)" = "killed 1" ] || fail "the stock kernel does not kill it"
[ "$(cat /tmp/policy.tiers)" = "4:0 5:1" ] || fail "the policy does not tell the nodes apart"
[ "$(fate policy) $(by policy oom_kill)" = "survives 0" ] || fail "it does not survive with the policy"
[ $(($(by policy pgdemote_kswapd) + $(by policy pgdemote_direct))) -ge 4096 ] || fail "too little is demoted"
read -r demoted back </tmp/policy.out
[ "$demoted" -ge 8 ] || fail "only $demoted MiB were demoted when it began to work on them"
[ "$back" -ge 6 ] && [ "$(by policy pgpromote_success)" -ge 1536 ] ||
	fail "of 8 hot MiB only $back came back, $(by policy pgpromote_success) pages were promoted"
the_end 4:0-1
