# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the cases share. Sourced in the guest.

pins=/sys/fs/bpf/tierbpf

fail()
{
	echo "FAIL: $*"
	exit 1
}

# The kernel's log; where cases share a guest (shared.sh), since this one began.
dmesg()
{
	if [ -n "${LOG_MARK:-}" ]; then
		command dmesg | sed "1,/$LOG_MARK/d"
	else
		command dmesg
	fi
}

# The tiers as the kernel shows them: "4:0 18:1-2".
tiers()
{
	for nodelist in /sys/devices/virtual/memory_tiering/memory_tier*/nodelist; do
		nodes=$(cat "$nodelist" 2>/dev/null) || continue
		tier=${nodelist%/nodelist}
		echo "${tier##*memory_tier}:$nodes"
	done | sort -n | tr '\n' ' ' | sed 's/ $//'
}

# expect_tiers TIERS [WHEN]: they are there, or come within 5 seconds.
expect_tiers()
{
	for _ in $(seq 50); do
		now=$(tiers)
		[ "$now" != "$1" ] || return 0
		sleep 0.1
	done
	fail "tiers ${2:-}: expected $1, found $now"
}

# expect STATUS COMMAND...: its output is in /tmp/out and /tmp/err afterwards.
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

# says FILE TEXT: a line of it holds the text.
says()
{
	grep -qF -e "$2" "$1" && return 0
	cat "$1"
	fail "nothing says: $2"
}

# A number as bpftool wants 4 bytes.
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

# policy FILE RULE...: a policy with these rules.
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

# What changes by itself in a line of status --json.
# shellcheck disable=SC2034 # for the cases
volatile='"(age_seconds|used_bytes|free_bytes|demoted_pages|promoted_pages|answered|retiered|held|slow)"'

# The value of a counter of status --json.
counter()
{
	tierbpf status --json | sed -n "s/.*\"$1\": \([0-9][0-9]*\).*/\1/p"
}

# attach OBJECT NAME: a test's own programs, in front of or beside tierbpf's.
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

# answer NAME NODE VALUE: what programs from tests/vm/bpf say of a node.
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

# Where the kernel looks for leaks (debug kernels), it finds none.
check_leaks()
{
	leaks=/sys/kernel/debug/kmemleak
	[ -e $leaks ] || return 0
	# The second scan tells what is gone from what was only in a register.
	echo scan >$leaks
	sleep 5
	echo scan >$leaks
	grep -q . $leaks || return 0
	cat $leaks
	fail "kmemleak finds the above"
}

# the_end TIERS: without policy and module everything is as stock.
the_end()
{
	expect 0 tierbpf unload
	expect_tiers "$1" "after unload"
	[ ! -e $pins ] || fail "unload leaves $pins behind"
	remove_module
	expect_tiers "$1" "after rmmod"
	check_leaks
}
