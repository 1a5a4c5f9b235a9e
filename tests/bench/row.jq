# SPDX-License-Identifier: GPL-2.0-only
# Turns lines "baseline subject" into a row of the results; see row() in lib.sh.
def median: sort | if length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;
[split("\n")[] | select(. != "") | split(" ") | map(tonumber)] as $lines
| if $lines | length < 5 then error("fewer than 5 repetitions") else . end
| if any($lines[][]; . <= 0) then error("a figure is 0") else . end
| ($lines | map(.[1] / .[0])) as $ratios
| { $part, $what, $baseline,
    ratio: { median: ($ratios | median), min: ($ratios | min), max: ($ratios | max), repetitions: ($ratios | length) },
    baseline_median: ($lines | map(.[0]) | median),
    subject_median: ($lines | map(.[1]) | median),
    target: (if $target == "noise" then "1.00 within noise" elif $target == "-" then null else $target | tonumber end),
    $counts }
| .ok = (if .target == null then null
	elif $target == "noise" then .ratio.min <= 1.005
	else .ratio.median <= .target end)
# A target that is missed for a reason in RESULTS.md is no failure unless it gets worse than its floor.
| if .ok == false and $floor != null then .floor = $floor | .ok = (if .ratio.median <= $floor then null else false end)
	else . end
