# SPDX-License-Identifier: GPL-2.0-only
#
#   make check-golden   policies and machines in, what the tool says of them out,
#                       letter by letter, under the sanitizers of unit.mk.
#                       Totals: build/golden/totals
#
# After a change that is meant: tests/golden/run --renew, and a look at git diff

golden := $(build)/golden

check-golden: golden-forget $(golden)/tierbpf ## what the tool prints, letter by letter
	@tests/golden/run --tool $(golden)/tierbpf --totals $(golden)/totals

# Totals of an earlier run must not stand for one that could not be built.
golden-forget:
	@rm -f $(golden)/totals

# The whole tool, of the objects of unit.mk and those that unit.mk leaves out.
$(golden)/tierbpf: $(sources:%.c=$(unit)/obj/%.o)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(unit_cflags) $(LDFLAGS) -o $@ $^ $(pkg_libs) $(LDLIBS)

$(unit)/obj/user/engine/load.o: $(build)/tierbpf.skel.h

.PHONY: check-golden golden-forget
