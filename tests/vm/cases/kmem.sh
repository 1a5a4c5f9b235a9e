# SPDX-License-Identifier: GPL-2.0-only
# topology: nvdimm
# timeout: 900
# long: 3600
# append: memhp_default_state=online_movable
# Two devices of dax/kmem on one node are bound (a, b) and unbound (x, y) in every order in which
# both are there at some time. At every place in between, a retier (o) moves the node or (n) moves
# it back, or a policy is loaded (L) or unloaded (U). The driver counts its devices on the node's
# memory type: a retier that upsets this count crashes the kernel when the last device leaves.
# 6.12 tests every other order and 7.3 the rest, a debug kernel one in ten. With the argument
# `both` each kernel tests all of them; with `all`, every order there is, and these again with L
# and U.
. /usr/lib/tierbpf-test/test.sh
. /usr/lib/tierbpf-test/dax.sh

step()
{
	case $1 in
	a) bind 0 ;;
	b) bind 1 ;;
	x) unbind 0 ;;
	y) unbind 1 ;;
	L) expect 0 tierbpf load /tmp/p.json ;;
	U) expect 0 tierbpf unload ;;
	o) override 1 1344 ;;
	n) unoverride 1 ;;
	R) expect 0 tierbpf unload; remove_module; modprobe tierbpf ;;
	esac
}

# sequence TIER STEP...: executes the steps; TIER is the tier that the policy gives
sequence()
{
	tier=$1
	shift
	bound=0 loaded=
	for step; do
		step "$step"
		case $step in
		a | b) bound=$((bound + 1)) ;;
		x | y) bound=$((bound - 1)) ;;
		L | o) loaded=1 ;;
		U | R | n) loaded= ;;
		esac
		case $bound:$loaded in
		0:*) expect_tiers "4:0" "after $step of: $*" ;;
		*:) expect_tiers "4:0 22:1" "after $step of: $*" ;;
		*) expect_tiers "4:0 $tier:1" "after $step of: $*" ;;
		esac
	done
}

# orders DONE LEFT: prints the sequences that start with the steps DONE, without those in which
# a retier is undone at once.
orders()
{
	if [ -z "$2" ]; then
		nr=$((nr + 1))
		# shellcheck disable=SC2086
		[ $((nr % every)) != $((turn % every)) ] || sequence 10 $1
		return
	fi
	for next in $2; do
		case $which:$next:$1 in
		all:[abLo]:* | all:x:*a* | all:y:*b* | all:U:*L* | all:n:*o*) ;;
		both:[ao]:* | both:b:*a* | both:[xy]:*b*) ;;
		both:n:*o) continue ;;
		both:n:*o*) ;;
		*) continue ;;
		esac
		orders "$1 $next" "$(echo "$2" | sed "s/$next *//")"
	done
}

for module in nfit nd_pmem device_dax dax_pmem kmem tierbpf; do
	modprobe $module
done
sleep 1
make_dax 0
make_dax 1
unbind 0
unbind 1
expect_tiers "4:0" "without kmem"

which=${1:-both} nr=0 every=1 turn=1
if [ $# = 0 ]; then
	every=2
	[ ! -e /sys/kernel/debug/kmemleak ] || every=10
	case $(uname -r) in
	6.12*) ;;
	*) turn=2 ;;
	esac
fi
policy /tmp/p.json '{"match": {"node": 0}, "action": {"tier": "dram"}}'
expect 0 tierbpf load /tmp/p.json
orders "" "a b x y o n"
expect 0 tierbpf unload

policy /tmp/p.json '{"match": {"node": 1}, "action": {"tier": "far"}}'
[ $which = both ] || orders "" "a b x y L U"
sequence 10 a L U b x y
sequence 10 a L b R y x
sequence 10 a L x a b U x y
sequence 10 a b L x a R y x
# kmem itself would choose this tier; memory-tiers does not know it.
policy /tmp/p.json '{"match": {"node": 1}, "action": {"adistance": 2880}}'
sequence 22 L a U x
sequence 22 L a b U x y
echo "$nr orders, one in $every of them walked"
the_end "4:0"
