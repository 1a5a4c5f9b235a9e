# SPDX-License-Identifier: GPL-2.0-only
#
#   make check-unit   the tests of user/ and include/; every leak, overflow and
#                     stray access is a failure. Totals: build/unit/totals
#
# One test: build/unit/tests --filter policy_rule/node

unit := $(build)/unit
unit_cflags = $(tool_cflags) -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -O1 -g -Iuser -Itests/unit $(shell $(PKG_CONFIG) --cflags criterion)
unit_libs = $(shell $(PKG_CONFIG) --libs criterion) $(pkg_libs)

# The commands, and what asks the kernel, are for the guests.
unit_library := $(filter-out main.c cmd_%.c doctor%.c engine%.c guardian.c pinned-map.c pins.c report.c status-gather.c survey.c trial.c \
	watch.c,$(notdir $(wildcard user/*.c)))
unit_tests := criterion-main.c $(notdir $(wildcard tests/unit/unit*.c tests/unit/test-*.c))
unit_objects := $(patsubst %.c,$(unit)/%.o,$(unit_library) $(unit_tests))

check-unit: unit-forget $(unit)/tests $(unit)/fatal
	@tests/unit/run --expect "1 3 0" $(unit)/fatal $(unit)/fatal.totals
	@tests/unit/run $(unit)/tests $(unit)/totals

# Totals of an earlier run must not stand for one that could not be built.
unit-forget:
	@rm -f $(unit)/totals
	@$(PKG_CONFIG) --exists criterion || \
		{ echo "Criterion is needed: packaging/setup-debian check" >&2; exit 1; }

$(unit)/tests: $(unit_objects)
	$(CC) $(unit_cflags) $(LDFLAGS) -o $@ $^ $(unit_libs)

$(unit)/fatal: $(unit)/fatal.o $(unit)/criterion-main.o
	$(CC) $(unit_cflags) $(LDFLAGS) -o $@ $^ $(unit_libs)

$(unit)/%.o: user/%.c | $(unit)
	$(CC) $(unit_cflags) -c -o $@ $<

$(unit)/%.o: tests/unit/%.c | $(unit)
	$(CC) $(unit_cflags) -c -o $@ $<

$(unit):
	mkdir -p $@

.PHONY: unit-forget
