# SPDX-License-Identifier: GPL-2.0-only
#
#   make bench                    measures what tierbpf costs, against a baseline in the same run
#   make bench BENCH=plan,check   some parts of it; see tests/bench/RESULTS.md
#
# Fails if a target or a size budget is missed. Not part of make check, because times vary.

BENCH ?=
comma := ,
bench_programs := $(patsubst tests/bench/%.c,$(build)/bench/%,$(wildcard tests/bench/*.c))

bench: ## what tierbpf costs, against what the kernel's own ways cost
	@packaging/setup-debian build vm bench
	@$(MAKE) --no-print-directory -s all bench-helpers
	@KERNEL=$(firstword $(KERNEL)) tests/bench/run $(subst $(comma), ,$(BENCH))

bench-helpers: $(bench_programs)

$(build)/bench/%: tests/bench/%.c | check-libbpf
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(tool_cflags) -MF $@.d -Wl,--gc-sections $(LDFLAGS) -o $@ $< $(pkg_libs)

.PHONY: bench bench-helpers
