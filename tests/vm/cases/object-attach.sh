# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# kernels: cloud
# shares: yes
# timeout: 300
# tierbpf names the other programs of a BPF object before it attaches them. Programs that would
# change more than tiers are rejected unless they are allowed by name. If something cannot be
# removed, an unload, a load of another policy and the end of a trial must fail. The debug kernels
# lack the hooks for paths (CONFIG_SECURITY_PATH).
. /usr/lib/tierbpf-test/test.sh

side=/usr/lib/tierbpf/test-side.bpf.o

# allowed NAME...: loads it with these, as expected
allowed()
{
	wanted_status=$1
	shift
	options=
	for name in "$@"; do
		options="$options --allow-attach=$name"
	done
	# shellcheck disable=SC2086
	expect "$wanted_status" tierbpf load --object $side $options
}

# refuse 0|1: makes the removal of pins fail (1) or succeed (0)
refuse()
{
	# shellcheck disable=SC2044 # pins have no spaces in their names
	for map in $(find $pins -name object_refuse); do
		# shellcheck disable=SC2046
		bpftool map update pinned "$map" key $(bytes 0) value $(bytes "$1") || fail "refuse $1"
		return
	done
	fail "no map refuse"
}

# attached NAME: prints the number of links to programs of that name
attached()
{
	bpftool -j prog show | jq -r ".[] | select(.name == \"$1\") | .id" | while read -r id; do
		bpftool -j link show | jq ".[] | select(.prog_id == $id) | .id"
	done | wc -l
}

# gone NAME: waits for the end of a program, which the kernel frees some grace periods after its last user
gone()
{
	for _ in $(seq 50); do
		[ "$(attached "$1")" != 0 ] || return 0
		sleep 0.1
	done
	fail "$1 is attached: $2"
}

modprobe tierbpf
# 1. Each program is named with what it does, the load is rejected, and nothing is attached.
allowed 5
for line in "deny will be attached to fmod_ret/security_path_unlink" \
	"look will be attached to kprobe/vfs_unlink" \
	"deny (fmod_ret/security_path_unlink) changes what a function of the kernel returns" \
	"judge (lsm/path_mkdir) decides as a security module" \
	"rewrite (raw_tp.w/bpf_test_finish) changes what a tracepoint hands on" \
	"shoot (fentry/vfs_rmdir) sends signals to processes" "--allow-attach=deny"; do
	says /tmp/err "$line"
done
! grep -qF -e "--allow-attach=look" /tmp/err || fail "what only looks is refused"
[ ! -e $pins ] || fail "a refused object leaves $(find $pins)"
for name in deny judge rewrite shoot look; do
	gone $name "refused"
done
expect_tiers "4:0 18:1" "refused"

# 2. The programs are allowed only by their own names.
allowed 5 deny judge rewrite
says /tmp/err "--allow-attach=shoot"
! grep -qF -e "--allow-attach=deny" /tmp/err || fail "what is allowed is refused"
allowed 1 deny judge rewrite shoot nobody
says /tmp/err "--allow-attach=nobody: there is no program of that name"
expect 2 tierbpf load --allow-attach=deny /tmp/p.json
expect 5 tierbpf load --try 5 --object $side
allowed 0 deny judge rewrite shoot
says /tmp/err "look will be attached to kprobe/vfs_unlink"
expect_tiers "4:0 19:1" "allowed"
for name in deny judge rewrite shoot look; do
	[ "$(attached $name)" = 1 ] || fail "$name is not attached"
done

# 3. What cannot be removed is named, and unload fails until it can be removed.
refuse 1
expect 1 tierbpf unload
says /tmp/err "cannot remove these pins (Operation not permitted), so their programs stay attached: "
says /tmp/err "policy/link_deny"
says /tmp/err "the policy is detached, but what is named above stays attached"
expect_tiers "4:0 18:1" "after unload"
[ "$(attached deny)" = 1 ] || fail "deny is gone"
expect 0 tierbpf status
says /tmp/err "/link_deny"
expect 1 tierbpf unload
says /tmp/err "/link_deny"
refuse 0
expect 0 tierbpf unload
[ ! -e $pins ] || fail "unload leaves $(find $pins)"
gone deny "after unload"

# 4. A load of rules in its place fails in the same way.
policy /tmp/rules.json '{"match": {"cpu": false}, "action": {"tier": "far"}}'
allowed 0 deny judge rewrite shoot
refuse 1
expect 1 tierbpf load /tmp/rules.json
says /tmp/err "/link_deny"
says /tmp/err "the new policy is in force, but the programs of the former one that are named above stay attached"
expect_tiers "4:0 10:1" "rules"
expect 1 tierbpf load /tmp/rules.json
says /tmp/err "programs of an earlier policy are still attached (named above), so nothing was loaded"
! grep "the new policy is in force" /tmp/err || fail "a load that was refused says that it worked"
refuse 0
expect 0 tierbpf status
[ ! -s /tmp/err ] || fail "$(cat /tmp/err)"
gone deny "after status"
expect_tiers "4:0 10:1" "rules"

# 5. The end of a trial fails in the same way.
expect 0 tierbpf load --try 5 --object $side --allow-attach=deny --allow-attach=judge \
	--allow-attach=rewrite --allow-attach=shoot
expect_tiers "4:0 19:1" "on trial"
refuse 1
for _ in $(seq 200); do
	[ "$(tiers)" != "4:0 10:1" ] || break
	sleep 0.1
done
expect_tiers "4:0 10:1" "after the trial"
dmesg | grep -q "stay attached: .*/link_deny" || fail "not in the log: $(dmesg | tail -n 5)"
expect 0 tierbpf status
says /tmp/err "/link_deny"
expect 1 tierbpf unload
says /tmp/err "/link_deny"
expect_tiers "4:0 18:1" "after unload"
refuse 0
expect 0 tierbpf unload
gone deny "at the end"

# 6. If remains of the former policy keep it from coming back, no policy is in force.
allowed 0 deny judge rewrite shoot
refuse 1
expect 1 tierbpf load --try 5 /tmp/rules.json
expect_tiers "4:0 10:1" "rules on trial"
for _ in $(seq 200); do
	[ "$(tiers)" != "4:0 18:1" ] || break
	sleep 0.1
done
expect_tiers "4:0 18:1" "after the trial: nothing that nobody confirmed stays in force"
dmesg | grep -q "the former one cannot come back" || fail "not in the log: $(dmesg | tail -n 5)"
refuse 0
expect 0 tierbpf unload
gone deny "at the very end"
the_end "4:0 18:1"
