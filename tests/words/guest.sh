# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Runs in the guest of tests/vm/suites/tutorial: executes each line of /commands after preparing what it needs.
. /usr/lib/tierbpf-test/test.sh

cd /root || exit
# README's first policy, whose tiers pages name; they also show how to write another in its place.
cp policy.json /tmp/shown.json || exit
modprobe tierbpf
mount -t securityfs none /sys/kernel/security 2>/dev/null
failed=0

loaded() { [ -e /sys/fs/bpf/tierbpf/policy ]; }

# ready COMMAND: a policy in force or none, files that are read, and none that is written
ready()
{
	case $1 in
	*"--measured "*) [ -e measured.json ] ||
		expect 0 tierbpf measure --seconds 2 --memory 16MiB --output measured.json ;;
	*"--sysroot "*) [ -e machine ] || expect 0 tierbpf topology --save machine ;;
	*"--save "*) rm -rf "${1##*--save }" ;;
	*"--output "*) file=${1##*--output } && rm -f "${file%% *}" ;;
	esac
	case $1 in
	"tierbpf set "*) expect 0 tierbpf load /tmp/shown.json ;;
	"tierbpf confirm") expect 0 tierbpf load --try 60 policy.json ;;
	rmmod*) loaded && expect 0 tierbpf unload ;;
	modprobe*) ;;
	*) [ -d /sys/module/tierbpf ] || modprobe tierbpf
		loaded || expect 0 tierbpf load policy.json ;;
	esac
}

# endless COMMAND: runs a command that only ends when it is told to
endless()
{
	setsid sh -c "$1" >/tmp/out 2>&1 </dev/null &
	sleep 3
	kill -TERM -$! || return 1
	wait $!
	status=$?
	[ $status = 0 ] || [ $status = 143 ] # a shell around a pipe does not catch it
}

while IFS= read -r shown; do
	# A word in capitals stands for one of the reader's own.
	command=$(echo "$shown" | sed '
		s/--object FILE/--object \/usr\/lib\/tierbpf\/example-cpuless.bpf.o/; s/--measured FILE/--measured measured.json/
		s/--output FILE/--output new/; s/--policy FILE/--policy policy.json/; s/--sysroot DIR/--sysroot machine/
		s/--save DIR/--save saved/; s/\[POLICY\]/policy.json/; s/\<POLICY\>/policy.json/; s/\<NODE\($\| \)/1\1/
		s/\<SECONDS\>/60/; s/--tier T\>/--tier cxl/; s/--adistance N\>/--adistance 1344/; s/--offset N\>/--offset 128/')
	# The name of a verb that wants more; a measurement that need not be good; what has no end.
	case $command in
	"tierbpf "*" "*) ;;
	"tierbpf "*) "${command%% *}" "${command#* }" --help | grep -q "^Usage:.*\] [A-Zqa]" && command="$command --help" ;;
	esac
	case $command in
	"tierbpf plan --help") command="tierbpf plan" ;;
	"tierbpf measure"*) command="$command --seconds 2 --memory 16MiB" ;;
	esac
	ready "$command"
	case $command in
	"tierbpf watch"* | "tierbpf status"*"--watch"*) endless "$command" ;;
	*) timeout 60 sh -c "$command" >/tmp/out 2>&1 </dev/null ;;
	esac
	status=$?
	if [ $status = 0 ]; then
		echo "ok $command"
	else
		echo "not ok $shown: '$command' exits with $status:"
		cat /tmp/out
		failed=1
	fi
done </commands
[ $failed = 0 ] || fail "commands that pages show"
ready rmmod
remove_module
