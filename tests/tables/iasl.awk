# SPDX-License-Identifier: GPL-2.0-only
# Converts iasl's output for an HMAT, SRAT or SLIT to that of dump.c.
#
# [028h 0040   2]               Structure Type : 0000 [Memory Proximity Domain Attributes]

function hex(s,	i, n) {
	for (i = 1; i <= length(s); i++)
		n = 16 * n + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}

/^ +Locality +[0-9]+ :/ || /^\[[^]]*\] +Locality +[0-9]+ :/ {
	inside = 1
	sub(/^.* : */, "")
	distances($0)
	next
}

function distances(s,	list, n, i) {
	n = split(tolower(s), list, " ")
	for (i = 1; i <= n && list[i] ~ /^[0-9a-f][0-9a-f]$/; i++)
		print "distance", list[i]
}

# Continues a row that is longer than a line.
inside && /^ *([0-9A-F][0-9A-F] )*[0-9A-F][0-9A-F] *$/ {
	distances($0)
	next
}

!/ : / {
	next
}

{
	inside = 0
	name = $0
	sub(/ : .*$/, "", name)
	sub(/^\[[^]]*\] */, "", name)
	sub(/^ */, "", name)
	value = tolower($0)
	sub(/^.* : /, "", value)
	sub(/ .*$/, "", value)
	hmat = hmat || (name == "Signature" && /"HMAT"/)
}

name == "Revision" {
	revision = value
	if (hmat)
		print "revision", value
}

# ---- HMAT ----

name == "Structure Type" { type = value }
type == "0000" && name ~ /^Flags/ { flags = value }
type == "0000" && name ~ /^(Attached Initiator|Processor) Proximity Domain$/ { initiator = value }
type == "0000" && name == "Memory Proximity Domain" { print "memory", flags, initiator, value }

type == "0001" && name ~ /^Flags/ { flags = value }
type == "0001" && name == "Data Type" { kind = value }
type == "0001" && name == "Initiator Proximity Domains #" { initiators = value }
type == "0001" && name == "Target Proximity Domains #" { targets = value }
type == "0001" && name == "Entry Base Unit" { print "locality", flags, kind, initiators, targets, value }
type == "0001" && name == "Initiator Proximity Domain List" { print "initiator", value }
type == "0001" && name == "Target Proximity Domain List" { print "target", value }
type == "0001" && name == "Entry" { print "entry", value }

type == "0002" && name == "Memory Proximity Domain" { domain = value }
type == "0002" && name == "Memory Side Cache Size" { size = value }
type == "0002" && name ~ /^Cache Attributes/ { print "cache", domain, size, value }
type == "0002" && name == "Cache Level" { level = value }
type == "0002" && name == "Cache Line Size" { print "level", level, "line", value }

# ---- SRAT ----

name == "Subtable Type" { type = value }
name == "Proximity Domain" { domain = value }
name == "Proximity Domain Low(8)" { low = value }
name == "Base Address" { base = value }
name == "Address Length" { size = value }
type ~ /^0[0-9]$/ && name ~ /^Flags/ { flags = value }
type == "01" && name ~ /^Flags/ && flags ~ /[13579bdf]$/ { print "range", domain, base, size, flags }
# Linux ignores all processors and initiators after an initiator that is disabled.
type == "05" && name ~ /^Flags/ && flags !~ /[13579bdf]$/ { over = 1 }
over { next }
type == "00" && name == "Proximity Domain High(24)" && flags ~ /[13579bdf]$/ {
	# Written as one number of three bytes.
	print "processor", (hex(revision) >= 2 ? value low : "000000" low)
}
type == "02" && name ~ /^Flags/ && flags ~ /[13579bdf]$/ { print "processor", domain }
type == "05" && name ~ /^Flags/ && flags ~ /[13579bdf]$/ { print "generic initiator", domain }
