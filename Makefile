# Two commands matter: `make demo` and `make test`. The rest are their parts.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ASTERISK ?= rootfs
UNIT := not asterisk and not browser and not postgres and not program

.DEFAULT_GOAL := help
.PHONY: help setup packages demo test lint types contracts fast real dialogues bench soak test-containers refresh clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(BIN)/.ready: pyproject.toml constraints.txt
	@echo "setup    Python environment in $(VENV)"
	@PYTHON=$(PYTHON) lab/system.sh python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[fast]' --group dev
	@touch $@

packages: ## install the Debian packages that are missing
	@lab/system.sh

setup: $(BIN)/.ready packages ## everything that test and bench need
	@lab/rootfs.sh >/dev/null

demo: $(BIN)/.ready ## a whole hotline on this machine: Asterisk, service, agents, callers, wallboard
	@lab/system.sh speech asterisk
	@$(BIN)/python -m lab.demo --asterisk $(ASTERISK)

test: setup lint types contracts fast real ## everything: lint, types, contracts, unit, real calls, real browser

lint: $(BIN)/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(BIN)/.ready
	$(BIN)/mypy

contracts: $(BIN)/.ready
	$(BIN)/lint-imports

fast: $(BIN)/.ready ## the unit suite
	$(BIN)/python -m pytest -m "$(UNIT)" -n auto

real: $(BIN)/.ready ## the real parts: PostgreSQL, Asterisk, SIP and RTP, a browser
	$(BIN)/python -m pytest -m "not ($(UNIT))" -p no:randomly -n 4 --dist loadfile --no-loadscope-reorder --timeout 240

dialogues: setup ## all of the sample's dialogues by telephone on a real Asterisk, with the longest waits of the line as they are written
	HOTLINE_DIALOGUES=whole $(BIN)/python -m pytest -p no:randomly -n 4 --dist loadfile -rA --show-capture=no \
	  tests/calls -k dialogue

bench: setup ## CPU per call beside plain dialplan, and the other figures of docs/performance.md
	$(BIN)/python -m bench.calls

soak: setup ## thousands of real calls while everything breaks; VISITS=10000 SEED= DATABASE=sqlite|postgresql RATE=10
	@$(BIN)/python -m lab.soak $(if $(VISITS),--visits $(VISITS)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(DATABASE),--database $(DATABASE)) $(if $(RATE),--rate $(RATE))

test-containers: setup ## the compose file's containers, for real, with Podman
	docker/podman.sh

refresh: ## the newest libraries pyproject.toml allows, for the gate to try
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable '.[fast]' --group dev
	(head -n 1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | grep '==') >constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var
