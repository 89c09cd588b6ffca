# The few commands of daily work. Each first sees to the Debian packages it needs (tools/setup).
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
.PHONY: help build demo test check bench fuzz format lint docs clean

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 14

build: ## the release program, build/tomme
	@tools/setup build
	@tools/build release tomme
	@tools/build strip

demo: ## the main job on real packages: tomme verify, tomme run -- pip install
	@tools/setup demo
	@tools/build release tomme
	@tools/build strip
	@tools/demo

test: ## everything that must hold: unit tests, transcripts, pytest, once more under sanitizers
	@tools/setup test
	@tools/test

check: ## ctest of one preset: make check PRESET=debug|asan|tsan [TESTS=regex]
	@tools/setup build
	@tools/test preset $(or $(PRESET),debug) $(TESTS)

bench: ## measurements beside the peers (docs/benchmarks.md); BENCH=verify|peers|hash|run|page|network|tuf|repository|crypto for one
	@tools/setup bench
	@tools/build release all
	@tools/build strip
	@tools/bench $(BENCH)

fuzz: ## every fuzz target for FUZZ_SECONDS (60) each; FUZZ=name for one
	@tools/setup fuzz
	@tools/fuzz $(FUZZ)

format: ## gives the sources their form
	@tools/setup format
	@git ls-files -co --exclude-standard '*.cc' '*.h' | xargs -r -P2 -n40 clang-format-19 -i

lint: ## clang-format and clang-tidy, nothing changed
	@tools/setup lint
	@tools/lint

docs: ## docs/errors.md from the code
	@tools/setup build
	@/usr/bin/python3 tools/errors_doc.py

clean: ## removes build/
	@rm -rf build
