# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2119,SC2120 # those that source it read what is set, and pass flavours
# Reads the table of guest kernels, tests/vm/kernels; sourced.

: "${root:?}"

# kernel_names [FLAVOUR...]: of those flavours, or all, in the table's order
kernel_names()
{
	awk -v flavours=" $* " '!/^#/ && NF && (flavours ~ /^ *$/ || index(flavours, " " $4 " ")) { print $1 }' \
		"$root/tests/vm/kernels"
}

# kernel_row NAME: sets kernel_version, kernel_suite, kernel_flavour, kernel_patience and kernel_timeout
kernel_row()
{
	read -r kernel_version kernel_suite kernel_flavour kernel_patience kernel_timeout <<-ROW
		$(awk -v name="$1" '$1 == name { print $2, $3, $4, $5, $6 }' "$root/tests/vm/kernels")
	ROW
	[ -n "$kernel_version" ]
}

# kernel_unknown NAME: what to say of one that is not there
kernel_unknown()
{
	echo "no such kernel: $1 (there are: $(kernel_names | tr '\n' ' ' | sed 's/ $//'))"
}
