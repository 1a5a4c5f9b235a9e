# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# after.sh TIERS MODULE|- override|install: runs in a guest that was booted with the archive of
# before.sh. Without tierbpf's module, the kernel must have TIERS and each node the exported values, and
# another export must have nothing to correct.
. /usr/lib/tierbpf-test/test.sh

[ "$2" = - ] || modprobe "$2" || fail "modprobe $2"
expect_tiers "$1" "with the archive"
[ ! -e /sys/module/tierbpf ] || fail "the module is loaded"
dmesg | grep -q "Table Upgrade: $3 \[HMAT" || fail "no $3: $(dmesg | grep -e HMAT -e 'Table Upgrade')"

# node 1 (PXM 1): 20/20 ns, 5/5 MB/s: adistance 2304, tier 18
sed -n '/^  node .*(PXM/ { s/(PXM [0-9]*)//; s/adistance [0-9]*//; s/[^0-9]\{1,\}/ /g; s/^ //; s/ $//; p; }' \
	/before/said >/tmp/said
[ -s /tmp/said ] || fail "nothing was said of any node: $(cat /before/said)"
for node in $(cut -d ' ' -f 1 /tmp/said); do
	cd "/sys/devices/system/node/node$node/access1/initiators" || fail "node $node has no coordinates"
	tier=$(grep -lx "\(.*[,-]\)\?$node\([,-].*\)\?" \
		/sys/devices/virtual/memory_tiering/memory_tier*/nodelist)
	tier=${tier%/nodelist}
	# shellcheck disable=SC2046
	echo "$node" $(cat read_latency write_latency read_bandwidth write_bandwidth) "${tier##*memory_tier}"
done >/tmp/is
diff -u /tmp/said /tmp/is || fail "the nodes are not as said (-)"

[ ! -e /before/policy.json ] || set -- /before/policy.json
[ -e /before/policy.json ] || set --
expect 0 tierbpf export acpi --output /tmp/again.cpio "$@"
says /tmp/out "replaces the firmware's"
[ ! -s /tmp/err ] && ! grep -q "changed to follow" /tmp/out || fail "there is more to correct: $(cat /tmp/out /tmp/err)"
