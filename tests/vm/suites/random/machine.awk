# SPDX-License-Identifier: GPL-2.0-only
# A random machine as QEMU arguments; see tests/vm/suites/random/random-machine.
#
# Node n is QEMU's; the kernel numbers nodes with CPUs first.

function min(a, b) { return a < b ? a : b }
function max(a, b) { return a > b ? a : b }

# value times percent, not 0
function part(value, percent)
{
	return max(1, int(value * percent / 100))
}

# Who has CPUs and how much memory; node 0 has enough for the guest.
function nodes_choose(    i)
{
	nodes = between(2, 8)
	sockets = between(1, min(3, nodes))
	for (i = once_in(5) ? between(0, nodes - 1) : 0; nr_cpus < sockets; i = rnd(nodes))
		if (!(i in cpu))
			cpu[i] = nr_cpus++
	for (i = 0; i < nodes; i++) {
		size[i] = i ? one_of("64 64 128") : 1024
		total += size[i]
	}
	for (i = 1; i < nodes && nodes > 2 && sockets > 1; i++)
		if (i in cpu && once_in(6)) {
			total -= size[i]
			size[i] = 0
			break
		}
}

# Makes near ties, since the kernel orders by distance + 1 or 2 and the load.
function distance_choose(kind)
{
	if (kind == "near")
		return slit_base + one_of("0 0 1 2")
	return one_of("11 15 20 21 22 30 31 40 100 254")
}

function slit_print(    i, j, kind)
{
	kind = one_of("none near near near near wide wide")
	slit_symmetric = rnd(2)
	slit_base = one_of("11 20 30 253")
	slit_base = min(slit_base, 252)
	for (i = 0; i < nodes && kind != "none"; i++)
		for (j = slit_symmetric ? i + 1 : 0; j < nodes; j++)
			print "-numa dist,src=" i ",dst=" j ",val=" (i == j ? 10 : distance_choose(kind))
}

# A random node with CPUs.
function home_choose(    i)
{
	do
		i = rnd(nodes)
	while (!(i in cpu))
	return i
}

# Latency and bandwidth of each node from the nearest CPUs.
function performance_choose(    i, kind, mismatch)
{
	dram_latency = between(10, 200)
	dram_bandwidth = between(100, 1200)
	unit = one_of("1 8 64")
	mismatch = once_in(8)
	for (i = 0; i < nodes; i++) {
		home[i] = i in cpu ? i : home_choose()
		kind = i in cpu ? "dram" : one_of("dram card card card twin twin hbm far none")
		if (i in cpu && once_in(25))
			kind = "none"
		if (kind == "twin" && !latency[i - 1])
			kind = "card"
		if (kind == "dram") {
			latency[i] = part(dram_latency, between(100, mismatch ? 140 : 105))
			bandwidth[i] = part(dram_bandwidth, between(mismatch ? 60 : 96, 100))
		} else if (kind == "card") {
			latency[i] = part(dram_latency, between(110, 500))
			bandwidth[i] = part(dram_bandwidth, between(10, 100))
		} else if (kind == "hbm") {
			latency[i] = part(dram_latency, between(90, 120))
			bandwidth[i] = part(dram_bandwidth, between(150, 500))
		} else if (kind == "far") {
			latency[i] = part(dram_latency, between(1000, 5000))
			bandwidth[i] = part(dram_bandwidth, between(1, 10))
		} else if (kind == "twin") {
			latency[i] = part(latency[i - 1], one_of("100 100 105 110"))
			bandwidth[i] = part(bandwidth[i - 1], one_of("100 100 95 90"))
		}
	}
}

function lb(initiator, target, type, value)
{
	print "-numa hmat-lb,initiator=" initiator ",target=" target \
	      ",hierarchy=memory,data-type=" type "," value
}

function lb_both(initiator, target, lat, bw)
{
	if (!split_types) {
		lb(initiator, target, "access-latency", "latency=" lat)
		lb(initiator, target, "access-bandwidth", "bandwidth=" bw * unit "M")
		return
	}
	lb(initiator, target, "read-latency", "latency=" lat)
	lb(initiator, target, "write-latency", "latency=" part(lat, write_percent))
	lb(initiator, target, "read-bandwidth", "bandwidth=" bw * unit "M")
	lb(initiator, target, "write-bandwidth", "bandwidth=" part(bw, 10000 / write_percent) * unit "M")
}

# From the other nodes with CPUs the values are equal or worse, or missing.
function hmat_print(    i, t, others)
{
	split_types = once_in(3)
	write_percent = one_of("100 103 150")
	others = one_of("none same farther")
	for (i = 0; i < nodes; i++)
		for (t = 0; t < nodes; t++) {
			if (!(i in cpu) || !size[t] || !latency[t])
				continue
			if (i == home[t] || others == "same")
				lb_both(i, t, latency[t], bandwidth[t])
			else if (others == "farther")
				lb_both(i, t, part(latency[t], between(100, 200)),
					part(bandwidth[t], between(50, 100)))
		}
}

function node_print(i,    line)
{
	if (size[i])
		print "-object memory-backend-ram,size=" size[i] "M,id=m" i
	line = "-numa node,nodeid=" i
	if (i in cpu)
		line = line ",cpus=" cpu[i]
	else if (hmat && !once_in(3))
		line = line ",initiator=" home[i]
	print line (size[i] ? ",memdev=m" i : "")
}

BEGIN {
	nodes_choose()
	hmat = !once_in(6)
	performance_choose()
	print "# SPDX-License-Identifier: GPL-2.0-only"
	print "# Machine " seed " of tests/vm/suites/random/random-machine: " nodes " nodes, " sockets " with CPUs" \
	      (hmat ? "" : ", no HMAT") "."
	print "-machine q35,hmat=" (hmat ? "on" : "off") " -m " total "M -smp " sockets ",sockets=" sockets
	for (i = 0; i < nodes; i++)
		node_print(i)
	slit_print()
	if (hmat)
		hmat_print()
}
