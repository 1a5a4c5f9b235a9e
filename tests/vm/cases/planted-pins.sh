# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# kernels: cloud
# brief: 7.3
# timeout: 240
# Uses a bpffs that all users may write to, as a plain mount -t bpf makes it. If another user has
# put something in place of the pins, tierbpf must neither use nor remove it, and say how to fix
# it. Otherwise a policy is as safe there as anywhere.
. /usr/lib/tierbpf-test/test.sh

bpffs=/sys/fs/bpf

nobody()
{
	prog-caps 65534 none "$@"
}

# Mounts a new bpffs.
mounted()
{
	umount $bpffs || fail "umount $bpffs"
	mount -t bpf bpf $bpffs || fail "mount -t bpf"
}

modprobe tierbpf
mkdir -m 1777 /tmp/pub
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
chmod 644 /tmp/p.json

# refused TEXT...: every command that uses pins must say so at once, and no policy may be in force
refused()
{
	for verb in "load /tmp/p.json" "load --try 60 /tmp/p.json" "load --refresh" status watch confirm \
		"set 1 --tier 3" "unset 1" unload; do
		# shellcheck disable=SC2086
		expect 4 timeout 5 tierbpf $verb
		for text; do
			says /tmp/err "$text"
		done
	done
	tierbpf doctor --json >/tmp/findings 2>/dev/null
	jq -e --arg text "$1" '.findings[] | select(.what == "bpffs") |
		.verdict == "missing" and (.found | contains($text)) and (.fix | contains("chmod 0700"))' \
		/tmp/findings >/dev/null || { cat /tmp/findings; fail "doctor does not say: $1"; }
	[ "$(tiers)" = "4:0 18:1" ] || fail "a policy is in force: $(tiers)"
}

# 1. Nobody has done anything: only root can use the new directory, whoever may write next to it.
mounted
[ "$(stat -c %a $bpffs)" = 1777 ] || fail "this kernel mounts bpffs with $(stat -c %a $bpffs)"
expect 0 tierbpf load /tmp/p.json
[ "$(stat -c '%a %u' $pins)" = "700 0" ] || fail "the pins are $(stat -c '%a %u' $pins)"
for attack in "rm -f $pins/link" "rm -rf $pins" "mv $pins $bpffs/other" "ln $pins/link $bpffs/link" \
	"prog-lock $pins true" "mv -T /tmp/pub $pins"; do
	# shellcheck disable=SC2086
	nobody $attack 2>/dev/null && fail "nobody can: $attack"
done
expect 0 tierbpf status
says /tmp/out "rule 1"
expect 0 nobody tierbpf topology
expect 0 nobody tierbpf plan /tmp/p.json
says /tmp/err "a policy seems to be in force"
expect 5 nobody tierbpf status
expect 0 tierbpf doctor
expect 0 tierbpf unload
expect_tiers "4:0 18:1" "after unload"

# 2. The directory is theirs: they could remove root's policy, and root would wait for their lock.
nobody mkdir -m 777 $pins || fail "nobody cannot make $pins"
# Not with the function: a time-out would only kill its shell.
prog-caps 65534 none prog-lock $pins sleep 1000 &
locker=$!
sleep 0.5
refused "$pins is not a directory of root's (user 65534 made it)" "chmod 0700 $bpffs && rm -r $pins"
expect 4 tierbpf plan
says /tmp/err "$pins is not a directory of root's"
expect 0 nobody tierbpf topology
kill $locker

# 3. Without capabilities, root cannot even open the directory.
chmod 700 $pins
refused "$pins is not a directory of root's (user 65534 made it)"
rmdir $pins

# 4. A link stands in its place and leads to a directory of root.
mkdir -m 700 $bpffs/roots /tmp/roots
for target in $bpffs/roots /tmp/roots /nonexistent; do
	nobody ln -s $target $pins
	refused "$pins is not a directory of root's (user 65534 made it)"
	rm $pins
done
# A map of theirs is pinned there too.
bpftool map create $pins type array key 4 value 4 entries 1 name planted
chown 65534 $pins
refused "$pins is not a directory of root's (user 65534 made it)"
rm $pins
rmdir $bpffs/roots

# 5. During unload, a directory in theirs changes places with a link to a directory of root.
mkdir -m 755 /etc/secret
echo keep >/etc/secret/victim
nobody sh -c "umask 0; mkdir -p $pins/policy/d; ln -s x $pins/policy/d/victim; ln -s /etc/secret $pins/evil
	i=0; while [ \$i -lt 300 ]; do ln -s x $pins/policy/d/f\$i; i=\$((i + 1)); done"
prog-caps 65534 none prog-swap removed $pins/policy/d $pins/evil /tmp/pub/ready &
swapper=$!
for _ in $(seq 50); do
	[ ! -e /tmp/pub/ready ] || break
	sleep 0.1
done
[ -e /tmp/pub/ready ] || fail "nobody waits to swap"
tierbpf unload >/tmp/out 2>/tmp/err
[ $? = 4 ] || { cat /tmp/out /tmp/err; fail "unload removes what is nobody's"; }
kill $swapper
[ -e /etc/secret/victim ] || fail "unload removed a file elsewhere"
[ -L $pins/policy/d/f299 ] || fail "unload removes what is nobody's"

# The fix that the message names must work.
fix=$(sed -n 's/^tierbpf: .*made it): //p' /tmp/err)
sh -c "$fix" || fail "'$fix' fails"
expect 0 tierbpf load /tmp/p.json
expect_tiers "4:0 10:1" "after: $fix"

# 6. The directory is root's, but others may open it: they could hold the lock.
chmod 755 $pins
expect 4 tierbpf unload
says /tmp/err "users other than root can use $pins (mode 0755): chmod 0700 $pins"
chmod 0700 $pins
expect 0 tierbpf status
expect 0 tierbpf unload

# 7. Others can rename the directory if bpffs has no sticky bit, with which the kernel always mounts
# it; so can the owner of bpffs.
for mode in 0777 0770 0720; do
	mounted
	chmod $mode $bpffs
	refused "users other than root can replace what is pinned in $bpffs" "chown 0:0 $bpffs && chmod 0700 $bpffs"
done
mounted
chown 65534 $bpffs
refused "users other than root can replace what is pinned in $bpffs"
fix=$(sed -n 's/^tierbpf: .*pinned in [^ ]*: //p' /tmp/err)
sh -c "$fix" || fail "'$fix' fails"
expect 0 tierbpf load /tmp/p.json
# It also works while a policy is in force, and the policy stays.
chmod 777 $bpffs
expect 4 tierbpf status
expect 4 tierbpf unload
sh -c "$fix"
expect 0 tierbpf status
says /tmp/out "rule 1"
the_end "4:0 18:1"
