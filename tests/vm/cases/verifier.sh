# SPDX-License-Identifier: GPL-2.0-only
# topology: hmat
# shares: yes
# kernels: cloud
# The verifier must accept the BPF programs of each compiler, with little more work than
# ../guest/verified-insns records. With --print, the case prints the rows of that table for this
# kernel and checks nothing.
. /usr/lib/tierbpf-test/test.sh

table=/usr/lib/tierbpf-test/verified-insns
kernel=$(uname -r | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')

modprobe tierbpf
[ -e /usr/lib/tierbpf/tierbpf-clang19.bpf.o ] || fail "nothing that clang 19 has built is here"
for object in /usr/lib/tierbpf/tierbpf-clang*.bpf.o; do
	clang=${object##*-clang}
	clang=${clang%.bpf.o}
	prog-count "$object" >/tmp/counts 2>/tmp/err || {
		cat /tmp/err
		fail "what clang $clang makes of the programs is refused"
	}
	sed "s/^/$kernel $clang /" /tmp/counts >>/tmp/rows
done
[ -s /tmp/rows ] || fail "no program"
if [ "$1" = --print ]; then
	cat /tmp/rows
	exit
fi

awk '
/^#/ || !NF { next }
FILENAME == table { allowed[$1, $2, $3] = $4; next }
!(($1, $2, $3) in allowed) { print $3 ": not in the table"; bad = 1; next }
$4 > allowed[$1, $2, $3] * 1.2 {
	printf "%s, clang %s: %d instructions, %d %% more than %d\n", $3, $2, $4,
		($4 / allowed[$1, $2, $3] - 1) * 100, allowed[$1, $2, $3]
	bad = 1
}
END { exit bad }' table=$table $table /tmp/rows && the_end "4:0 18:1" && exit
echo "The table would be:"
cat /tmp/rows
fail "the verifier has more to do; if that is meant: tests/vm/harness/renew-verified-insns"
