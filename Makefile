# SPDX-License-Identifier: Apache-2.0
# Every verb with a comment behind two number signs is shown by `make help`.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Where `make install` puts things. DESTDIR goes in front of every place without becoming known to the programs.
# /usr and /usr/local use the system's /etc, /var and /run, so containers of an installed C LXC are found; any other prefix
# keeps everything below itself.
PREFIX ?= /usr/local
system := $(filter /usr /usr/local,$(PREFIX))
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec
LIBDIR ?= $(PREFIX)/lib/$(shell uname -m)-linux-gnu
DATADIR ?= $(PREFIX)/share
SYSCONFDIR ?= $(if $(system),/etc,$(PREFIX)/etc)
LOCALSTATEDIR ?= $(if $(system),/var,$(PREFIX)/var)
RUNDIR ?= $(if $(system),/run,$(PREFIX)/run)
DESTDIR ?=
export PREFIX BINDIR SBINDIR LIBEXECDIR LIBDIR DATADIR SYSCONFDIR LOCALSTATEDIR RUNDIR DESTDIR

# Extra options for the Swift package manager, for example SWIFT_FLAGS='-j 1'.
SWIFT_FLAGS ?=
# Seconds that each fuzz target runs.
SECONDS_EACH ?= 60
# Extra options for `swift test`, for example TEST_FLAGS='--filter ContainerTests'.
TEST_FLAGS ?=

.PHONY: android-tarball
android-tarball: release ## pack the programs for /data/lxc of an Android device (Documentation/android.md)
	@scripts/android-tarball.sh

.PHONY: help
help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install the Debian packages that are missing (needs root when any are)
	@scripts/install-dependencies.sh

.PHONY: quickstart
quickstart: ## build, then create, start, enter, stop and destroy a first container (root)
	@scripts/quickstart.sh

.PHONY: build
build: deps images ## build everything for debugging
	swift build --build-tests $(SWIFT_FLAGS)

.PHONY: images
images: deps ## build the templates for images (lxc-image) and their tests for debugging
	swift build --build-tests --package-path Images --scratch-path .build/images $(SWIFT_FLAGS)

.PHONY: release
release: deps ## build the programs as they are installed: optimized, without the Swift runtime
	@scripts/build-programs.sh $(SWIFT_FLAGS)

.PHONY: library
library: deps ## build liblxc.so.1, the library for C programs
	swift build -c release --scratch-path .build/library --product liblxc-shared $(SWIFT_FLAGS)

.PHONY: test
test: deps ## build and run all tests; as root this includes real containers
	@SWIFT_FLAGS='$(SWIFT_FLAGS)' scripts/test.sh $(TEST_FLAGS)

.PHONY: test-v2
test-v2: build release ## run the tests that start containers with cgroup v2 alone, in a mount namespace (root)
	@scripts/test-v2.sh $(TEST_FLAGS)

.PHONY: valgrind
valgrind: build ## look for leaks and misused memory in liblxc.so.1, attached processes included (root; a minute)
	@scripts/install-dependencies.sh --tests
	LXC_TEST_BUILD_DIR=.build/debug LXC_TEST_REQUIRE=root swift test --skip-build --filter MemcheckTests

.PHONY: vm-test
vm-test: build release ## run tests in a virtual machine with Debian's kernel: cgroup v2, AppArmor, LVM, ipvlan, systemd (root; 10 minutes)
	@scripts/install-dependencies.sh --machine
	@scripts/vm-test.sh $(VM_FLAGS)

.PHONY: interoperation
interoperation: release ## print how Debian's tools do on our containers, and ours on Debian's (root)
	@scripts/install-dependencies.sh --peers
	@scripts/interoperation.sh

.PHONY: check
check: deps ## run every script in scripts/checks and build with warnings as errors
	@scripts/check.sh

.PHONY: bench
bench: ## compare speed and memory with C LXC and crun (root)
	@scripts/install-dependencies.sh --peers
	@scripts/bench/run.sh

.PHONY: function-order
function-order: deps ## record which functions the programs call most, for the linker to put them side by side (root; then build again)
	@scripts/function-order/run.sh

.PHONY: weakened
weakened: build ## show that the security tests fail when a protection is taken out (root; some minutes)
	@SWIFT_FLAGS='$(SWIFT_FLAGS)' scripts/weakened.sh

.PHONY: attacks
attacks: build ## run the table of attacks (Tests/attack-table) and print its report, with C LXC's results where it can be asked (root; minutes)
	@scripts/attack-table.sh

.PHONY: fuzz
fuzz: deps ## feed random input to every parser, SECONDS_EACH (60) seconds each
	@scripts/fuzz.sh $(SECONDS_EACH)

.PHONY: install
install: release library ## install below PREFIX (/usr/local); also DESTDIR, SYSCONFDIR, LOCALSTATEDIR, RUNDIR, LIBDIR, LIBEXECDIR
	@BUILD_DIR=.build/programs/release scripts/install.sh install

.PHONY: deb
deb: release library ## make Debian packages of the tools, the library and the templates in .build/deb
	@scripts/deb.sh

.PHONY: deb-test
deb-test: deb ## install the packages in a fresh Debian container, use them there and remove them (root)
	@scripts/deb-test.sh

.PHONY: install-only
install-only: # what the last build made, without building: BUILD_DIR=.build/debug make install-only
	@scripts/install.sh install

.PHONY: uninstall
uninstall: ## remove what install put there; containers, logs and changed settings stay
	@scripts/install.sh uninstall

.PHONY: format
format: ## format all Swift code in place
	swift format --in-place --parallel --recursive Package.swift Sources Snippets Tests Fuzz Images/Package.swift Images/Tests \
		$(addprefix Images/Sources/,Unpacking ImageTemplates lxc-image)

.PHONY: snippets
snippets: build ## build the snippets in a package that depends on this one, and run them (root)
	@scripts/snippets.sh

.PHONY: docs
docs: deps ## make the documentation of the Swift library in .build/docs; a warning fails it
	@scripts/docs.sh

.PHONY: clean
clean: ## remove everything that was built, and the quickstart's private installation
	rm -rf .build .local
