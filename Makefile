# The project's verbs. Each sets up what it needs; Python 3.11 or newer, make and git are all that must be there.
# Another interpreter: make test PYTHON=/path/to/python   More test processes: make test JOBS=8

IS_FIT  := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON  ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
             $$p -c '$(IS_FIT)' 2>/dev/null && echo $$p && break; done)
JOBS    ?= 2
BIN     := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
DEMO    := build/demo-home

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types format docs services bench screenshots soak clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: .venv/.tools ## make .venv with the package and the development tools, all pinned

# The package alone: all that the demo needs.
.venv/.package: pyproject.toml constraints.txt
	@python='$(PYTHON)'; "$${python:-false}" -c '$(IS_FIT)' 2>/dev/null || { \
	  echo "modelwatch needs Python 3.11 or newer with its venv module; found '$${python:-none}'." >&2; \
	  echo "Name one with: make PYTHON=/path/to/python3.11" >&2; exit 2; }; \
	echo "Setting up .venv (once)"; \
	test -x $(BIN)/pip || "$$python" -m venv .venv
	@$(INSTALL) 'pip>=25.3'
	@$(INSTALL) --build-constraint constraints.txt --editable '.[serve]'
	@touch $@

.venv/.tools: .venv/.package
	@echo "Installing the development tools (once)"
	@$(INSTALL) --build-constraint constraints.txt --editable '.[all]' --group dev
	@touch $@

demo: .venv/.package ## a real year of a real model through a server, which goes on serving
	@rm -rf $(DEMO)
	@$(BIN)/modelwatch --home $(DEMO) demo

test: lint types ## lint, types, then every test and doctest
	@$(BIN)/pytest -q -n $(JOBS)

lint: .venv/.tools ## ruff: rules and layout
	@$(BIN)/ruff check --quiet --output-format=concise .
	@$(BIN)/ruff format --quiet --check .

types: .venv/.tools ## pyright, strict
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --project pyproject.toml

format: .venv/.tools ## let ruff lay out the code and mend what it can
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

docs: .venv/.tools ## make the reference pages from the code
	@$(BIN)/python scripts/make_reference.py

services: ## install the servers that system tests talk to (Debian, apt-get)
	@scripts/services.sh

bench: .venv/.tools ## rows per second and peak memory of ingest, profile, run, client and server; how soon a fault is told
	@$(BIN)/python benchmarks/spine.py
	@$(BIN)/python benchmarks/client.py
	@$(BIN)/python benchmarks/server.py
	@$(BIN)/python benchmarks/alarm.py
	@$(BIN)/python benchmarks/pages.py

screenshots: .venv/.tools ## pictures of the pages for the documentation
	@PYTHONPATH=benchmarks $(BIN)/python scripts/screenshots.py

soak: .venv/.tools ## kill a server 300 times, freeze and flood it, send it 3,000 damaged bodies
	@$(BIN)/python benchmarks/siege.py
	@MODELWATCH_MUTANTS=3000 $(BIN)/pytest -q tests/system

clean: ## remove what the verbs made, except .venv
	@rm -rf build dist .hypothesis .pytest_cache .ruff_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
