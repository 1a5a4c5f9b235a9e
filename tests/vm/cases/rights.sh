# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# kernels: cloud
# brief: 7.3
# Tests the rights that each command needs (RIGHTS in tierbpf(8)): with fewer it exits with status
# 5 and says how to fix it, and it drops those that it does not need. Only root can access the
# pins.
. /usr/lib/tierbpf-test/test.sh

nobody()
{
	prog-caps 65534 none "$@"
}

modprobe tierbpf
mkdir -m 777 /tmp/dir
cd /tmp/dir || exit
policy p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
chmod 644 p.json

# Tests a user without any rights.
expect 0 nobody tierbpf check p.json
expect 0 nobody tierbpf topology
says /tmp/out "20/20"
says /tmp/err "only root can read the firmware's tables"
says /tmp/err "sudo"
expect 0 nobody tierbpf init --output init.json
expect 0 nobody tierbpf plan p.json
tierbpf topology --save machine >/dev/null && chmod -R a+rX machine
expect 0 nobody tierbpf plan --sysroot machine p.json
! grep -q root /tmp/err || fail "--sysroot needs root: $(cat /tmp/err)"
needs_root()
{
	for verb in "load p.json" "unload" "status" "watch" "confirm" "set 1 --tier 3" "unset 1"; do
		# shellcheck disable=SC2086
		expect 5 nobody tierbpf $verb
		says /tmp/err "sudo tierbpf"
	done
}
needs_root

# Root needs one capability for load, and none for the other commands; the umask has no effect.
expect 5 prog-caps 0 bpf,perfmon,net_admin,dac_override,sys_resource tierbpf load p.json
says /tmp/err "CAP_SYS_ADMIN"
umask 777
expect 0 prog-caps 0 sys_admin tierbpf load p.json
umask 022
needs_root
expect 5 nobody tierbpf plan
says /tmp/err "sudo"
expect 0 nobody tierbpf plan p.json
says /tmp/err "a policy seems to be in force"
find $pins -exec stat -c '%a %u %F %n' {} + >pinned
[ "$(wc -l <pinned)" -gt 10 ] || fail "pins: $(cat pinned)"
! grep -v -e '^700 0 directory ' -e '^600 0 regular.* file ' pinned || fail "pins that others can use"
for verb in "status" "plan" "explain 1" "topology" "set 1 --tier 3" "unset 1" "unload"; do
	# shellcheck disable=SC2086
	expect 0 prog-caps 0 none tierbpf $verb
done
expect_tiers "4:0 18:1" "after unload"

# The pins belong to root even if the user of a service, with the capabilities, makes them.
expect 0 prog-caps 65534 setuid,sys_admin tierbpf load p.json
find $pins ! -user 0 >others
[ ! -s others ] || fail "pins that are not root's: $(cat others)"

# Prints the capabilities that a running command has kept; it waits for the lock here.
word()
{
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" 2>/dev/null
}
left()
{
	what=$1
	shift
	prog-lock $pins sleep 1000 &
	locker=$!
	sleep 0.3
	"$@" >/dev/null 2>/tmp/err &
	pid=$!
	for _ in $(seq 50); do
		[ "$(word $pid NoNewPrivs)" != 1 ] || break
		sleep 0.1
	done
	[ "$(word $pid Name) $(word $pid NoNewPrivs)" = "tierbpf 1" ] || fail "$*: NoNewPrivs; $(cat /tmp/err)"
	for set in CapEff CapPrm; do
		[ "$(word $pid $set)" = "$what" ] || fail "$*: $set is $(word $pid $set), not $what"
	done
	for set in CapInh CapAmb; do
		[ "$(word $pid $set)" = 0000000000000000 ] || fail "$*: $set is $(word $pid $set)"
	done
	kill $locker
	[ "$2" != watch ] || kill -INT $pid
	wait $pid || fail "$*: $(cat /tmp/err)"
}
left 0000000000000000 tierbpf status
left 0000000000000000 tierbpf watch
left 0000000000000004 tierbpf plan p.json	# dac_read_search
left 0000000000200004 tierbpf load p.json	# and sys_admin

# A policy that only its owner and root can read, and a directory where only another user may write.
mkdir -m 700 /tmp/theirs
cp p.json /tmp/theirs
chmod 600 /tmp/theirs/p.json
chown -R 65534 /tmp/theirs
expect 0 tierbpf check /tmp/theirs/p.json
expect 0 tierbpf load /tmp/theirs/p.json
expect 0 tierbpf init --output /tmp/theirs/init.json
expect 5 nobody tierbpf measure --output /root/m.json --memory 4MiB --seconds 1 --node 0
expect 0 tierbpf unload
the_end "4:0 18:1"
