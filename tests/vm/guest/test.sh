# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Functions that the cases share. Sourced in the guest.

pins=/sys/fs/bpf/tierbpf
tiering=/sys/devices/virtual/memory_tiering

fail()
{
	echo "FAIL: $*"
	exit 1
}

# Prints the kernel's log; in a shared guest (shared.sh), only since this case began.
dmesg()
{
	if [ -n "${LOG_MARK:-}" ]; then
		command dmesg | sed "1,/$LOG_MARK/d"
	else
		command dmesg
	fi
}

# Sets now to the tiers that the kernel shows: "4:0 18:1-2". It starts no process, which costs a debug
# kernel a tenth of a second and a case calls it often. The patterns give the tiers in order.
find_tiers()
{
	now=
	for tier_dir in "$tiering"/memory_tier[0-9] "$tiering"/memory_tier[0-9][0-9] "$tiering"/memory_tier[0-9][0-9][0-9]*; do
		{ read -r tier_nodes <"$tier_dir/nodelist"; } 2>/dev/null || continue
		now="$now${now:+ }${tier_dir##*memory_tier}:$tier_nodes"
	done
}

tiers()
{
	find_tiers
	echo "$now"
}

# expect_tiers TIERS [WHEN]: fails unless the kernel has these tiers within 5 seconds.
expect_tiers()
{
	tries=0
	while [ $tries -lt 50 ]; do
		find_tiers
		[ "$now" != "$1" ] || return 0
		sleep 0.1
		tries=$((tries + 1))
	done
	fail "tiers ${2:-}: expected $1, found $now"
}

# Loads the driver, and waits until all memory of topology virtio-mem is there: node 1 joins a tier with
# the first of its two blocks.
load_virtio_mem()
{
	modprobe virtio_mem || fail "modprobe virtio_mem"
	for _ in $(seq 50); do
		[ "$(cat /sys/devices/system/node/node1/memory*/state 2>/dev/null | grep -cx online)" != 2 ] || return 0
		sleep 0.1
	done
	fail "node 1 does not get its two blocks of memory"
}

# expect STATUS COMMAND...: fails unless COMMAND exits with STATUS; saves its output in /tmp/out
# and /tmp/err.
expect()
{
	wanted=$1
	shift
	"$@" >/tmp/out 2>/tmp/err
	status=$?
	[ "$status" = "$wanted" ] && return 0
	cat /tmp/out /tmp/err
	fail "'$*' exits with $status, not $wanted"
}

# says FILE TEXT: fails unless a line of FILE contains TEXT.
says()
{
	grep -qF -e "$2" "$1" && return 0
	cat "$1"
	fail "nothing says: $2"
}

# Prints a number as four bytes for bpftool.
bytes()
{
	echo "$(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))"
}

override()
{
	# shellcheck disable=SC2046
	bpftool map update pinned $pins/override key $(bytes "$1") value $(bytes "$2") ||
		fail "bpftool map update $1 $2"
}

unoverride()
{
	# shellcheck disable=SC2046
	bpftool map delete pinned $pins/override key $(bytes "$1") || fail "bpftool map delete $1"
}

# policy FILE RULE...: writes a policy with these rules.
policy()
{
	file=$1
	shift
	rules=$(printf '%s,\n' "$@")
	cat >"$file" <<-POLICY
		{"version": 1, "tiers": ["hbm", "dram", "cxl", {"name": "far", "adistance": 1344}],
		 "rules": [${rules%,}]}
	POLICY
}

# These values in status --json change by themselves.
# shellcheck disable=SC2034 # for the cases
volatile='"(age_seconds|used_bytes|free_bytes|demoted_pages|promoted_pages|answered|retiered|held|slow)"'

# Prints the value of a counter from status --json.
counter()
{
	tierbpf status --json | sed -n "s/.*\"$1\": \([0-9][0-9]*\).*/\1/p"
}

# attach OBJECT NAME: attaches a test's own programs, in addition to those of tierbpf.
attach()
{
	mkdir -p "/sys/fs/bpf/$2" "/sys/fs/bpf/$2-maps"
	bpftool prog loadall "/usr/lib/tierbpf/$1.bpf.o" "/sys/fs/bpf/$2" \
		pinmaps "/sys/fs/bpf/$2-maps" autoattach || fail "bpftool prog loadall $1"
}

detach()
{
	rm -rf "/sys/fs/bpf/$1" "/sys/fs/bpf/$1-maps"
}

# answer NAME NODE VALUE: sets the answer of programs from tests/vm/bpf about a node.
answer()
{
	# shellcheck disable=SC2046
	bpftool map update pinned "/sys/fs/bpf/$1-maps/answers" key $(bytes "$2") value $(bytes "$3") ||
		fail "bpftool map update answers $2 $3"
}

remove_module()
{
	for _ in $(seq 50); do
		rmmod tierbpf 2>/tmp/err && return 0
		sleep 0.1
	done
	cat /tmp/err
	fail "rmmod tierbpf"
}

# Fails if the kernel's leak detection (debug kernels) finds a leak.
check_leaks()
{
	leaks=/sys/kernel/debug/kmemleak
	[ -e $leaks ] || return 0
	# The first scan may miss a pointer that is only in a register, so scan twice.
	echo scan >$leaks
	sleep 5
	echo scan >$leaks
	grep -q . $leaks || return 0
	cat $leaks
	fail "kmemleak finds the above"
}

# the_end TIERS: removes policy and module, and checks that everything is as on a stock kernel.
the_end()
{
	expect 0 tierbpf unload
	expect_tiers "$1" "after unload"
	[ ! -e $pins ] || fail "unload leaves $pins behind"
	remove_module
	expect_tiers "$1" "after rmmod"
	check_leaks
}
