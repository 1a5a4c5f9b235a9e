# SPDX-License-Identifier: GPL-2.0-only
#
# make help lists the targets from the comments next to them ("## ...").

VERSION := 0.1
build := build
cache := $(or $(TIERBPF_CACHE),$(shell packaging/cache))
ifeq ($(cache),)
$(error no directory for downloads that is safe to use (see above))
endif
prefix ?= /usr/local
sbindir ?= $(prefix)/sbin
srcdir ?= /usr/src
includedir ?= $(prefix)/include
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
docdir ?= $(datadir)/doc/tierbpf
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir ?= $(datadir)/zsh/site-functions
sysconfdir ?= /etc
unitdir ?= $(prefix)/lib/systemd/system
udevdir ?= $(prefix)/lib/udev

# Make predefines CC, so ?= would never set it.
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
BPFTOOL ?= $(or $(shell PATH=$$PATH:/usr/sbin:/sbin command -v bpftool),bpftool)

# Debian 12's own libbpf is too old: setup-debian builds 1.5 into the cache.
PKG_CONFIG ?= PKG_CONFIG_PATH=$(lastword $(wildcard $(cache)/libbpf-*/lib/pkgconfig)):$$PKG_CONFIG_PATH pkg-config
packages := libbpf libelf zlib jansson yaml-0.1 libmd numa smartcols libcap-ng libkmod
pkg_cflags := $(shell $(PKG_CONFIG) --cflags $(packages) 2>/dev/null)
pkg_libs := $(shell $(PKG_CONFIG) --libs $(packages) 2>/dev/null)

CFLAGS ?= -O2 -g
# Warnings are errors for developers only: a release must build with future compilers.
ifeq ($(origin WERROR),undefined)
WERROR := $(if $(wildcard .git),$(shell git describe --exact-match HEAD >/dev/null 2>&1 || echo -Werror))
endif
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wno-unused-parameter \
	-Wno-missing-field-initializers $(WERROR)
tool_cflags = -std=gnu11 -D_GNU_SOURCE -DTIERBPF_VERSION='"$(VERSION)"' $(warnings) \
	-Iinclude -Iuser -I. -I$(build) $(pkg_cflags) $(CPPFLAGS) $(CFLAGS) -MMD -MP

# Prints a line for each file that is made; with V=1 the full commands, and with -s nothing.
quiet := $(if $(filter 1,$(V)),,@)
silent := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
say = $(if $(quiet),$(if $(silent),,@printf '  %-8s%s\n' '$1' '$(@:$(build)/%=%)'))

