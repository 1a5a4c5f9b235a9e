# SPDX-License-Identifier: GPL-2.0-only
#
#   make check-tables   compares the readers of firmware tables with iasl's disassembly.
#                       Totals: build/tables/totals

tables := $(build)/tables

check-tables: tables-forget $(tables)/dump ## the readers of ACPI tables against iasl
	@tests/tables/iasl --totals $(tables)/totals $(tables)/dump

# Old totals must not be taken for those of a run that could not be built.
tables-forget:
	@rm -f $(tables)/totals

$(tables)/dump: tests/tables/dump.c $(patsubst %,$(unit)/obj/user/%.o,$(addprefix acpi/,hmat srat slit table) util/sysfs util/msg util/escape util/output)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(unit_cflags) -MF $(tables)/dump.d $(LDFLAGS) -o $@ $(filter-out %.h,$^) $(LDLIBS)

-include $(wildcard $(tables)/*.d)

.PHONY: check-tables tables-forget
