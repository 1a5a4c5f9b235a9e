# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# brief: 6.12
# A program asks for a retier whenever the kernel queues delayed work, at the end of the very
# function with which the module queues its own work. One update of an override then made it ask
# again in interrupt after interrupt, 100,000 times a second, until it was removed. Now the node
# must still move, and the interrupts must respect the pauses of the worker.
. /usr/lib/tierbpf-test/test.sh

seconds=5
# Each of the worker's rounds, 50 a second with its rest of 20 ms, may be followed by a
# look that finds that it rests; the rest is what the kernel itself does of the kind.
most=500

# interrupts by irq_work, of all CPUs
interrupts()
{
	awk '$1 == "IWI:" { for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 5:1" "after load"
bpftool prog loadall /usr/lib/tierbpf/test-storm.bpf.o /sys/fs/bpf/storm autoattach ||
	fail "bpftool prog loadall test-storm"

before=$(interrupts)
override 1 1344 & # this used not to return
sleep $seconds
count=$((($(interrupts) - before) / seconds))
echo "$count interrupts by irq_work a second"
[ $count -le $most ] || { detach storm; fail "the module interrupts itself $count times a second"; }
wait
expect_tiers "4:0 10:1" "after an override"
# Further updates must work as well.
override 1 768
expect_tiers "4:0 6:1" "after another"
detach storm
unoverride 1
expect_tiers "4:0 5:1" "without the program"
before=$(interrupts)
sleep 2
count=$((($(interrupts) - before) / 2))
[ $count -le $most ] || fail "without the program still $count interrupts a second"
the_end "4:0 18:1"
