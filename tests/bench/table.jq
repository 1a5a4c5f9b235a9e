# SPDX-License-Identifier: GPL-2.0-only
# Prints the rows as tab-separated lines, for column -t.
def digits: if . >= 100 then . | round | tostring elif . >= 0.1 then . * 1000 | round / 1000 | tostring
	else . * 100000 | round / 100000 | tostring end;
def verdict: if .ok then "ok" elif .ok == false then "MISSED" elif .floor then "missed, up to \(.floor) allowed" else "" end;
def counts: .counts // {} | to_entries | map("\(.key) \(.value)") | join(", ");
(["PART", "WHAT", "BASELINE", "RATIO", "SPREAD", "TARGET", "", "COUNTS"] | @tsv),
(.rows[] | select(.ratio) | [.part, .what, .baseline, (.ratio.median | digits),
	"\(.ratio.min | digits)..\(.ratio.max | digits)", (.target // "-" | tostring), verdict, counts] | @tsv),
(select(any(.rows[]; .ratio | not)) | "", (["PART", "SIZE", "", "BYTES", "", "BUDGET", "", ""] | @tsv)),
(.rows[] | select(.ratio | not) | [.part, .what, "", .value, "", (.budget // "-" | tostring), verdict, ""] | @tsv)
