# SPDX-License-Identifier: GPL-2.0-only
#
#   make fuzz [SECONDS=60]   policies for that long, and firmware's tables for two
#                            thirds of it, on all CPUs. Totals: build/fuzz/totals
#
# One input: build/fuzz/policy FILE

SECONDS ?= 60
fuzz := $(build)/fuzz
# gcc has warned of what there is to warn of.
fuzz_cflags = $(tool_cflags) -w -O1 -g -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_programs := $(fuzz)/policy $(fuzz)/cdat $(fuzz)/tables
# The share of SECONDS that each program gets, in percent.
fuzz_parts := $(fuzz)/policy:100 $(fuzz)/cdat:17 $(fuzz)/tables:50
fuzz_objects := $(unit_library:%.c=$(fuzz)/%.o)

fuzz: fuzz-forget $(fuzz)/fatal $(fuzz_programs) $(fuzz)/policy.dict ## random policies and tables, for SECONDS=60
	@tests/fuzz/run --must-find $(fuzz)/fatal
	@tests/fuzz/seed-tables $(fuzz)/tables.corpus
	@tests/fuzz/run --totals $(fuzz)/totals $(SECONDS) $(fuzz_parts)

# Old totals must not be taken for those of a run that could not be built.
fuzz-forget:
	@rm -f $(fuzz)/totals

$(fuzz)/fatal: tests/fuzz/fatal.c | $(fuzz)/user
	$(call say,LINK)
	$(quiet)$(CLANG) $(fuzz_cflags) -fsanitize=fuzzer -MF $(fuzz)/user/fatal.d -o $@ $<

$(fuzz_programs): $(fuzz)/%: tests/fuzz/%.c $(fuzz)/user/library.a
	$(call say,LINK)
	$(quiet)$(CLANG) $(fuzz_cflags) -fsanitize=fuzzer $(LDFLAGS) -MF $(fuzz)/user/$*.fuzz.d -o $@ \
		$< $(filter %.o %.a,$^) $(pkg_libs)

$(fuzz)/policy: $(fuzz)/json-mutator.o

# Built without coverage counters, because this code is not what is tested.
$(fuzz)/json-mutator.o: tests/fuzz/json-mutator.c $(fuzz)/policy-words.h
	$(call say,CC)
	$(quiet)$(CLANG) $(tool_cflags) -I$(fuzz) -MF $(fuzz)/user/json-mutator.d -c -o $@ $<

# The words of the language: each as a string of JSON, which the dictionary has as a string of C.
$(fuzz)/policy.dict: tests/fuzz/policy.dict $(tables_json) | $(fuzz)/user
	$(call say,GEN)
	$(quiet){ cat $< && jq -r '[(.members | del(.measurement, .measured_node))[][], .kinds[], .sources[], "1" + .facts[].units[]] | unique[] | tojson | tojson' \
		$(tables_json); } > $@.tmp && mv $@.tmp $@

# An entry of a dictionary is a string as C writes it.
$(fuzz)/%-words.h: $(fuzz)/%.dict | $(fuzz)/user
	$(call say,GEN)
	$(quiet)sed -n 's/^".*"$$/&,/p' $< > $@

# Each program links only what it needs from it.
$(fuzz)/user/library.a: $(fuzz_objects)
	$(call say,AR)
	@rm -f $@
	$(quiet)$(AR) rcs $@ $^

$(fuzz)/user/%.o: user/%.c | check-libbpf
	@mkdir -p $(@D)
	$(call say,CC)
	$(quiet)$(CLANG) $(fuzz_cflags) -fsanitize=fuzzer-no-link -c -o $@ $<

$(fuzz)/user:
	@mkdir -p $@

-include $(wildcard $(fuzz)/user/*.d $(fuzz)/user/*/*.d)

.PHONY: fuzz fuzz-forget
