# SPDX-License-Identifier: GPL-2.0-only
# Random numbers: Park and Miller's generator, which doubles hold exactly, so that a seed gives the
# same numbers everywhere. The caller sets `seed` with -v.

# 0..n-1
function rnd(n)
{
	rnd_state = (rnd_state * 16807) % 2147483647
	return int(rnd_state / 2147483647 * n)
}

# from..to
function between(from, to)
{
	return from + rnd(to - from + 1)
}

# True once in n times.
function once_in(n)
{
	return rnd(n) == 0
}

# One of the words.
function one_of(words,    w)
{
	return w[1 + rnd(split(words, w, " "))]
}

# Scrambles the seed, because neighbouring seeds would otherwise give very similar machines.
BEGIN {
	rnd_state = seed % 2147483647
	for (rnd_i = 0; rnd_i < 20; rnd_i++)
		rnd_state = (rnd_state * (16807 + rnd_state % 9973) + 1) % 2147483647
	if (rnd_state == 0)
		rnd_state = 1
}
