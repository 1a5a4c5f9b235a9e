# SPDX-License-Identifier: GPL-2.0-only
#
#   make tables-json    what the tool's tables hold, build/words/tables.json: for
#                       the checks of words, and for what is made from the tables

words := $(build)/words
tables_json := $(words)/tables.json

tables-json: $(tables_json) ## what the tool's tables hold, as JSON

$(tables_json): $(words)/print-tables
	$(call say,GEN)
	$(quiet)$< > $@.tmp && mv $@.tmp $@

# Of the objects of unit.mk, which keep their messages (fail() in user/util/msg.h).
$(words)/print-tables: $(unit)/obj/tests/words/print-tables.o \
		$(filter-out $(unit)/obj/user/cli/main.o,$(sources:%.c=$(unit)/obj/%.o))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(unit_cflags) $(LDFLAGS) -o $@ $^ $(pkg_libs) $(LDLIBS)

.PHONY: tables-json