sources := $(wildcard user/*/*.c)
objects := $(sources:user/%.c=$(build)/user/%.o)
# Everything but the commands. The tests link it.
library := $(filter-out $(build)/user/cli/main.o $(build)/user/cli/cmd_%.o,$(objects))

all: $(build)/tierbpf examples ## the tool, build/tierbpf, and the example policies in BPF

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(filter Makefile %.mk,$(MAKEFILE_LIST)) | \
		awk -F '|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo
	@echo 'V=1 shows whole commands, KERNEL=7.3 picks a guest kernel ($(call kernels,cloud)).'
	@echo 'CONTRIBUTING.md says when to run what, and how long it takes.'

$(build)/tierbpf: $(objects)
	$(call say,LINK)
	$(quiet)$(CC) $(CFLAGS) -Wl,--gc-sections $(LDFLAGS) -o $@ $^ $(pkg_libs) $(LDLIBS)

$(build)/user/%.o: user/%.c | check-libbpf
	@mkdir -p $(@D)
	$(call say,CC)
	$(quiet)$(CC) $(tool_cflags) -c -o $@ $<

$(addprefix $(build)/user/engine/,load.o load-attach.o load-maps.o): $(build)/tierbpf.skel.h

$(build)/bpf:
	@mkdir -p $@

check-libbpf:
	@$(PKG_CONFIG) --atleast-version=1.5 libbpf || \
		{ echo "libbpf 1.5 or newer is needed: packaging/setup-debian build" >&2; exit 1; }

# ---- BPF ----

bpf_cflags = -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter $(WERROR) \
	-Iinclude -I. $(pkg_cflags) \
	-I/usr/include/$(shell $(CC) -print-multiarch) -MMD -MP

$(build)/bpf/%.bpf.o: bpf/%.bpf.c vmlinux.h | $(build)/bpf check-libbpf
	$(call say,BPF)
	$(quiet)$(CLANG) $(bpf_cflags) -c -o $(@:.o=.tmp) -MT $@ -MF $(@:.o=.d) $<
	$(quiet)$(BPFTOOL) gen object $@ $(@:.o=.tmp)

$(build)/tierbpf.skel.h: $(build)/bpf/tierbpf.bpf.o
	$(call say,SKEL)
	$(quiet)$(BPFTOOL) gen skeleton $< name tierbpf_bpf > $@.tmp && mv $@.tmp $@

# Example policies in BPF for users to start from, with the header that they need, tierbpf/bpf.h.
examples := $(wildcard bpf/examples/*.bpf.c)

examples: $(examples:bpf/examples/%.bpf.c=$(build)/bpf/example-%.bpf.o)

$(build)/bpf/example-%.bpf.o: bpf/examples/%.bpf.c | $(build)/bpf check-libbpf
	$(call say,BPF)
	$(quiet)$(CLANG) $(bpf_cflags) -c -o $@ -MT $@ -MF $(@:.o=.d) $<

# After a change of the kernel types that bpf/ uses, run: make vmlinux.h BTF=/path/to/vmlinux
ifdef BTF
.PHONY: vmlinux.h
vmlinux.h:
	$(call say,BTF)
	$(quiet)bpf/trim-vmlinux $(BTF) > $@.tmp && mv $@.tmp $@
endif

# ---- tests ----

# BPF programs that the tests load in guests.
vm_objects := $(patsubst tests/vm/bpf/%.c,$(build)/bpf/%.o,$(wildcard tests/vm/bpf/*.bpf.c))

# Our BPF programs, built by each installed compiler whose output the verifier must accept:
# clang 14 comes with Debian 12, clang 19 with Debian 13.
clangs := $(foreach version,14 19,$(if $(shell command -v clang-$(version)),$(version)))
clang_objects := $(clangs:%=$(build)/bpf/tierbpf-clang%.bpf.o)

vm_programs := $(patsubst tests/vm/programs/%.c,$(build)/vm/prog-%,$(filter-out %/fault-points.c,$(wildcard tests/vm/programs/*.c)))

vm-helpers: $(vm_objects) $(clang_objects) $(vm_programs) $(build)/vm/differ $(build)/vm/tierbpf-faults

$(build)/vm/prog-%: tests/vm/programs/%.c | check-libbpf
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(tool_cflags) -MF $@.d $(LDFLAGS) -o $@ $< $(pkg_libs)

$(clang_objects): $(build)/bpf/tierbpf-clang%.bpf.o: bpf/tierbpf.bpf.c vmlinux.h | $(build)/bpf check-libbpf
	$(call say,BPF)
	$(quiet)clang-$* $(bpf_cflags) -c -o $(@:.o=.tmp) -MT $@ -MF $(@:.o=.d) $<
	$(quiet)$(BPFTOOL) gen object $@ $(@:.o=.tmp)

# Compares the BPF policy with the same code in user space.
$(build)/vm/differ: $(wildcard tests/vm/programs/differ/*.[ch]) $(library)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(tool_cflags) -MF $@.d $(LDFLAGS) -o $@ $(filter-out %.h,$^) $(pkg_libs)

# The tool with its fault points: compiles the files that have some once more.
faulty := $(shell grep -l '"util/fault.h"' user/*/*.c)

$(build)/vm/tierbpf-faults: $(build)/tierbpf tests/vm/programs/fault-points.c $(faulty)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(CC) $(tool_cflags) -DTIERBPF_FAULTS -MF $@.d $(LDFLAGS) -o $@ $(filter %.c,$^) \
		$(filter-out $(faulty:user/%.c=$(build)/user/%.o),$(objects)) $(pkg_libs)

$(vm_objects): $(build)/bpf/%.bpf.o: tests/vm/bpf/%.bpf.c | $(build)/bpf check-libbpf
	$(call say,BPF)
	$(quiet)$(CLANG) $(bpf_cflags) -c -o $@ -MT $@ -MF $(@:.o=.d) $<

# Objects that the loader must reject because of how they were compiled.
$(build)/bpf/bad-no-btf.bpf.o: bpf_cflags += -g0

# kernels FLAVOUR: their names, unless KERNEL selects one or more
kernels = $(shell awk '$$4 == "$(1)" { print $$1 }' tests/vm/kernels)
KERNEL ?= $(call kernels,cloud)

setup: ## install what make check needs (Debian 12 or 13)
	@packaging/setup-debian build check vm

check: setup ## every test, guests included
	@tests/check

check-quick: ## the tests that need no guest, in two minutes
	@packaging/setup-debian build check
	@tests/check --quick

