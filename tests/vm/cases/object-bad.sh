# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# kernels: cloud
# timeout: 400
# brief: 6.12
# A file that is no policy, or that this kernel rejects, is rejected with the right exit status
# and how to fix it, and the policy in force does not change.
. /usr/lib/tierbpf-test/test.sh

bad=/usr/lib/tierbpf/bad
good=/usr/lib/tierbpf/example-cpuless.bpf.o

# The ids are those of what is in force, and not only of what has its name.
state()
{
	tiers
	[ ! -e $pins ] || find $pins | sort
	[ ! -e $pins ] || bpftool -j map show pinned $pins/policy/ops | jq .id
}

# refused STATUS TEXT FILE: the load of FILE must fail so and change nothing
refused()
{
	expect "$1" tierbpf load --object "$3"
	says /tmp/err "$2"
	[ ! -s /tmp/out ] || { cat /tmp/out; fail "$3 is announced"; }
	[ "$(state)" = "$before" ] || fail "$3 changes something: $before, now $(state)"
}

all()
{
	# There is no file, or an empty one.
	refused 1 "No such file or directory" /tmp/missing.bpf.o
	refused 1 "not a regular file" /tmp
	refused 1 "not a regular file" /tmp/fifo
	refused 1 "larger than 16777216 bytes" /tmp/huge
	says /tmp/err "a BPF object has some kilobytes: clang"
	# The file is not compiled, or not for BPF.
	refused 3 "empty; the compiler may have failed: clang -g -O2 -target bpf" /tmp/empty
	refused 3 "not a BPF object, which is what the compiler makes of the source: clang" /tmp/source.bpf.c
	refused 3 "is it a policy of rules? tierbpf load /tmp/rules.json" /tmp/rules.json
	refused 3 "compiled, but not for BPF" /bin/busybox
	refused 3 "compiled, but not for BPF" /tmp/header
	refused 3 "damaged" /tmp/half.bpf.o
	refused 3 "has no BTF, the types that the kernel wants to see; compile with -g" $bad-no-btf.bpf.o
	# The file is compiled, but has no policy, or more than one.
	refused 3 'holds no policy, that is no struct tierbpf_ops in SEC(".struct_ops.link")' \
		/usr/lib/tierbpf/test-events.bpf.o
	refused 3 "holds two policies, first and second" $bad-two.bpf.o
	refused 3 "theirs is a struct_ops of type tcp_congestion_ops" $bad-other-ops.bpf.o
	refused 3 'put it into SEC(".struct_ops.link")' $bad-section.bpf.o
	refused 3 "abi_policy was built for ABI 3, and this tierbpf has 2; compile it again" \
		/usr/lib/tierbpf/test-abi.bpf.o
	refused 3 "add .abi = TIERBPF_ABI" $bad-no-abi.bpf.o
	refused 3 "mute answers nothing; set .adistance" $bad-no-callback.bpf.o
	refused 3 "the name of endless has no end; at most 15 characters fit" $bad-name.bpf.o
	refused 3 "the name of red has characters that cannot be shown" $bad-escape.bpf.o
	refused 3 "program pushy would stand in front of its own policy" $bad-front.bpf.o
	refused 3 "a map called facts is tierbpf's (TIERBPF_FACTS_MAP)" $bad-facts.bpf.o
}

# Only the kernel can find these errors.
kernel()
{
	refused 3 'accepts only policies under the GPL; add char LICENSE[] SEC("license") = "GPL";' $bad-license.bpf.o
	refused 3 "rejects program answer_unchecked; the end" $bad-verifier.bpf.o
	says /tmp/err "invalid mem access 'map_value_or_null'"
	says /tmp/err "TIERBPF_DEBUG=1 shows all of it"
	refused 3 "must not sleep" $bad-sleeps.bpf.o
	refused 3 "'forgotten': nothing uses this program" $bad-unused.bpf.o
	refused 1 "'vast': this map cannot be made; make it smaller" $bad-map.bpf.o
	refused 3 "rejects program answer" $bad-helper.bpf.o
	says /tmp/err "tierbpf_retier_async is not allowed"
	refused 4 "'tierbpf_no_such_kfunc': this kernel and its modules have no such function" $bad-kfunc.bpf.o
	refused 4 "'nosy': this program is to be attached to something that this kernel does not have" $bad-attach.bpf.o
}

mkfifo /tmp/fifo
: >/tmp/empty
head -c 16777217 /dev/zero >/tmp/huge
echo 'int main(void) { return 0; }' >/tmp/source.bpf.c
head -c 3000 $good >/tmp/half.bpf.o
head -c 64 /bin/busybox >/tmp/header
policy /tmp/rules.json '{"match": {"node": 1}, "action": {"tier": "far"}}'

# 1. Without the module, errors of the file are reported first.
before=$(state)
all
refused 4 "modprobe tierbpf" $good
modprobe tierbpf
# 2. If no policy was in force, nothing is left behind.
refused 3 "rejects program answer" $bad-helper.bpf.o
refused 4 "'tierbpf_no_such_kfunc'" $bad-kfunc.bpf.o
# 3. Rules, or an object, stay in force.
expect 0 tierbpf load /tmp/rules.json
before=$(state)
all
kernel
expect_tiers "4:0 10:1" "with rules"
expect 0 tierbpf load --object $good
before=$(state)
refused 3 "rejects program answer" $bad-helper.bpf.o
refused 3 "holds two policies" $bad-two.bpf.o
expect 0 tierbpf status
says /tmp/out "generation 2"

# 4. Wrong usage is rejected.
expect 2 tierbpf load --object
expect 2 tierbpf load --object $good /tmp/rules.json
says /tmp/err "not both"
expect 2 tierbpf load
# 5. After several failures the next valid object is accepted.
expect 0 tierbpf load --object /usr/lib/tierbpf/example-distance.bpf.o
expect_tiers "4:0 9:1"
the_end "4:0 18:1"
