# SPDX-License-Identifier: GPL-2.0-only
# topology: no-hmat
# kernels: cloud
# timeout: 300
# The kernel must decide as `plan` predicts: 2,400 random machines and policies are compared
# answer for answer, six of them with 1,024 nodes and 1,024 rules.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
expect 0 differ 3 2400
cat /tmp/out
# It can fail: a map that is changed behind its back is found out.
expect 1 differ 3 100 --spoil
the_end "4:0-1"
