# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# timeout: 400
# long: 1500
# Kills set, unset and unload after each of their steps.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/faults.sh

modprobe tierbpf
policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/a.json
at_each_step "tierbpf unset 1" "tierbpf set 1 --tier 6"
expect 0 tierbpf set 1 --tier 6
at_each_step "tierbpf set 1 --tier 6" "tierbpf unset 1"
at_each_step "tierbpf load /tmp/a.json" "tierbpf unload"
[ $step -gt 15 ] || fail "only $step steps"

# The policy can still be unloaded, and nothing keeps the module loaded after that.
expect 0 tierbpf load /tmp/a.json
killed_at 3 tierbpf unload || fail "not killed"
expect 0 tierbpf unload
says /tmp/err "no policy is loaded"
remove_module
modprobe tierbpf
expect 0 tierbpf load /tmp/a.json
killed_at 3 tierbpf unload || fail "not killed"
the_end "4:0 18:1"
