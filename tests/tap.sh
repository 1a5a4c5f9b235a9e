# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Results in the Test Anything Protocol, which tests/count counts. Sourced by the suites. A suite
# ends with finish: without the plan that it prints, the suite has broken off and counts as failed.

results=0 failed=0

# pass [NAME]
pass()
{
	results=$((results + 1))
	echo "ok${1:+ - $1}"
}

# fail NAME [WHY...]
fail()
{
	results=$((results + 1))
	failed=$((failed + 1))
	echo "not ok - $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# skip NAME WHY
skip()
{
	results=$((results + 1))
	echo "ok - $1 # SKIP $2"
}

# finish: the plan; fails if a test has failed.
finish()
{
	echo "1..$results"
	[ "$failed" = 0 ]
}
