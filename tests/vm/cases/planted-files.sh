# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# kernels: cloud
# brief: 6.12
# timeout: 240
# file: packaging/cache:/root/cache
# Files that root writes (topology --save, --output, the cache of downloads) must go where root
# wants them, whatever links and files another user creates there before or at the same time.
. /usr/lib/tierbpf-test/test.sh

nobody()
{
	prog-caps 65534 none "$@"
}

modprobe tierbpf
mkdir -m 1777 /tmp/pub
mkdir -m 755 /etc/secret
# The kernel's own protection of links and files is on, as in distributions; each attack below is
# also tried without it.
protect()
{
	echo "$1" >/proc/sys/fs/protected_symlinks
	echo "$2" >/proc/sys/fs/protected_regular
}

victim()
{
	echo 'root:$6$hash:1::::::' >/etc/secret/has_cpu
	chmod 600 /etc/secret/has_cpu
}
victim
victim=$(cat /etc/secret/has_cpu)

# unharmed WHEN: fails if a file of root has changed
unharmed()
{
	[ "$(cat /etc/secret/has_cpu)" = "$victim" ] || fail "$1: root's file is now $(cat /etc/secret/has_cpu)"
	[ "$(stat -c '%a %u' /etc/secret/has_cpu)" = "600 0" ] || fail "$1: the mode of root's file"
	# shellcheck disable=SC2012
	[ "$(ls /etc/secret)" = has_cpu ] || fail "$1: root's directory now has $(ls /etc/secret)"
}

# ---- topology --save

# 1. The other user owns the directory, and replaces what is made there by a link.
protect 1 2
nobody sh -c "umask 0; mkdir -p /tmp/pub/machine /tmp/pub/evil/devices/system
	ln -s /etc/secret /tmp/pub/evil/devices/system/node; ln -s /tmp/pub/evil /tmp/pub/link"
prog-caps 65534 none prog-swap created /tmp/pub/machine /tmp/pub/link &
swapper=$!
sleep 0.5
tierbpf topology --save /tmp/pub/machine >/tmp/out 2>/tmp/err
status=$?
sleep 0.2
kill $swapper 2>/dev/null
unharmed "topology --save into a directory of theirs"
[ $status = 5 ] || { cat /tmp/out /tmp/err; fail "topology --save into a directory of theirs exits with $status"; }
says /tmp/err "/tmp/pub/machine: belongs to another user"
# shellcheck disable=SC2012
[ -z "$(ls /tmp/pub/machine)" ] || fail "something was written: $(ls /tmp/pub/machine)"

# 2. The directory is root's, but the user may write there; and a link of theirs leads to a directory of root.
mkdir -m 777 /tmp/open
expect 5 tierbpf topology --save /tmp/open
says /tmp/err "/tmp/open: other users may write there"
mkdir -m 755 /etc/empty
protect 0 0
nobody ln -s /etc/empty /tmp/pub/empty
for name in /tmp/pub/empty /tmp/pub/empty/; do
	expect 1 tierbpf topology --save $name
	says /tmp/err "$name: not a directory"
done
# shellcheck disable=SC2012
[ -z "$(ls /etc/empty)" ] || fail "written through a link: $(ls /etc/empty)"

# 3. A new directory next to theirs. What only root may read stays so.
umask 022
expect 0 tierbpf topology --save /tmp/pub/new
tables=sys/firmware/acpi/tables
for table in SRAT HMAT; do
	[ "$(stat -c %a /$tables/$table)" = 400 ] || fail "this kernel shows $table to $(stat -c %a /$tables/$table)"
	[ "$(stat -c '%a %u' /tmp/pub/new/$tables/$table)" = "400 0" ] ||
		fail "$table in the capture: $(stat -c '%a %u' /tmp/pub/new/$tables/$table)"
	nobody cat /tmp/pub/new/$tables/$table >/dev/null 2>&1 && fail "nobody reads $table in the capture"
