# SPDX-License-Identifier: GPL-2.0-only
# topology: lumped
# kernels: 6.12 debug-6.12
# timeout: 300
# module: tests/vm/modules/no-target
# While a retier clears the kernel's masks of demotion targets, the kernel's own search may
# end at a node that does not exist; an allocation from it would be an Oops (fixed in 7.0).
# A test module gives that answer at every third search: nothing may crash, and pages must
# still be demoted.
. /usr/lib/tierbpf-test/test.sh

demoted()
{
	awk '/^pgdemote_/ { n += $2 } END { print n }' /proc/vmstat
}

modprobe tierbpf
insmod /lib/modules/extra/no-target.ko || fail "no-target.ko"
policy /tmp/policy.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
expect 0 tierbpf load /tmp/policy.json
echo 1 >/sys/kernel/mm/numa/demotion_enabled
expect 0 prog-pressure 0 256 8 0
spoiled=$(cat /sys/module/no_target/parameters/spoiled)
echo "$(demoted) pages demoted, $spoiled targets spoiled"
[ "$spoiled" -ge 10 ] || fail "only $spoiled targets were spoiled: nothing was tried"
[ "$(demoted)" -ge 4096 ] || fail "only $(demoted) pages were demoted"
rmmod no_target
the_end 4:0-1
