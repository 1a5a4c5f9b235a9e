#!/usr/bin/zsh -f
# SPDX-License-Identifier: GPL-2.0-only
# complete.zsh LINE: prints what zsh offers after LINE, one a line. The completion runs in a shell on a
# terminal of its own, which completes LINE; compadd there prints what it is given. Control
# characters mark it, which the terminal does not echo as they are.

zmodload zsh/zpty || exit
here=${0:A:h}
zpty shell zsh -f -i
zpty -w shell "PS1= PROMPT= RPROMPT=; stty -echo; fpath=($here/../../completions \$fpath)
autoload -Uz compinit && compinit -u -D; zstyle ':completion:*' completer _complete"
zpty -w shell $'compadd() {
	local -a offered
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
	builtin compadd -O offered "$@"
	for word in $offered; do print -r -- $\'\\x02\'"$word"$\'\\x02\'; done
	builtin compadd "$@"
}
complete_and_end() { zle complete-word; print $\'\\x03\'; exit; }
zle -C complete-word complete-word _main_complete
zle -N complete_and_end
bindkey "^X" complete_and_end; print $\'\\x04\''
zpty -r -m shell seen $'*\x04*'
zpty -w -n shell "$1"$'\x18'
zpty -r -m shell seen $'*\x03*'
print -r -- ${seen##*$'\x04'} | tr -d '\r' | sed -n $'s/.*\x02\\(.*\\)\x02.*/\\1/p' | sort -u