# The source of packages does not contain the tests.
-include tests/unit/unit.mk
-include tests/words/words.mk
-include tests/fuzz/fuzz.mk
-include tests/golden/golden.mk
-include tests/tables/tables.mk
-include tests/bench/bench.mk

# tests/check runs these targets.
check-programs: quick-programs vm-helpers $(fuzz)/fatal $(fuzz_programs)
quick-programs: all $(unit)/tests $(unit)/fatal $(golden)/tierbpf $(tables)/dump $(tables_json)

lint: ## clang-format, ShellCheck, checkpatch and mandoc over the tree
	@packaging/setup-debian lint
	@tests/lint

check-vm: setup ## the cases in guests with stock kernels
	@$(MAKE) --no-print-directory -s all vm-helpers
	@tests/vm/check $(KERNEL:%=--kernel %)

check-debug: setup ## the cases in guests with debug kernels
	@$(MAKE) --no-print-directory -s all vm-helpers
	@tests/vm/check $(patsubst %,--kernel %,$(call kernels,debug))

debug-kernel: ## build the debug kernels, if none are available
	@for kernel in $(call kernels,debug); do tests/vm/harness/build-debug-kernel $$kernel || exit; done

stress: setup ## run for hours the cases that find more the longer they run
	@$(MAKE) --no-print-directory -s all vm-helpers
	@tests/vm/suites/stress $(KERNEL)

demo: ## the example of README.md in a guest with a stock kernel
	@packaging/setup-debian build vm
	@$(MAKE) --no-print-directory -s all
	@tests/vm/suites/demo

# Makes a systemd unit with the paths of this installation, which may change each time.
install_unit = sed -e '/^@sandbox@/{r packaging/systemd/sandbox.conf' -e 'd}' packaging/systemd/$(1).in | \
	sed -e 's,@sbindir@,$(sbindir),' -e 's,@sysconfdir@,$(sysconfdir),' > $(DESTDIR)$(unitdir)/$(1)
systemd_units := $(notdir $(basename $(wildcard packaging/systemd/*.service.in)))

install: all ## the tool, manual, completions and units, below $(prefix)
	install -D -m 755 $(build)/tierbpf $(DESTDIR)$(sbindir)/tierbpf
	install -D -m 644 -t $(DESTDIR)$(includedir)/tierbpf include/tierbpf/*.h
	install -D -m 644 -t $(DESTDIR)$(datadir)/tierbpf/examples bpf/examples/*
	install -D -m 644 -t $(DESTDIR)$(datadir)/tierbpf schema/*.schema.json
	install -D -m 644 -t $(DESTDIR)$(mandir)/man5 man/*.5
	install -D -m 644 -t $(DESTDIR)$(mandir)/man8 man/*.8
	install -D -m 644 -t $(DESTDIR)$(docdir) docs/*.md
	install -D -m 644 completions/tierbpf.bash $(DESTDIR)$(bashcompdir)/tierbpf
	install -D -m 644 -t $(DESTDIR)$(zshcompdir) completions/_tierbpf
	install -D -m 644 -t $(DESTDIR)$(unitdir) packaging/systemd/*.path
	$(foreach name,$(systemd_units),$(call install_unit,$(name)) && chmod 644 $(DESTDIR)$(unitdir)/$(name) &&) :
	install -D -m 644 -t $(DESTDIR)$(udevdir)/rules.d packaging/systemd/*.rules
	install -d $(DESTDIR)$(sysconfdir)/tierbpf

# For dkms add tierbpf/VERSION, which builds the module for this kernel and later ones.
install-dkms: ## the source of the module, for DKMS
	install -D -m 644 -t $(DESTDIR)$(srcdir)/tierbpf-$(VERSION)/kmod $(filter-out %.mod.c,$(wildcard kmod/*.[ch])) kmod/Kbuild
	install -D -m 644 -t $(DESTDIR)$(srcdir)/tierbpf-$(VERSION)/include/tierbpf include/tierbpf/*.h
	sed 's/@VERSION@/$(VERSION)/' kmod/dkms.conf > $(DESTDIR)$(srcdir)/tierbpf-$(VERSION)/dkms.conf

deb: ## Debian packages, in build/deb
	@packaging/setup-debian build deb
	@packaging/deb $(VERSION)

clean: ## remove all that was built
	rm -rf $(build)

-include $(wildcard $(build)/*/*.d $(build)/user/*/*.d $(build)/unit/obj/*/*/*.d $(build)/unit/obj/*/*/*/*.d)

.PHONY: all examples check check-libbpf check-programs check-quick check-unit check-vm check-debug clean debug-kernel demo deb help install install-dkms lint quick-programs setup stress vm-helpers
