# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Puts files into a tree for a guest; sourced by tests/vm/harness/image and tests/vm/run.

# In the guest /bin, /sbin, /lib and /lib64 are links into /usr. A later archive
# must name the real place, or it would put a directory where the link is.
guest_path()
{
	case $1 in
	/bin/* | /sbin/* | /lib/* | /lib64/*) echo "/usr$1" ;;
	/*) echo "$1" ;;
	*) echo "/root/$1" ;;
	esac
}

# add_file TREE HOST GUEST: a file, or a directory with all in it.
add_file()
{
	add_to=$1$(guest_path "$3")
	mkdir -p "${add_to%/*}" && cp -RL --preserve=mode,timestamps -T "$2" "$add_to"
}

# add_program TREE HOST GUEST: with the shared libraries that it needs.
add_program()
{
	add_file "$@" || return
	for add_library in $(ldd "$2" 2>/dev/null | grep -o '/[^ ]*'); do
		[ -e "$1$(guest_path "$add_library")" ] ||
			add_file "$1" "$add_library" "$add_library" || return
	done
}

# pack TREE: the archive on stdout; everything belongs to root in it.
pack()
{
	(cd "$1" && find . -mindepth 1 -print0 | cpio --quiet -0 -o -H newc -R 0:0)
}
