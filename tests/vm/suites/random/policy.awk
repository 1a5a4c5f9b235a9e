# SPDX-License-Identifier: GPL-2.0-only
# A random policy for the machines of machine.awk; see tests/vm/suites/random/random-policy.

# A number with two decimals of from..to hundredths.
function decimal(from, to)
{
	return sprintf("%.2f", between(from, to) / 100)
}

function range(from, to, unit,    low, high, quote)
{
	low = between(from, to)
	high = between(low, to)
	quote = unit == "" ? "" : "\""
	low = quote low unit quote
	high = quote high unit quote
	return range_of(low, high)
}

function range_of(low, high)
{
	if (once_in(3))
		return "{\"min\": " low "}"
	if (once_in(2))
		return "{\"max\": " high "}"
	return "{\"min\": " low ", \"max\": " high "}"
}

function ratio(    low)
{
	low = between(20, 400)
	return range_of(sprintf("%.2f", low / 100), decimal(low, 900))
}

function node_list(    first)
{
	first = rnd(8)
	if (once_in(3))
		return first
	if (once_in(2))
		return "\"" first "-" between(first, 8) "\""
	return "\"" rnd(8) "," first "-" between(first, 8) "\""
}

function predicate(name)
{
	if (name == "node" || name == "pxm")
		return node_list()
	if (name == "cpu")
		return once_in(3) ? "true" : "false"
	if (name == "kind")
		return once_in(2) ? "\"dram\"" : "[\"hbm\", \"dram\"]"
	if (name == "size")
		return range(30, 130, "MiB")
	if (name == "distance")
		return range(10, 60, "")
	if (name ~ /latency_ns/)
		return range(20, 600, once_in(2) ? "ns" : "")
	if (name ~ /bandwidth_mbps/)
		return range(100, 20000, once_in(2) ? "MB/s" : "")
	if (name == "kernel_adistance")
		return range(100, 3000, "")
	return ratio()
}

function match_of(    count, i, name, text, used)
{
	count = one_of("0 1 1 1 1 1 1 2 2 2 3")
	for (i = 0; i < count; i++) {
		name = one_of("node node pxm cpu cpu kind size distance distance read_latency_ns " \
			      "write_latency_ns read_bandwidth_mbps write_bandwidth_mbps " \
			      "latency_ratio bandwidth_ratio kernel_adistance kernel_adistance")
		if (name in used)
			continue
		used[name] = 1
		text = text (text == "" ? "" : ", ") "\"" name "\": " predicate(name)
	}
	return "{" text "}"
}

function action(kind)
{
	if (kind == "tier")
		return "{\"tier\": \"" one_of(tiers) "\"}"
	if (kind == "adistance")
		return "{\"adistance\": " one_of(between(1, 3000) " " between(500, 700)) "}"
	if (kind == "offset")
		return "{\"offset\": " one_of(between(-700, 700) " " between(-60, 60) " 128 -128") "}"
	if (kind == "scale")
		return "{\"scale\": " one_of(decimal(10, 1000) " " decimal(90, 110)) "}"
	return "{\"from\": \"" kind "\"}"
}

# "dram" with up to three faster and up to three slower ones.
function tiers_text(    faster, slower, i, text)
{
	faster = rnd(4)
	slower = rnd(4)
	for (i = 0; i < faster; i++)
		tiers = tiers "fast" i " "
	tiers = tiers "dram"
	for (i = 0; i < slower; i++)
		tiers = tiers " slow" i
	text = tiers
	gsub(/ /, "\", \"", text)
	text = "\"" text "\""
	if (once_in(2)) {
		tiers = tiers " far"
		text = text ", {\"name\": \"far\", \"adistance\": " between(1100, 9000) "}"
	}
	return text
}

# Rules as anybody may write them.
function rules_print(    rules, r)
{
	rules = between(1, 6)
	for (r = 0; r < rules; r++)
		print "    {\"name\": \"r" r "\", \"match\": " match_of() ", \"action\": " \
		      action(one_of("tier tier tier adistance adistance offset scale kernel hmat hmat")) \
		      "}" (r < rules - 1 ? "," : "")
}

# Each node, those with CPUs too, in one of three tiers: many targets to choose from.
function shuffle_print(    node)
{
	for (node = 0; node < 8; node++)
		print "    {\"match\": {\"node\": " node "}, \"action\": {\"adistance\": " \
		      one_of("100 500 500 600 600 600") "}}" (node < 7 ? "," : "")
}

BEGIN {
	print "{"
	print "  \"version\": 1,"
	print "  \"description\": \"policy " seed " of tests/vm/suites/random/random-policy\","
	print "  \"tiers\": [" tiers_text() "],"
	if (once_in(4))
		print "  \"reference\": {\"node\": " rnd(3) "},"
	if (once_in(3))
		print "  \"tolerance\": " decimal(1, 50) ","
	print "  \"rules\": ["
	if (once_in(2))
		shuffle_print()
	else
		rules_print()
	print "  ]" (once_in(2) ? "" : ",\n  \"default\": " \
		     action(one_of("tier adistance offset scale kernel hmat hmat")))
	print "}"
}
