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

# By the form of the fact, as fact-table.h calls it.
function predicate(form)
{
	if (form == "NODES" || form == "DOMAINS")
		return node_list()
	if (form == "YES_NO")
		return once_in(3) ? "true" : "false"
	if (form == "KIND")
		return once_in(2) ? "\"dram\"" : "[\"hbm\", \"dram\"]"
	if (form == "DRIVER")
		return once_in(2) ? "\"kmem\"" : "[\"virtio_mem\", \"kmem\"]"
	if (form == "NUMBER")
		return range(0, 8, "")
	if (form == "BYTES")
		return range(30, 130, "MiB")
	if (form == "DISTANCE")
		return range(10, 60, "")
	if (form == "NS")
		return range(20, 600, once_in(2) ? "ns" : "")
	if (form == "MBPS")
		return range(100, 20000, once_in(2) ? "MB/s" : "")
	if (form == "ADISTANCE")
		return range(100, 3000, "")
	if (form == "RATIO")
		return ratio()
	print "policy.awk does not know values of form " form >"/dev/stderr"
	exit 1
}

# Lists the facts of the tool's tables, and those that differ on these machines twice.
function predicates_read(    i, count, list, part)
{
	count = split(predicates, list, " ")
	for (i = 1; i <= count; i++) {
		split(list[i], part, ":")
		form[part[1]] = part[2]
		names = names part[1] " " (part[1] ~ /^(node|cpu|distance|kernel_adistance)$/ ? part[1] " " : "")
	}
	if (!count)
		exit 1
}

function match_of(    count, i, name, text, used)
{
	count = one_of("0 1 1 1 1 1 1 2 2 2 3")
	for (i = 0; i < count; i++) {
		name = one_of(names)
		if (name in used)
			continue
		used[name] = 1
		text = text (text == "" ? "" : ", ") "\"" name "\": " predicate(form[name])
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

# Makes rules of any form.
function rules_print(    rules, r)
{
	rules = between(1, 6)
	for (r = 0; r < rules; r++)
		print "    {\"name\": \"r" r "\", \"match\": " match_of() ", \"action\": " \
		      action(one_of("tier tier tier adistance adistance offset scale kernel hmat hmat")) \
		      "}" (r < rules - 1 ? "," : "")
}

# Puts each node, also those with CPUs, into one of three tiers, which gives many demotion targets.
function shuffle_print(    node)
{
	for (node = 0; node < 8; node++)
		print "    {\"match\": {\"node\": " node "}, \"action\": {\"adistance\": " \
		      one_of("100 500 500 600 600 600") "}}" (node < 7 ? "," : "")
}

BEGIN {
	predicates_read()
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
