# SPDX-License-Identifier: GPL-2.0-only
# topology: three-hmat
# kernels: cloud
# All nodes here are the same memory of the host. So this tests that a measurement is made, saved,
# used and rejected, but not its numbers.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
cd /root || exit
expect 0 tierbpf measure --memory 16MiB --seconds 10 --output m.json
says /tmp/err "measuring node 2 from CPUs 0-1, 16 MiB"
[ "$(jq -c '[.nodes[].node]' m.json)" = "[0,1,2]" ] || fail "nodes: $(cat m.json)"
jq -e '[.nodes[] | .read_latency_ns, .write_latency_ns, .read_bandwidth_mbps, .write_bandwidth_mbps] | all(. > 0)' \
	m.json >/dev/null || fail "values: $(cat m.json)"
jq -e '[.nodes[].grade] | all(. == "good" or . == "fair" or . == "poor")' m.json >/dev/null ||
	fail "grades: $(cat m.json)"
# Where QEMU emulates the CPU, its speed is measured, and nothing else.
! grep -q "QEMU TCG" /proc/cpuinfo ||
	jq -e '[.nodes[] | .grade == "poor" and (.doubts | index("emulated"))] | all' m.json >/dev/null ||
	fail "an emulated CPU: $(cat m.json)"
expect 1 tierbpf measure --memory 16MiB --output /nowhere/m.json
! grep -q measuring /tmp/err || fail "it measured though it cannot write: $(cat /tmp/err)"
expect 1 tierbpf measure --memory 16MiB --output m.json
says /tmp/err "m.json: exists already; --force replaces it"

# Twice the needed memory must be free, or else nothing is measured.
expect 1 tierbpf measure --memory 700MiB
says /tmp/err "measuring 700 MiB needs 1400 MiB free"
expect 1 tierbpf measure --node 7
expect 2 tierbpf measure --memory 1
expect 2 tierbpf measure --seconds 0
expect 0 tierbpf measure --node 1 --memory 16MiB --seconds 2 --json
[ "$(jq -c '[.nodes[].node]' /tmp/out)" = "[1]" ] || fail "--node 1: $(cat /tmp/out)"

cat >p.json <<'JSON'
{"version": 1, "tolerance": 1, "rules": [], "default": {"from": "measured"}}
JSON
expect 0 tierbpf explain 2 --policy p.json --measured m.json --json
says /tmp/out '"measured_adistance"'
expect 0 tierbpf topology --measured m.json
says /tmp/out "measured"
# No host really has the 10, 20 and 40 ns of this HMAT.
says /tmp/out "measured-differs"
expect 0 tierbpf load p.json --measured m.json
[ "$(tierbpf status --json | jq -r '.nodes[0].tier')" = 4 ] || fail "node 0: $(tierbpf status)"
echo '{"version": 1, "nodes": 3}' >bad.json
expect 3 tierbpf plan p.json --measured bad.json
says /tmp/err "bad.json:1:25: error"
the_end "4:0 18:1 36:2"
