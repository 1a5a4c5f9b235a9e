# SPDX-License-Identifier: GPL-2.0-only
# topology: no-hmat
# A missing prerequisite is reported with how to fix it. The exit status is 4 for the module, BTF
# and bpffs, and 5 for missing rights. A module without BTF does not load at all.
. /usr/lib/tierbpf-test/test.sh

policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
for verb in "load /tmp/p.json" "unload" "status" "set 1 --tier 3" "unset 1"; do
	# shellcheck disable=SC2086
	expect 4 tierbpf $verb
	says /tmp/err "modprobe tierbpf"
done

ko=$(modinfo -n tierbpf 2>/dev/null || find /lib/modules -name tierbpf.ko)
# the kernel finds BTF by the section's name
sed 's/\.BTF/.BTX/g' "$ko" >/tmp/nobtf.ko
[ "$(stat -c %s "$ko")" = "$(stat -c %s /tmp/nobtf.ko)" ] || fail "the copy without BTF is spoilt"
insmod /tmp/nobtf.ko 2>/dev/null && fail "a module without BTF was loaded"
dmesg | grep -q 'tierbpf: the module has no BTF' || fail "the log does not say why"
expect 4 tierbpf load /tmp/p.json

modprobe tierbpf
chmod 644 /tmp/p.json
echo 'nobody:x:65534:65534::/:/bin/sh' >>/etc/passwd
expect 5 su nobody -c "tierbpf load /tmp/p.json"
says /tmp/err "needs root"
expect 5 su nobody -c "tierbpf status"

mkdir /tmp/empty
mount --bind /tmp/empty /sys/kernel/btf
expect 4 tierbpf load /tmp/p.json
says /tmp/err "CONFIG_DEBUG_INFO_BTF"
umount /sys/kernel/btf
umount /sys/fs/bpf
expect 4 tierbpf load /tmp/p.json
says /tmp/err "mount -t bpf -o mode=0700 bpf /sys/fs/bpf"
mount -t bpf -o mode=0700 bpf /sys/fs/bpf
expect_tiers "4:0-1" "after what was refused"
expect 0 tierbpf load /tmp/p.json
the_end "4:0-1"
