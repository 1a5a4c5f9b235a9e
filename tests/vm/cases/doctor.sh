# SPDX-License-Identifier: GPL-2.0-only
# topology: no-hmat dram-mismatch
# brief: 6.12
# Everything that tierbpf needs is taken away, one at a time; doctor names it, with the cure, and
# nothing else as missing.
. /usr/lib/tierbpf-test/test.sh

release=$(uname -r)

# finds WHAT VERDICT [TEXT]: it is found so, by whom $as makes of us
as=
finds()
{
	$as tierbpf doctor --json >/tmp/findings 2>/dev/null
	is=$(jq -r ".findings[] | select(.what == \"$1\") | .verdict" /tmp/findings)
	[ "$is" = "$2" ] || { cat /tmp/findings; fail "$1 is '$is', not $2"; }
	[ "$2" != missing ] || jq -e ".findings[] | select(.what == \"$1\") | .cure" /tmp/findings >/dev/null ||
		fail "$1 is missing, and no cure is named"
	[ -z "$3" ] || jq -r ".findings[] | select(.what == \"$1\") | .found" /tmp/findings | grep -qF "$3" ||
		{ cat /tmp/findings; fail "$1: nothing says: $3"; }
}

# lacks WHAT [TEXT]: this and no more
lacks()
{
	# shellcheck disable=SC2086
	expect 4 $as tierbpf doctor
	says /tmp/err "one thing is missing"
	finds "$1" missing "$2"
}

# instead PATH FILE: FILE stands there, until umount
instead()
{
	mount --bind "$2" "$1" || fail "mount --bind $2 $1"
}

# The guest has no /boot: a configuration as the kernel's.
mkdir -p /boot /tmp/empty
for option in BPF_SYSCALL BPF_JIT DEBUG_INFO_BTF DEBUG_INFO_BTF_MODULES BPF_EVENTS DYNAMIC_FTRACE_WITH_DIRECT_CALLS \
	NUMA MEMORY_HOTPLUG MIGRATION KPROBES; do
	echo "CONFIG_$option=y"
done >/boot/config-"$release"

lacks module "installed as /lib/modules/$release/extra/tierbpf.ko, not loaded"
grep -v tierbpf /lib/modules/"$release"/modules.dep >/tmp/dep
instead /lib/modules/"$release"/modules.dep /tmp/dep
lacks module "none for $release"
umount /lib/modules/"$release"/modules.dep
modprobe tierbpf
expect 0 tierbpf doctor
finds module ok
finds configuration ok

as="prog-caps 65534 none"
lacks rights "not root"
as="prog-caps 0 none"
lacks rights "no CAP_SYS_ADMIN"
as="unshare -r"
lacks rights "root of a user namespace"
as=
finds rights ok

echo 0 >/proc/sys/net/core/bpf_jit_enable
if [ "$(cat /proc/sys/net/core/bpf_jit_enable)" = 0 ]; then
	lacks "BPF JIT" off
	echo 1 >/proc/sys/net/core/bpf_jit_enable
fi
finds "BPF JIT" ok

instead /sys/kernel/btf /tmp/empty
expect 4 tierbpf doctor
says /tmp/err "2 things are missing"
finds BTF missing
finds module missing "without BTF"
umount /sys/kernel/btf

echo 6.11.9-amd64 >/tmp/old
instead /proc/sys/kernel/osrelease /tmp/old
cp /boot/config-"$release" /boot/config-6.11.9-amd64
lacks kernel 6.11.9
umount /proc/sys/kernel/osrelease

sed -i '/MIGRATION/d' /boot/config-"$release"
lacks configuration "without CONFIG_MIGRATION"
rm /boot/config-"$release"
expect 0 tierbpf doctor
finds configuration unknown
says /tmp/out "/boot/config-$release"

umount /sys/fs/bpf
lacks bpffs
mount -t bpf bpf /sys/fs/bpf

policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
expect 0 tierbpf load /tmp/p.json
finds policy ok "generation 1"
# abi stands first in the meta
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

if [ -e /sys/firmware/acpi/tables/HMAT ]; then
	finds HMAT ok
	finds "DRAM by firmware" advice "nodes 0 and 1 differ by more than 10 %"
	finds distances advice "all nodes are equally far"
	stock=4:0-2
else
	finds HMAT advice none
	finds "DRAM by firmware" advice
	finds distances ok
	stock=4:0-1
fi
finds "memory blocks" ok
for state in /sys/devices/system/node/node1/memory*/state; do
	echo offline >"$state" 2>/dev/null && break
done
finds "memory blocks" advice "1 offline of node 1"
echo online >"$state"
finds demotion advice
echo 1 >/sys/kernel/mm/numa/demotion_enabled
finds demotion ok
finds promotion advice
echo 2 >/proc/sys/kernel/numa_balancing
finds promotion ok
finds nodes ok
the_end "$stock"

# Lockdown for real, which nothing but a boot takes back: the kernel refuses the module.
if [ -e $lockdown ]; then
	echo integrity >$lockdown || fail "no lockdown"
	modprobe tierbpf 2>/dev/null && fail "lockdown, and a module without a signature is loaded"
	expect 4 tierbpf doctor
	says /tmp/err "2 things are missing"
	finds module missing "not loaded"
	finds lockdown missing "integrity; the module is not signed"
	printf '~Module signature appended~\n' >>"/lib/modules/$release/extra/tierbpf.ko"
	finds lockdown ok integrity
fi