done
find /tmp/pub/new -type f | while read -r file; do
	[ "$(stat -c %a "$file")" = "$(stat -c %a "${file#/tmp/pub/new}" 2>/dev/null || echo 644)" ] || echo "$file"
done >/tmp/modes
# The kernel hides the addresses in iomem from others by itself; a file cannot.
! grep -v -e kernel_adistance -e /proc/iomem$ /tmp/modes || fail "files with other modes than here"
[ "$(stat -c '%a %u' /tmp/pub/new/proc/iomem)" = "400 0" ] || fail "others may read iomem in the capture"
find /tmp/pub/new -perm /022 ! -type l | grep . && fail "others may write these"
expect 0 tierbpf topology --sysroot /tmp/pub/new
expect 0 nobody sh -c 'cd /tmp/pub && umask 022 && tierbpf topology --save theirs && tierbpf topology --sysroot theirs'

# ---- --output

for verb in "tierbpf export acpi" "tierbpf init" "tierbpf measure --memory 4MiB --seconds 1 --node 0"; do
	# 4. The user creates files next to the output file.
	for plant in "ln -s /etc/secret/has_cpu" "ln -s /etc/secret/new" mkfifo touch; do
		rm -rf /tmp/pub/file*
		nobody sh -c "umask 0; $plant /tmp/pub/file.new"
		# shellcheck disable=SC2086
		expect 0 timeout 20 $verb --output /tmp/pub/file
		unharmed "$verb beside $plant"
		[ "$(stat -c '%u %h %F' /tmp/pub/file)" = "0 1 regular file" ] ||
			fail "$verb beside $plant: $(stat -c '%u %h %F' /tmp/pub/file)"
		# shellcheck disable=SC2010,SC2012 # names of our own
		[ "$(ls /tmp/pub | grep -c '^file')" = 2 ] || fail "$verb leaves $(ls /tmp/pub)"
	done
	# 5. The user creates the output file itself: it is never overwritten, only replaced with --force.
	for plant in "ln -s /etc/secret/has_cpu" "ln -s /etc/secret/new" touch "ln /tmp/pub/own"; do
		rm -rf /tmp/pub/file*
		nobody sh -c "umask 0; echo own >/tmp/pub/own; $plant /tmp/pub/file"
		# shellcheck disable=SC2086
		expect 1 timeout 20 $verb --output /tmp/pub/file
		says /tmp/err "/tmp/pub/file: exists already; --force replaces it"
		# shellcheck disable=SC2086
		expect 0 timeout 20 $verb --output /tmp/pub/file --force
		unharmed "$verb in the place of $plant"
		[ "$(stat -c '%u %h %F' /tmp/pub/file)" = "0 1 regular file" ] ||
			fail "$verb in the place of $plant: $(stat -c '%u %h %F' /tmp/pub/file)"
		[ "$(cat /tmp/pub/own)" = own ] || fail "$verb writes into a file of theirs"
		rm -f /tmp/pub/own
	done
	for plant in "mkfifo" "mkdir"; do
		rm -rf /tmp/pub/file*
		nobody $plant /tmp/pub/file
		# shellcheck disable=SC2086
		expect 1 timeout 20 $verb --force --output /tmp/pub/file
		says /tmp/err "/tmp/pub/file: not a regular file, so it is not replaced"
	done
	# 6. The directory is theirs: they may change all names, but get no file of root.
	rm -rf /tmp/pub/file* /tmp/pub/theirs
	nobody sh -c 'umask 0; mkdir /tmp/pub/theirs; ln -s /etc/secret/has_cpu /tmp/pub/theirs/file.new'
	# shellcheck disable=SC2086
	expect 0 timeout 20 $verb --output /tmp/pub/theirs/file
	unharmed "$verb in a directory of theirs"
done
rm -rf /tmp/pub/file*
expect 0 tierbpf export acpi -o /tmp/pub/file
[ "$(stat -c %a /tmp/pub/file)" = 600 ] || fail "firmware's table is for all to read: $(stat -c %a /tmp/pub/file)"
expect 0 tierbpf init -o /tmp/pub/file -f
[ "$(stat -c %a /tmp/pub/file)" = 644 ] || fail "a policy has mode $(stat -c %a /tmp/pub/file)"

# ---- the cache of downloads, for users without a home directory

mkdir -p /var/tmp && chmod 1777 /var/tmp
cache()
{
	env -i PATH="$PATH" "$@" sh /root/cache
}
[ "$(cache HOME=/root)" = /root/.cache/tierbpf ] || fail "with HOME: $(cache HOME=/root)"
[ "$(cache HOME=/root XDG_CACHE_HOME=/x)" = /x/tierbpf ] || fail "with XDG_CACHE_HOME: $(cache XDG_CACHE_HOME=/x)"
[ "$(cache TIERBPF_CACHE=/y)" = /y ] || fail "with TIERBPF_CACHE: $(cache TIERBPF_CACHE=/y)"
# The other user owns the cache and has put a program into it.
nobody sh -c 'umask 0; mkdir -p /var/tmp/tierbpf-0/.cache/tierbpf/libbpf-9/lib/pkgconfig'
refused()
{
	expect 1 cache
	says /tmp/err "/var/tmp/tierbpf-0 is not a directory of this user's alone"
	[ ! -s /tmp/out ] || fail "$1 is used: $(cat /tmp/out)"
	rm -rf /var/tmp/tierbpf-0
}
refused "their directory"
nobody ln -s /tmp/pub /var/tmp/tierbpf-0
refused "their link"
ln -s /root /var/tmp/tierbpf-0
refused "a link"
mkdir -m 777 /var/tmp/tierbpf-0
refused "a directory that others may write"
umask 0
for _ in 1 2; do
	expect 0 cache
	[ "$(cat /tmp/out)" = /var/tmp/tierbpf-0/.cache/tierbpf ] || fail "without HOME: $(cat /tmp/out)"
	[ "$(stat -c '%u %a' /var/tmp/tierbpf-0)" = "0 700" ] || fail "made with $(stat -c '%u %a' /var/tmp/tierbpf-0)"
done
