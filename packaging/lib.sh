# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Shared by the VM harness and packaging/setup-debian: cache path, messages,
# locking, and Debian packages fetched without touching the host's apt.
# Sourced; the caller sets $root to the top of the tree first.

: "${root:?}"

TIERBPF_CACHE=$("$root/packaging/cache") || exit
export TIERBPF_CACHE
cache=$TIERBPF_CACHE

say()
{
	echo "tierbpf: $*" >&2
}

# die STATUS MESSAGE...
die()
{
	die_status=$1
	shift
	say "$*"
	exit "$die_status"
}

# with_lock NAME COMMAND...: runs only one such command at a time on this machine. It uses a
# subshell, so that the lock is released whatever happens to the command.
with_lock()
{
	mkdir -p "$cache/lock" || return
	lock_file=$cache/lock/$1
	shift
	(
		flock 9 || exit
		"$@" 9>&-
	) 9>"$lock_file"
}

# quietly MESSAGE COMMAND...: prints MESSAGE to say what takes a while; shows the command's own
# output only if it fails.
quietly()
{
	say "$1 ..."
	shift
	quiet_log=$(mktemp) || return
	"$@" >"$quiet_log" 2>&1
	quiet_rc=$?
	[ "$quiet_rc" = 0 ] || tail -n 60 "$quiet_log" >&2
	rm -f "$quiet_log"
	return "$quiet_rc"
}

host_codename()
{
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# archive_of SUITE: prints the archive from which this host's apt gets that suite. apt's package
# lists name the suite's origin; if there are none yet (a fresh container), the address of the suite
# must suffice.
archive_of()
{
	# shellcheck disable=SC2016 # these are apt's own placeholders
	archive=$(apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null | sed -n "s/^Debian|$1|//p" | head -n 1)
	[ -n "$archive" ] || archive=$(apt-get update --print-uris 2>/dev/null |
		sed -n "s,^'\(.*\)/dists/$1/InRelease'.*,\1,p" | head -n 1)
	[ -n "$archive" ] && echo "$archive"
}

# debian_mirror SUITE: prints the mirror for that suite of Debian. Security updates have an archive of
# their own; all other suites share one, which is found by this host's updates (other archives may
# have a suite with the name of Debian's release).
debian_mirror()
{
	case $1 in
	*-security) archive_of "$1" ;;
	*)
		[ -n "${TIERBPF_MIRROR:-}" ] && echo "$TIERBPF_MIRROR" && return
		archive_of "$(host_codename)-updates" || archive_of "$(host_codename)"
		;;
	esac
}

debian_keyring()
{
	for keyring in /usr/share/keyrings/debian-archive-keyring.gpg \
		/usr/share/keyrings/debian-archive-keyring.pgp; do
		[ -r "$keyring" ] && echo "$keyring" && return
	done
	die 1 "Debian's archive keys are not here; install debian-archive-keyring"
}

# apt_dir NAME SUITE...: makes a private apt configuration for these suites. It has its own lists and
# an empty dpkg status, so that it sees only Debian's packages and resolves dependencies as for an
# empty machine. It is updated at most once an hour.
apt_dir()
{
	with_lock "apt-$1" apt_dir_now "$@"
}

apt_dir_now()
{
	apt_d=$cache/apt/$1
	shift
	mkdir -p "$apt_d/lists/partial" "$apt_d/cache/archives/partial" "$apt_d/etc" || return
	: >"$apt_d/status"
	apt_keyring=$(debian_keyring) || return
	apt_by="[signed-by=$apt_keyring]"
	for apt_suite; do
		apt_mirror=$(debian_mirror "$apt_suite") || continue
		echo "deb $apt_by $apt_mirror $apt_suite main"
		echo "deb-src $apt_by $apt_mirror $apt_suite main"
	done >"$apt_d/sources.new"
	[ -s "$apt_d/sources.new" ] ||
		die 1 "no Debian mirror in this host's apt configuration; set TIERBPF_MIRROR to one"
	if cmp -s "$apt_d/sources.new" "$apt_d/sources" &&
		[ -n "$(find "$apt_d/updated" -mmin -60 2>/dev/null)" ]; then
		return
	fi
	mv "$apt_d/sources.new" "$apt_d/sources"
	quietly "reading Debian's package lists ($*)" apt_in "$apt_d" get update ||
		die 1 "Debian's package lists could not be fetched; is the network up?"
	touch "$apt_d/updated"
}

# apt_in DIR get|cache ARGS...
apt_in()
{
	apt_in_d=$1
	apt_tool=apt-$2
	shift 2
	set -- -o "Dir::Etc::sourcelist=$apt_in_d/sources" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null \
		-o "Dir::State::lists=$apt_in_d/lists" -o "Dir::Cache=$apt_in_d/cache" \
		-o "Dir::State::status=$apt_in_d/status" -o Debug::NoLocking=1 \
		-o APT::Update::Post-Invoke-Success::= -o APT::Sandbox::User=root "$@"
	"$apt_tool" -q "$@"
}

# apt_unpack APT_DIR INTO PACKAGE...: downloads and unpacks, installing nothing. Nobody must update the
# directory's package lists meanwhile (apt_dir).
apt_unpack()
{
	unpack_apt=$1
	unpack_into=$2
	shift 2
	mkdir -p "$unpack_into/.debs" || return
	(cd "$unpack_into/.debs" && with_lock "apt-${unpack_apt##*/}" apt_in "$unpack_apt" get download "$@") || return
	for unpack_deb in "$unpack_into"/.debs/*.deb; do
		dpkg-deb -x "$unpack_deb" "$unpack_into" || return
	done
	rm -rf "$unpack_into/.debs"
}
