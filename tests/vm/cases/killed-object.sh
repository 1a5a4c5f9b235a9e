# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 400
# long: 1500
# brief: 7.3
# Kills the load of a BPF object that replaces rules after each of its steps. The object's own
# maps and programs must come and go with it.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/faults.sh

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/a.json
at_each_step "tierbpf load /tmp/a.json" "tierbpf load --object /usr/lib/tierbpf/test-own.bpf.o"
the_end "4:0 18:1"
