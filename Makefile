# Sets everything up with nothing but Python and make. Needs the network the first time only.
#   make run        the case files against the reference, real torch and real MindSpore
#   make test       what must pass, as far as it takes minutes
#   make test-slow  the tests that take longer; with it and `make docs` it is what CI runs
#   make matrix     the case files against eleven targets: frameworks in the versions that pages speak
#                   of and in those that people run
# Another Python: make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TARGETS := torch@2.13.0 mindspore@2.10.0
BACKENDS := --backend reference --backend torch --backend mindspore
MATRIX := torch@1.8.1 torch@1.13.1 torch@2.13.0 mindspore@2.0.0 mindspore@2.7.2 mindspore@2.10.0 \
  numpy@2.4.6 jax@0.10.2 tensorflow@2.21.0 paddle@3.3.1 array-api-strict@2.6.1
# What the verdicts on the fakes follow from.
FAKES := $(wildcard cases/*.yaml cases/*/*.yaml conformance/backends/*/*.yaml \
  conformance/decide/*.py reference_impl/*.py tests/fakes/scans/*)

# Without bytecode every start compiles the package again, and the start is most of a small run.
unexport PYTHONDONTWRITEBYTECODE
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test test-slow matrix environments lint types cases fakes unit gate docs bench clean FORCE

help:
	@sed -n 's/^#   //p' Makefile

run: $(VENV)/installed environments
	$(BIN)/conformance run $(BACKENDS) --report build/reports/run.jsonl

matrix: $(VENV)/installed
	$(BIN)/conformance install $(MATRIX)
	$(BIN)/conformance run $(MATRIX:%=--backend %) --report build/reports/matrix.jsonl

test: lint types cases fakes unit gate

# What fails here is told here; whoever needs it says so again, and the others go on.
environments: $(VENV)/installed
	@$(BIN)/conformance install $(TARGETS) || echo "make: going on with what is installed"

lint: $(VENV)/developing
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/developing
	$(BIN)/mypy

cases: $(VENV)/developing
	$(BIN)/conformance lint

# Neighbours share what is costly to make, so each process takes a stretch and helps out at the end.
unit: $(VENV)/developing environments
	$(BIN)/pytest tests -q -n auto --dist worksteal -m "not slow"

test-slow: $(VENV)/developing environments
	$(BIN)/pytest tests -q -n auto --dist worksteal -m slow

gate: $(VENV)/developing environments
	$(BIN)/pytest $(BACKENDS) -q --conformance-report=build/reports/gate.jsonl

# Shows the newest report; after `make gate` that is the gate's.
docs: $(VENV)/developing build/fakes.json
	$(BIN)/sphinx-build -W -q -j auto -c . docs build/html

fakes: build/fakes.json
	@test "$$(cat build/fakes.status)" = 0 || { \
	  echo "make: a fake escapes, a right one is caught or a case catches none: build/fakes.json"; \
	  exit 1; }

# What escapes is shown in the documentation; `make fakes` is red for it.
build/fakes.json: $(VENV)/developing $(FAKES)
	@mkdir -p build
	$(BIN)/conformance fakes --format json > $@.new; echo $$? > build/fakes.status
	@test -s $@.new && mv $@.new $@

bench: $(VENV)/developing environments
	for script in $(filter-out %_adapter.py,$(wildcard benchmarks/*.py)); do \
	  $(BIN)/python $$script || exit 1; \
	done

# Managed environments are shared by projects and stay: `conformance uninstall SPEC` removes one.
clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

# Made anew if its interpreter was removed. Without pip, which takes seconds, so that an interruption
# leaves all or nothing.
$(VENV)/made: $(if $(shell test -x $(BIN)/python || echo gone),FORCE)
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "make: $(PYTHON) does not run, is older than Python 3.10, or lacks venv and ensurepip" \
	    "(Debian: apt install python3-venv); name another: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	  exit 1; }
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	@touch $@

$(VENV)/installed: pyproject.toml $(VENV)/made
	@$(BIN)/python -Im ensurepip > /dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/developing: pyproject.toml $(VENV)/made
	@$(BIN)/python -Im ensurepip > /dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(VENV)/installed $@
