# The commands of eventreg. `make run` and `make test` need only Python 3.11 or newer with venv, and make.

HOST ?= 127.0.0.1
PORT ?= 8000
# An IPv6 address goes in brackets.
BIND = $(if $(findstring :,$(HOST)),[$(patsubst [%],%,$(HOST))],$(HOST)):$(PORT)
# How many tests run at once, and what else pytest is told. Many wait for a server or a clock: four keep two processors busy.
WORKERS ?= 4
PYTEST_ARGS ?=
# The Python that .venv is made of; tools/setup_venv.sh looks for one when this is not set.
PYTHON ?=

BIN := .venv/bin
RUN_READY := .venv/.ready-run
DEV_READY := .venv/.ready-dev
# Compiled by the installation; again when new translations came with an update.
CATALOGS := $(patsubst %.po,%.mo,$(wildcard eventreg/i18n/locale/*/LC_MESSAGES/messages.po))
INPUTS := pyproject.toml hatch_build.py tools/setup_venv.sh
# Compiling the tests anew costs each worker eight seconds: what was compiled is kept, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run venv test test-quick test-browsers test-tools check bench task lock messages pictures vendor clean help

help:
	@echo "make run       install and serve at http://$(HOST):$(PORT)   (HOST=, PORT=)"
	@echo "make test      set up all that the tests need and run them (WORKERS=, PYTEST_ARGS=)"
	@echo "make test-quick  those that a change runs first: no browser, PostgreSQL, packaging, killed processes"
	@echo "make test-browsers  the journeys of participant and organizer in the system's Firefox and WebKit"
	@echo "make check     formatting, lint, types, import contracts, templates, translations"
	@echo "make bench     the benchmarks, against bench/bounds.toml; writes bench/results.json and docs/performance.md's table"
	@echo "make task      how long a new user needs for an event; writes docs/task.md"
	@echo "make messages  bring the translation catalogs up to date"
	@echo "make pictures  take the pictures of the guides again, from the running product"
	@echo "make lock      choose new versions of the dependencies"
	@echo "make vendor    fetch the third-party assets under static/vendor/ again"
	@echo "make venv      everything to work on eventreg, in .venv"
	@echo "make clean     remove what make made; instance/ stays"

$(RUN_READY): requirements/run.txt $(INPUTS)
	@PYTHON="$(PYTHON)" sh tools/setup_venv.sh run
	@touch $@

$(DEV_READY): requirements/dev.txt $(INPUTS)
	@PYTHON="$(PYTHON)" sh tools/setup_venv.sh dev
	@touch $(RUN_READY) $@

%.mo: %.po | $(RUN_READY)
	@$(BIN)/python -c "import sys, polib; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])" $< $@

run: $(RUN_READY) $(CATALOGS)
	@exec $(BIN)/eventreg serve --prepare --bind $(BIND)

venv: $(DEV_READY)

test-tools: $(DEV_READY)
	@sh tools/setup_tests.sh

test: test-tools $(CATALOGS)
	$(BIN)/pytest -n $(WORKERS) $(PYTEST_ARGS)

# What a change runs first: no browser, no PostgreSQL, no wheel built, no server killed.
test-quick: test-tools $(CATALOGS)
	$(BIN)/pytest -n $(WORKERS) -m "not browser and not postgres and not slow" $(PYTEST_ARGS)

# One after the other: they share a server, and most of the time is the browsers' own.
test-browsers: $(DEV_READY) $(CATALOGS)
	@sh tools/setup_tests.sh browsers
	$(BIN)/pytest tests/browser/test_engines.py -n 0 -m engines $(PYTEST_ARGS)

check: $(DEV_READY)
	@$(BIN)/python tools/check.py

bench: test-tools
	$(BIN)/python -m bench $(BENCH_ARGS)

task: test-tools $(CATALOGS)
	$(BIN)/python -m bench.task

messages: $(DEV_READY)
	$(BIN)/python tools/po.py extract

pictures: test-tools $(CATALOGS)
	$(BIN)/python tools/pictures.py

lock:
	@PYTHON="$(PYTHON)" UPGRADE="$(UPGRADE)" sh tools/lock.sh

vendor: $(DEV_READY)
	$(BIN)/python tools/vendor_assets.py

clean:
	rm -rf .venv .tools dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
