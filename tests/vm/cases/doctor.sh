# SPDX-License-Identifier: GPL-2.0-only
# topology: dram-mismatch
# brief: 6.12
# program: xz
# Takes away each prerequisite of tierbpf in turn. doctor must report it, say how to fix it, and
# report nothing else as missing.
. /usr/lib/tierbpf-test/test.sh

release=$(uname -r)

# look: what doctor finds now, for whom $as makes of us
as=
look()
{
	$as tierbpf doctor --json >/tmp/findings 2>/tmp/err
	status=$?
}

# found WHAT VERDICT [TEXT]: fails unless doctor has this verdict on WHAT
found()
{
	is=$(jq -r ".findings[] | select(.what == \"$1\") | .verdict + (if .fix then \": \" else \", no fix: \" end) + .found" \
		/tmp/findings)
	case $is in
	"missing, no fix: "*) fail "$1 is missing, and no fix is named" ;;
	"$2"[:,]*"$3"*) ;;
	*) fail "$1 is '$is', not $2: $3" ;;
	esac
}

finds()
{
	look
	found "$@"
}

# lacks WHAT [TEXT]: fails unless doctor reports only WHAT as missing
lacks()
{
	look
	[ $status = 4 ] || fail "without $1, doctor exits with $status"
	says /tmp/err "one thing is missing"
	found "$1" missing "$2"
}

# instead PATH FILE: bind-mounts FILE over PATH, until umount
instead()
{
	mount --bind "$2" "$1" || fail "mount --bind $2 $1"
}

# The guest has no /boot, so this makes a kernel configuration.
mkdir -p /boot /tmp/empty
for option in BPF_SYSCALL BPF_JIT DEBUG_INFO_BTF DEBUG_INFO_BTF_MODULES BPF_EVENTS DYNAMIC_FTRACE_WITH_DIRECT_CALLS \
	NUMA MEMORY_HOTPLUG MIGRATION KPROBES KALLSYMS_ALL; do
	echo "CONFIG_$option=y"
done >/boot/config-"$release"

lacks module "installed as /lib/modules/$release/extra/tierbpf.ko, but not loaded"
grep -v tierbpf /lib/modules/"$release"/modules.dep >/tmp/dep
instead /lib/modules/"$release"/modules.dep /tmp/dep
lacks module "none for $release"
umount /lib/modules/"$release"/modules.dep
modprobe tierbpf
expect 0 tierbpf doctor
finds module ok
found configuration ok

as="prog-caps 65534 none"
lacks rights "not root"
as="prog-caps 0 none"
lacks rights "no CAP_SYS_ADMIN"
as="unshare -r"
lacks rights "root only in a user namespace"
as=
finds rights ok

echo 0 >/proc/sys/net/core/bpf_jit_enable
if [ "$(cat /proc/sys/net/core/bpf_jit_enable)" = 0 ]; then
	lacks "BPF JIT" off
	echo 1 >/proc/sys/net/core/bpf_jit_enable
fi
finds "BPF JIT" ok

instead /sys/kernel/btf /tmp/empty
finds BTF missing
found module missing "without BTF"
says /tmp/err "2 things are missing"
umount /sys/kernel/btf

echo 99 >/tmp/version
instead /sys/module/tierbpf/version /tmp/version
lacks module "ABI 99"
umount /sys/module/tierbpf/version

echo 6.11.9-amd64 >/tmp/old
instead /proc/sys/kernel/osrelease /tmp/old
cp /boot/config-"$release" /boot/config-6.11.9-amd64
lacks kernel 6.11.9
umount /proc/sys/kernel/osrelease

sed -i '/MIGRATION/d' /boot/config-"$release"
lacks configuration "missing: CONFIG_MIGRATION"
rm /boot/config-"$release"
finds configuration unknown "/boot/config-$release"
[ $status = 0 ] || fail "without a configuration, doctor exits with $status"

umount /sys/fs/bpf
lacks bpffs
mount -t bpf -o mode=0700 bpf /sys/fs/bpf

policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
finds policy ok "generation 1"
# The field abi is the first of the meta map.
meta=$(bpftool -j map lookup pinned $pins/policy/meta key 0 0 0 0 | jq -r '.value | map(tonumber? // .) | join(" ")')
# shellcheck disable=SC2086
bpftool map update pinned $pins/policy/meta key 0 0 0 0 value 0x63 ${meta#* } || fail "the meta cannot be changed"
lacks policy "ABI 99"
expect 0 tierbpf load /tmp/p.json
expect 0 tierbpf doctor

mount -t securityfs none /sys/kernel/security
lockdown=/sys/kernel/security/lockdown
if [ -e $lockdown ]; then
	echo '[none] integrity confidentiality' >/tmp/lockdown
	instead $lockdown /tmp/lockdown
	finds lockdown ok none
	echo 'none integrity [confidentiality]' >/tmp/lockdown
	lacks lockdown confidentiality
	umount $lockdown
fi

finds HMAT ok
found "DRAM by firmware" advice "nodes 0 and 1 differ by more than 10 %"
found distances advice "all nodes are equally far"
found nodes ok
found "memory blocks" ok
found demotion advice
found promotion advice
instead /sys/firmware/acpi/tables /tmp/empty
finds HMAT unknown "not known, but sysfs shows latency or bandwidth of nodes"
[ $status = 0 ] || fail "advice alone, and doctor exits with $status"
umount /sys/firmware/acpi/tables
for state in /sys/devices/system/node/node1/memory*/state; do
	echo offline >"$state" 2>/dev/null && break
done
finds "memory blocks" advice "1 offline of node 1"
echo online >"$state"
echo 1 >/sys/kernel/mm/numa/demotion_enabled
echo 2 >/proc/sys/kernel/numa_balancing
finds demotion ok
found promotion ok
the_end 4:0-2

# Enables real lockdown, which only a reboot ends: the kernel rejects the module.
if [ -e $lockdown ]; then
	echo integrity >$lockdown || fail "no lockdown"
	modprobe tierbpf 2>/dev/null && fail "lockdown, and a module without a signature is loaded"
	finds module missing "not loaded"
	says /tmp/err "2 things are missing"
	found lockdown missing "integrity; the module is not signed"
	# One that is compressed (not by the applet, which cannot), by libkmod: what the caller's PATH calls modinfo is not run.
	extra=/lib/modules/$release/extra
	mkdir /tmp/theirs
	printf '#!/bin/sh\ntouch /tmp/ran\necho PKCS#7\n' >/tmp/theirs/modinfo
	chmod 755 /tmp/theirs/modinfo
	sed 's/tierbpf\.ko:/tierbpf.ko.xz:/' /lib/modules/"$release"/modules.dep >/tmp/dep
	instead /lib/modules/"$release"/modules.dep /tmp/dep
	/usr/bin/xz -c "$extra/tierbpf.ko" >"$extra/tierbpf.ko.xz"
	as="env PATH=/tmp/theirs:$PATH"
	finds lockdown missing "integrity; the module is not signed"
	/usr/bin/xz -c "$(find /lib/modules/"$release"/kernel -name 'virtio_mem.ko')" >"$extra/tierbpf.ko.xz"
	finds lockdown ok integrity
	[ ! -e /tmp/ran ] || fail "doctor has run a modinfo of the caller's"
	as=
	umount /lib/modules/"$release"/modules.dep
	printf '~Module signature appended~\n' >>"/lib/modules/$release/extra/tierbpf.ko"
	finds lockdown ok integrity
fi
