# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# brief: 6.12
# timeout: 600
# Maps of another kind, or with values that no load writes, are pinned under tierbpf's names. An
# older or newer tierbpf, or root by hand, may leave such maps. No command may overrun its buffers
# or print without end, and unload and load must remove the maps.
. /usr/lib/tierbpf-test/test.sh

modprobe tierbpf
policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
policy /tmp/q.json '{"match": {"node": 1}, "action": {"tier": "cxl"}}'

# create PIN WORD...: another map there
create()
{
	pin=$1
	shift
	rm "$pins/$pin" || fail "rm $pin"
	bpftool map create "$pins/$pin" "$@" name planted || fail "bpftool map create $pin $*"
}

# value PIN FIRST BYTE...: writes these bytes into its only element, beginning at byte FIRST
value()
{
	bpftool -j map lookup pinned "$pins/$1" key 0 0 0 0 >/tmp/value || fail "bpftool map lookup $1"
	# shellcheck disable=SC2046
	bpftool map update pinned "$pins/$1" key 0 0 0 0 value $(jq -r --argjson at "$2" --argjson new "[$3]" \
		'.value | .[:$at] + $new + .[$at + ($new | length):] | join(" ")' /tmp/value) ||
		fail "bpftool map update $1"
}

# survives STATUS TEXT: every command that reads the map must end; status with STATUS and TEXT
survives()
{
	for verb in "status --json" "plan" "explain 1" "topology --json" "load --refresh" doctor "set 1 --tier 3" \
		"unset 1" confirm; do
		# shellcheck disable=SC2086
		timeout -s INT 10 tierbpf $verb >/tmp/out 2>/tmp/err
		status=$?
		[ $status -lt 8 ] || { cat /tmp/out /tmp/err; fail "$what: $verb ends with $status"; }
		! grep -q AAAAAAAAAAAAAAAA /tmp/out /tmp/err || { cat /tmp/out /tmp/err; fail "$what: $verb prints it"; }
	done
	timeout -s INT 3 tierbpf watch >/tmp/out 2>/tmp/err
	[ $? -lt 8 ] || { cat /tmp/out /tmp/err; fail "$what: watch"; }
	expect "$1" tierbpf status
	[ -z "$2" ] || says /tmp/err "$2"
}

begin()
{
	what=$*
	tierbpf unload >/dev/null 2>&1
	[ ! -e $pins ] || fail "unload leaves $pins ($what)"
	expect_tiers "4:0 18:1" "after unload ($what)"
	expect 0 tierbpf load /tmp/p.json
}

# repaired: a load must repair everything
repaired()
{
	expect 0 tierbpf load /tmp/q.json
	expect_tiers "4:0 5:1" "$what, and the next load"
	expect 0 tierbpf status
}

begin "a name without an end"
# In struct tierbpf_meta, object is at offset 72, and trial_until follows; this time is far in the future.
value policy/meta 72 65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65,65
survives 1 "policy/meta: this is not what tierbpf pins there"
repaired

begin "a name that would steer the terminal"
value policy/meta 72 27,91,50,74,0
survives 1 "policy/meta: this is not what tierbpf pins there"
repaired

begin "more text than there can be"
value policy/meta 12 255,255,255,127
survives 1 "policy/meta: this is not what tierbpf pins there"
repaired

begin "more text than there is"
value policy/meta 12 0,0,8,0
survives 1 "policy/source: this is not what tierbpf pins there"
repaired

begin "rules that are not in the text"
value policy/meta 8 7,0,0,0
survives 1 "policy/meta: this is not what tierbpf pins there"
repaired

begin "another text"
value policy/source 0 32
survives 1 "policy/source: this is not what tierbpf pins there"
repaired

for map in meta stats; do
	begin "$map for each CPU"
	create policy/$map type percpu_array key 4 value 80 entries 1
	survives 1 "policy/$map: this is not what tierbpf pins there"
	repaired
	begin "$map of a newer tierbpf"
	create policy/$map type array key 4 value 4096 entries 1
	survives 4 "policy/$map: a newer tierbpf made this pin"
	repaired
	begin "$map that is a hash with long keys"
	create policy/$map type hash key 512 value 80 entries 8
	survives 1 "policy/$map: this is not what tierbpf pins there"
	repaired
done
for map in facts groups; do
	begin "$map of large values"
	create policy/$map type array key 4 value 16384 entries 2
	survives 0
	repaired
	begin "$map for each CPU"
	create policy/$map type percpu_array key 4 value 8 entries 2
	survives 0
	repaired
done
begin "a program as meta"
rm $pins/policy/meta
ln $pins/policy/ask_node $pins/policy/meta || fail "ln"
survives 1
repaired

begin "an override of large values"
create override type hash key 4 value 4096 entries 8
survives 4 "tierbpf/override: a newer tierbpf made this pin"
expect 4 tierbpf load /tmp/q.json
begin "an override by long keys"
create override type hash key 256 value 4 entries 8
survives 1 "tierbpf/override: this is not what tierbpf pins there; tierbpf unload removes it"
expect 1 tierbpf load /tmp/q.json
says /tmp/err "tierbpf/override: this is not what tierbpf pins there; tierbpf unload removes it"

begin "a map as the link"
create link type lru_hash key 4 value 4 entries 8
survives 0
[ "$(tiers)" = "4:0 18:1" ] || fail "without a link: $(tiers)"

begin "more overrides than nodes"
expect 0 tierbpf load --try 100 /tmp/q.json
value policy/overrides_before 0 255,255,255,255
survives 0
expect 0 tierbpf load --try 100 /tmp/q.json
value policy/overrides_before 0 255,255,255,255
expect 1 tierbpf load --try 100 /tmp/p.json
says /tmp/err "overrides_before: this is not what tierbpf pins there"
expect 0 tierbpf confirm
repaired
the_end "4:0 18:1"
