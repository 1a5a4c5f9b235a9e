# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# profile.sh COUNT: shows where a load that moves COUNT nodes spends its time, by function including
# its callees (ftrace's function_graph). Run it on its own, on a topology of many nodes:
#
#   tests/bench/many-nodes >build/many
#   tests/vm/run --topology build/many --timeout 600 --append loglevel=5 tests/bench/guest/profile.sh 64
. /usr/lib/tierbpf-test/test.sh

trace=/sys/kernel/tracing
modprobe tierbpf || exit
policy /tmp/p "{\"match\": {\"node\": \"1-$1\"}, \"action\": {\"tier\": \"far\"}}"
{
	sed -n 's/ *\[tierbpf\]$//p' $trace/available_filter_functions
	grep -x -e 'memtier_hotplug_callback\|establish_demotion_targets\|find_next_best_node\|synchronize_rcu\|vprintk_emit' \
		$trace/available_filter_functions
} >/tmp/functions
cat /tmp/functions >$trace/set_ftrace_filter
echo 40000 >$trace/buffer_size_kb
echo function_graph >$trace/current_tracer
expect 0 tierbpf load /tmp/p
echo 0 >$trace/tracing_on
# Lines are " 0) + 12.3 us  |  f();", or "f() {" and, at its end, " 0) + 12.3 us  |  }".
sed 's/ \[tierbpf\]//; s/()//; s/[|;]/ /g' $trace/trace | awk '
	!/^ *[0-9]+\)/ { next }
	{ us = ""; cpu = $1; for (i = 2; i <= NF; i++) if ($i == "us") us = $(i - 1) }
	us == "" && $NF == "{" { stack[cpu, ++depth[cpu]] = $(NF - 1); next }
	us != "" { sub(/ *\/\*.*/, ""); f = $NF == "}" ? stack[cpu, depth[cpu]--] : $NF; calls[f]++; total[f] += us }
	END { delete total[""]; for (f in total) printf "%10.1f ms %7d %s\n", total[f] / 1000, calls[f], f }' | sort -rn | head -n 20
echo nop >$trace/current_tracer
