# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# kernels: 6.12 7.3
# timeout: 240
# modprobe, load, unload, rmmod, again and again, leave the kernel as it was. The
# argument is how often; 200 is for a long run.
. /usr/lib/tierbpf-test/test.sh

cycles=${1:-12}

cycle()
{
	modprobe tierbpf || fail "modprobe"
	expect 0 tierbpf load /tmp/a.json
	override 1 768
	expect 0 tierbpf load /tmp/b.json
	expect 0 tierbpf unload
	[ ! -e $pins ] || fail "unload leaves $pins"
	rmmod tierbpf || fail "rmmod"
}

# What is allocated: "NAME COUNT" a line. Objects of each slab cache, without those
# that only wait on a CPU's list; and what has numbers of its own.
allocated()
{
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done
	awk 'NR > 2 { print "slab:" $1, $2 }' /proc/slabinfo
	awk '$1 ~ /^(Percpu|VmallocUsed|KernelStack|SUnreclaim|MemFree):/ { print $1 "kB", $2 }' /proc/meminfo
	echo "vmalloc-areas $(wc -l </proc/vmallocinfo)"
	for kind in prog map link; do
		echo "bpf-$kind $(bpftool -j $kind list | jq length)"
	done
	echo "bpffs $(find /sys/fs/bpf | wc -l)"
	echo "modules $(wc -l </proc/modules)"
}

policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
# the first ones fill caches
cycle
cycle
allocated >/tmp/before
for _ in $(seq "$cycles"); do
	cycle
done
allocated >/tmp/after
expect_tiers "4:0 18:1" "after $cycles cycles"

echo "what has changed by $cycles cycles:"
awk 'NR == FNR { before[$1] = $2; next } $2 != before[$1] { print $1, before[$1] + 0, "->", $2 }' \
	/tmp/before /tmp/after
# one object that is left by each cycle is a leak
awk -v cycles="$cycles" '
	NR == FNR { before[$1] = $2; next }
	/^(bpf|modules)/ { if ($2 != before[$1]) print; next }
	/^MemFree/ { if (before[$1] - $2 > 4 * cycles + 2048) print; next }
	/^SUnreclaim/ { if ($2 - before[$1] > cycles + 512) print; next }
	/^(Percpu|VmallocUsed|KernelStack)/ { if ($2 - before[$1] > 4 * cycles) print; next }
	$2 - before[$1] >= cycles' /tmp/before /tmp/after >/tmp/leaks
[ ! -s /tmp/leaks ] || fail "leaks: $(tr '\n' ' ' </tmp/leaks)"
