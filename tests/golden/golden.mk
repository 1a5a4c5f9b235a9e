# SPDX-License-Identifier: GPL-2.0-only
#
#   make check-golden   compares the tool's output for policies and machines, letter
#                       by letter, under the sanitizers of unit.mk.
#                       Totals: build/golden/totals
#
# After an intended change: run tests/golden/run --renew, and check git diff

golden := $(build)/golden

check-golden: golden-forget $(golden)/tierbpf ## what the tool prints, letter by letter
	@tests/golden/run --tool $(golden)/tierbpf --totals $(golden)/totals

# Old totals must not be taken for those of a run that could not be built.
golden-forget:
	@rm -f $(golden)/totals

# The whole tool, from the objects of unit.mk and those that unit.mk leaves out.
$(golden)/tierbpf: $(sources:%.c=$(unit)/obj/%.o)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(unit_cflags) $(LDFLAGS) -o $@ $^ $(pkg_libs) $(LDLIBS)

$(addprefix $(unit)/obj/user/engine/,load.o load-attach.o load-maps.o): $(build)/tierbpf.skel.h

.PHONY: check-golden golden-forget
