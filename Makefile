# Sets everything up with nothing but Python and make. Needs the network the first time only.
#   make run     the case files against the reference, real torch and real MindSpore
#   make test    everything that must pass
# Another Python: make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TARGETS := torch@2.13.0 mindspore@2.10.0
BACKENDS := --backend reference --backend torch --backend mindspore
# What the verdicts on the fakes follow from.
FAKES := $(wildcard cases/*.yaml cases/*/*.yaml conformance/backends/*/*.yaml \
  conformance/decide/*.py reference_impl/*.py tests/fakes/scans/*)

# Without bytecode every start compiles the package again, and the start is most of a small run.
unexport PYTHONDONTWRITEBYTECODE
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test environments lint types cases unit gate docs bench clean FORCE

help:
	@sed -n 's/^#   //p' Makefile

run: $(VENV)/installed environments
	$(BIN)/conformance run $(BACKENDS) --report build/reports/run.jsonl

test: lint types cases unit gate docs

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

unit: $(VENV)/developing environments
	$(BIN)/pytest tests -q -n auto

gate: $(VENV)/developing environments
	$(BIN)/pytest $(BACKENDS) -q --conformance-report=build/reports/gate.jsonl

# Shows the newest report; after `make gate` that is the gate's.
docs: $(VENV)/developing build/fakes.json
	$(BIN)/sphinx-build -W -q -c . docs build/html

# What escapes is shown in the documentation; `make unit` is red for it.
build/fakes.json: $(VENV)/developing $(FAKES)
	@mkdir -p build
	-$(BIN)/conformance fakes --format json > $@.new
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
