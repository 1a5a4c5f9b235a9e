# SPDX-License-Identifier: GPL-2.0-only
# Random orders of what may happen to the nodes of topology six-nvdimm, and the tiers in
# which they are after each step. Behind random/rng.awk; -v seed=N -v count=N.
#
#   order N
#   STEP ARGUMENTS|TIERS        TIERS are waited for; without any, the next step is at once
#
# Devices 0 to 2 are on node 1, which has DRAM of its own; 3 to 5 are all that node 2 has.
#   bind D, unbind D            by kmem; unbind takes its memory off line first
#   offline D, online D         the memory of one that stays bound
#   load P, unload              a policy of the case
#   override N T, unoverride N  node N to tier T by hand
#   insmod, rmmod               tierbpf
#   kmem                        rmmod kmem, and back, while no device is bound to it
#
# What is left out is what a stock kernel (6.12 to 7.3) does not take without tierbpf: kmem
# goes only where none came since tierbpf went, since a device that came to a slot whose
# count was negative leaves its type there without a reference, which kmem then frees.

function tier_of(node)
{
	if (!policy)
		return kernel[node]
	if (by_hand[node])
		return by_hand[node]
	return answer[policy, node] ? answer[policy, node] : kernel[node]
}

function is_placed(node,    d)
{
	for (d = 0; d < 6; d++)
		if (node_of[d] == node && online[d])
			return 1
	return node < 2
}

# As the kernel writes a set of nodes 0 to 2.
function nodelist(set)
{
	if (set == "012" || set == "01" || set == "12")
		return substr(set, 1, 1) "-" substr(set, length(set))
	return set == "02" ? "0,2" : set
}

function tiers(    node, tier, set, text)
{
	for (tier = 0; tier < 32; tier++) {
		set = ""
		for (node = 0; node < 3; node++)
			if (is_placed(node) && tier_of(node) == tier)
				set = set node
		if (set != "")
			text = text (text == "" ? "" : " ") tier ":" nodelist(set)
	}
	return text
}

function say(step, at_once)
{
	print step "|" (at_once ? "" : tiers())
}

function is_bound(    d)
{
	for (d = 0; d < 6; d++)
		if (bound[d])
			return 1
	return 0
}

# A device comes or goes, wholly or in part.
function device(    d)
{
	do
		d = rnd(6)
	while (!used[d])
	if (!bound[d]) {
		bound[d] = online[d] = 1
		say("bind " d, once_in(3))
	} else if (once_in(4)) {
		online[d] = !online[d]
		say((online[d] ? "online " : "offline ") d, once_in(3))
	} else {
		bound[d] = online[d] = 0
		say("unbind " d, once_in(3))
	}
}

function devices(most)
{
	for (most = rnd(most + 1); most > 0; most--)
		device()
}

function load()
{
	policy = 1 + rnd(policies)
	say("load " policy, once_in(4))
}

function unload()
{
	if (!policy)
		return
	policy = by_hand[1] = by_hand[2] = 0
	say("unload", once_in(4))
}

function override(    node)
{
	if (!policy)
		load()
	node = 1 + rnd(2)
	if (by_hand[node] && once_in(3)) {
		by_hand[node] = 0
		say("unoverride " node, once_in(3))
		return
	}
	by_hand[node] = one_of("4 5 6 10 12 22")
	say("override " node " " by_hand[node], once_in(3))
}

function go()
{
	unload()
	say("rmmod")
}

function step(    what)
{
	what = rnd(20)
	if (what < 9)
		device()
	else if (what < 14)
		override()
	else if (what < 16)
		load()
	else if (what < 17)
		unload()
	else if (what < 18) {
		go()
		devices(3)
		say("insmod")
	} else if (!is_bound())
		say("kmem")
	else
		device()
}

function unbind_all(    d, first)
{
	first = rnd(6)
	for (d = first; d < first + 6; d++)
		if (bound[d % 6]) {
			bound[d % 6] = online[d % 6] = 0
			say("unbind " (d % 6), once_in(3))
		}
}

function use_devices(    d, left)
{
	for (d = 0; d < 6; d++)
		used[d] = 0
	left = 1 + rnd(3)
	if (!once_in(4))
		for (d = 0; d < left; d++)
			used[d] = 1
	left = 1 + rnd(3)
	if (!used[0] || once_in(2))
		for (d = 3; d < 3 + left; d++)
			used[d] = 1
}

function order(    left)
{
	use_devices()
	devices(10)
	say("insmod")
	for (left = between(5, 10); left > 0; left--)
		step()
	if (once_in(2)) {
		unbind_all()
		say("kmem")
		go()
	} else {
		go()
		unbind_all()
	}
	say("kmem")
}

BEGIN {
	for (d = 0; d < 6; d++)
		node_of[d] = d < 3 ? 1 : 2
	kernel[0] = kernel[1] = 4
	kernel[2] = 22
	# As the case's policies; 22 is the tier that kmem itself would choose.
	answer[1, 1] = answer[1, 2] = 10
	answer[2, 2] = 5
	answer[3, 1] = 5
	answer[3, 2] = 22
	answer[4, 1] = answer[4, 2] = 22
	answer[5, 1] = 6
	answer[5, 2] = 4
	policies = 5
	for (n = 1; n <= count; n++) {
		print "order " n
		order()
	}
}
