# SPDX-License-Identifier: GPL-2.0-only
#
#   make check-unit   the tests of user/ and include/; every leak, overflow and
#                     stray access is a failure. Totals: build/unit/totals
#
# One test: build/unit/tests --filter policy_rule/members

unit := $(build)/unit
unit_cflags = $(tool_cflags) -DTIERBPF_MESSAGES -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -O1 -g -Itests/unit $(shell $(PKG_CONFIG) --cflags criterion)
unit_libs = $(shell $(PKG_CONFIG) --libs criterion) $(pkg_libs)

# The commands, and code that queries the kernel, are tested in guests.
unit_asks := $(filter-out user/cli/option.c user/engine/libbpf-log.c user/engine/rights.c \
	user/engine/engine.c user/engine/guardian.c user/engine/pinned-map.c user/engine/pins.c \
	user/engine/trial.c user/engine/trial-begin.c user/engine/in-force.c, \
	$(wildcard user/cli/*.c user/doctor/*.c user/engine/*.c)) \
	user/show/report.c user/show/status-gather.c user/show/watch.c user/show/event-ring.c
# tests/unit/engine/test-trial.c replaces these functions, which would query the kernel.
unit_wraps := -Wl,--wrap=bpf_obj_get,--wrap=bpf_link_get_info_by_fd
unit_library := $(filter-out $(unit_asks),$(sources))
unit_tests := tests/unit/criterion-main.c $(wildcard tests/unit/unit*.c tests/unit/*/test-*.c)
unit_objects := $(patsubst %.c,$(unit)/obj/%.o,$(unit_library) $(unit_tests))

check-unit: unit-forget $(unit)/tests $(unit)/fatal ## unit tests, under the sanitizers
	@tests/unit/run --expect "1 3 0" $(unit)/fatal
	@tests/unit/run --totals $(unit)/totals $(unit)/tests

# Old totals must not be taken for those of a run that could not be built.
unit-forget:
	@rm -f $(unit)/totals
	@$(PKG_CONFIG) --exists criterion || \
		{ echo "Criterion is needed: packaging/setup-debian check" >&2; exit 1; }

$(unit)/tests: $(unit_objects)
	$(call say,LINK)
	$(quiet)$(CC) $(unit_cflags) $(LDFLAGS) $(unit_wraps) -o $@ $^ $(unit_libs)

$(unit)/fatal: $(unit)/obj/tests/unit/fatal.o $(unit)/obj/tests/unit/criterion-main.o
	$(call say,LINK)
	$(quiet)$(CC) $(unit_cflags) $(LDFLAGS) -o $@ $^ $(unit_libs)

$(unit)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(quiet)$(CC) $(unit_cflags) -c -o $@ $<

.PHONY: unit-forget
