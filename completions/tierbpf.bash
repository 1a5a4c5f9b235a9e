# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of tierbpf for bash (4.2 or newer; needs nothing else). Verbs and options are what
# --help lists, so that they are those of the tierbpf at hand; what an option takes is told by
# the word that stands for it there.

# What there is to take for a word of the help; into COMPREPLY.
_tierbpf_values()
{
	local words=
	# shellcheck disable=SC2034 # the shell's own
	local IFS=$' \t\n'
	case $1 in
	NODE | LIST) words=$(_tierbpf_nodes) ;;
	HOST=GUEST)
		[[ $cur == *=* ]] || words=$(_tierbpf_nodes | sed 's/$/=/')
		;;
	TIER) words=$(_tierbpf_tiers) ;;
	COLUMNS) words=$(_tierbpf_columns) ;;
	COLUMN) words=$(_tierbpf_columns && _tierbpf_columns | sed 's/^/-/') ;;
	DIR)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	FILE | POLICY)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	WORDS) words=$2 ;;
	esac
	case $1 in
	COLUMNS | LIST)
		# The last of several, with what stands before it.
		local last=${cur##*[,+]}
		mapfile -t COMPREPLY < <(compgen -P "${cur%"$last"}" -W "$words" -- "$last")
		compopt -o nospace 2>/dev/null
		;;
	*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
	esac
}

_tierbpf_nodes()
{
	local node
	for node in /sys/devices/system/node/node[0-9]*; do
		[ ! -d "$node" ] || echo "${node##*/node}"
	done
}

# Those of the policy in force by name, which only root can read; the kernel's by number.
_tierbpf_tiers()
{
	local tier
	[ "$EUID" != 0 ] || "$tierbpf" status --json 2>/dev/null |
		sed -n '/^ *"tiers": \[/,/^ *\]/s/.*"name": "\([^"]*\)".*/\1/p'
	for tier in /sys/devices/virtual/memory_tiering/memory_tier[0-9]*; do
		[ ! -d "$tier" ] || echo "${tier##*/memory_tier}"
	done
}

# Those that the help of status names.
_tierbpf_columns()
{
	"$tierbpf" status --help 2>/dev/null </dev/null | sed -n '/^Columns:/,$p' | grep -o '[A-Z][A-Z/]\+'
}

# Of the options in the help of a verb, one a line: the option, and what it takes.
_tierbpf_options()
{
	"$tierbpf" "$1" --help 2>/dev/null </dev/null | sed -n '
		s/\[=[A-Z]*\]/ /; t more
		:more
		s/^ \{2,6\}\(-.\), \(--[a-z-]*\)=\([^ ]*\).*/\1 \3\n\2 \3/p; t
		s/^ \{2,6\}\(-.\), \(--[a-z-]*\)\( .*\|$\)/\1\n\2/p; t
		s/^ \{2,6\}\(--[a-z-]*\)=\([^ ]*\).*/\1 \2/p; t
		s/^ \{2,6\}\(--[a-z-]*\)\( .*\|$\)/\1/p'
}

_tierbpf_verbs()
{
	"$tierbpf" --help 2>/dev/null </dev/null | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p'
}

# What the verb takes beside options, in the words of its help: NODE, [POLICY], qemu ...
_tierbpf_arguments()
{
	"$tierbpf" "$1" --help 2>/dev/null </dev/null |
		sed -n 's/^\(Usage: \| *or: *\)tierbpf [a-z]* \[OPTION\.\.\.\] *//p' | tr -d '[]'
}

_tierbpf()
{
	local tierbpf=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]} takes arguments
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_tierbpf_values WORDS "$(_tierbpf_verbs) --help --version"
		return
	fi
	# --option=value comes as three words.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$previous" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $previous in
	-*)
		takes=$(_tierbpf_options "$verb" | sed -n "s/^$previous //p")
		if [ -n "$takes" ]; then
			_tierbpf_values "${takes#\[GUEST=\]}"
			return
		fi
		;;
	esac
	if [[ $cur == -* ]]; then
		_tierbpf_values WORDS "$(_tierbpf_options "$verb" | sed -n 's/^\(--[a-z-]*\).*/\1/p')"
		return
	fi
	arguments=$(_tierbpf_arguments "$verb")
	case $arguments in
	*NODE*) _tierbpf_values NODE ;;
	*qemu*)
		if [[ " ${COMP_WORDS[*]:2} " == *" acpi "* ]]; then
			_tierbpf_values POLICY
		else
			_tierbpf_values WORDS "$(sed -n 's/^\([a-z][a-z]*\).*/\1/p' <<<"$arguments")"
		fi
		;;
	*POLICY*) _tierbpf_values POLICY ;;
	esac
}

complete -F _tierbpf tierbpf
