# SPDX-License-Identifier: GPL-2.0-only
# topology: three-hmat
# shares: yes
# kernels: cloud
# topology must show what the kernel shows. A captured machine must give the same plan and
# topology as the machine itself, also while a policy is in force.
. /usr/lib/tierbpf-test/test.sh

node()
{
	tierbpf topology --json | jq -r ".nodes[] | select(.node == $1) | $2"
}

cd /root || exit
modprobe tierbpf
for n in 0 1 2; do
	dir=/sys/devices/system/node/node$n
	for what in read_latency write_latency read_bandwidth write_bandwidth; do
		unit=ns
		[ "${what#*_}" = latency ] || unit=mbps
		[ "$(node $n ".facts.${what}_$unit.value")" = "$(cat $dir/access1/initiators/$what)" ] ||
			fail "node $n: $what"
	done
	[ "$(node $n '[.distance[]] | map(tostring) | join(" ")')" = "$(cat $dir/distance)" ] ||
		fail "node $n: distance"
	[ "$(node $n .facts.pxm.value)" = $n ] || fail "node $n: pxm"
	[ "$(node $n .facts.size.value)" = 1073741824 ] || fail "node $n: size"
done
[ "$(node 0 .cpus)" = 0-1 ] || fail "CPUs of node 0"
tierbpf topology --dot >/tmp/dot
says /tmp/dot "n0 -> n1;"
says /tmp/dot "n1 -> n2;"

policy p.json '{"match": {"node": 1}, "action": {"offset": -1000}}' \
	'{"match": {"pxm": 2, "distance": {"min": 30}, "size": {"min": "1GiB"}}, "action": {"scale": 0.5}}'
same()
{
	expect 0 tierbpf topology --save "$1"
	for verb in "plan p.json" "topology" "topology --json" "explain 1 --policy p.json" "init"; do
		tierbpf $verb --sysroot "$1" >captured 2>&1 || fail "$verb --sysroot"
		tierbpf $verb >live 2>&1 || fail "$verb"
		# This differs: only the machine itself can be queried, and a capture names its directory.
		cmp -s captured live || { diff captured live; fail "$verb differs on the captured machine"; }
	done
}
same stock
expect 0 tierbpf load p.json
expect_tiers "4:0 10:1 18:2"
same moved
[ "$(cat moved/tierbpf/kernel_adistance)" = "0 576
1 2304
2 4608" ] || fail "the kernel's own adistances: $(cat moved/tierbpf/kernel_adistance)"
expect 1 tierbpf topology --save moved
says /tmp/err "moved: not empty"
find stock -type f | grep -v -e /node -e /memory -e /acpi/ -e iomem$ -e /numa -e path$ -e current_link -e uid$ -e hid$ >others
[ ! -s others ] || { cat others; fail "captured more than it should"; }
the_end "4:0 18:1 36:2"
