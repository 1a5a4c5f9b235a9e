# SPDX-License-Identifier: GPL-2.0-only
# topology: four-sockets cache-rows
# shares: yes
# kernels: cloud
# What topology shows of a firmware that gives only a part, or contradicts itself, must be what the kernel
# shows: sysfs and our own reading of the tables agree about every node and both access classes.
. /usr/lib/tierbpf-test/test.sh

cd /root || exit
expect 0 tierbpf topology --json
cp /tmp/out all.json

# kernel NODE CLASS: the kernel's four values and its initiators; empty where it shows neither
kernel()
{
	dir=/sys/devices/system/node/node$1/access$2/initiators
	values=
	for what in read_latency write_latency read_bandwidth write_bandwidth; do
		value=$(cat "$dir/$what" 2>/dev/null)
		values="$values ${value:-0}"
	done
	[ "$values" = " 0 0 0 0" ] ||
		echo "$values from $(cd "$dir" && ls -d node* | sed s/node// | sort -n | paste -sd ' ')"
}

# ours NODE CLASS SOURCE: what topology says of them
ours()
{
	jq -r ".nodes[] | select(.node == $1) | .performance[] | select(.class == $2 and (.by | contains(\"$3\"))) |
		\" \([.read_latency_ns, .write_latency_ns, .read_bandwidth_mbps, .write_bandwidth_mbps] |
		map(. // 0 | tostring) | join(\" \")) from \(.initiators | [scan(\"[0-9]+(?:-[0-9]+)?\")] |
		map(split(\"-\") | map(tonumber) | range(.[0]; .[-1] + 1)) | map(tostring) | join(\" \"))\"" all.json
}

shown=0
for dir in /sys/devices/system/node/node[0-9]*; do
	node=${dir##*node}
	for class in 0 1; do
		kernel "$node" $class >kernel
		for source in sysfs HMAT; do
			ours "$node" $class $source >ours
			diff -u kernel ours || fail "node $node, access$class: $source"
		done
		[ ! -s kernel ] || shown=$((shown + 1))
	done
done
[ $shown -ge 2 ] || fail "the kernel shows nothing, so nothing was compared"
expect 0 tierbpf topology
cp /tmp/out here
expect 0 tierbpf topology --save captured
expect 0 tierbpf topology --sysroot captured
diff -u here /tmp/out || fail "the capture differs"
