# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# kernels: cloud
# timeout: 240
# long: 3600
# append: slub_debug=F
# brief: 6.12
# Repeated modprobe, load, unload and rmmod leave the kernel as it was. The argument is the
# number of cycles; a long run takes 200.
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

# Prints what is allocated, a line "NAME COUNT" each; memory counts in pages or kB. slub_debug
# disables per-CPU slabs, which would count as full and hide hundreds of small objects.
allocated()
{
	sleep 2
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done
	awk 'NR > 2 { print "slab:" $1, $2 }' /proc/slabinfo
	awk '$1 == "Percpu:" { print "percpu-pages", $2 / 4 }
		$1 == "SUnreclaim:" { print "slab-kB", $2 }
		$1 == "MemFree:" { print "used-kB", 8388608 - $2 }' /proc/meminfo
	echo "vmalloc-areas $(wc -l </proc/vmallocinfo)"
	for kind in prog map link; do
		echo "bpf-$kind $(bpftool -j $kind list | jq length)"
	done
	echo "bpffs $(find /sys/fs/bpf | wc -l)"
	echo "modules $(wc -l </proc/modules)"
}

policy /tmp/a.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/b.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'
# The first cycles fill caches.
cycle
cycle
half=$(((cycles + 1) / 2))
allocated >/tmp/allocated.0
for part in 1 2; do
	for _ in $(seq $half); do
		cycle
	done
	allocated >/tmp/allocated.$part
done
expect_tiers "4:0 18:1" "after $cycles cycles"

# A leak grows in both halves, by at least one in each cycle. Objects that wait to be freed or
# were allocated in advance do not; there are up to a few dozen of them at any time.
awk -v half=$half '
	FILENAME ~ /0$/ { start[$1] = $2; next }
	FILENAME ~ /1$/ { middle[$1] = $2; next }
	{ first = middle[$1] - start[$1]; second = $2 - middle[$1]; noise = 12 }
	/^slab:/ { noise = 100 }
	/-kB/ { noise = half + 512 }
	/^(bpf|modules)/ { leak = first || second }
	!/^(bpf|modules)/ { leak = first >= half && second >= half && first >= noise && second >= noise }
	first || second { print $1, start[$1] + 0, middle[$1] + 0, $2 (leak ? " leak" : "") }
' /tmp/allocated.0 /tmp/allocated.1 /tmp/allocated.2 >/tmp/changed
echo "changed: before, after $half, after $((2 * half)) cycles:"
cat /tmp/changed
! grep -q ' leak$' /tmp/changed || fail "leaks: $(grep ' leak$' /tmp/changed | tr '\n' ' ')"
