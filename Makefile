# Loudong. `make help` lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
CUSTOMERS ?= 2000
MONTHS ?= 36
SEED ?= 1
BENCH_CUSTOMERS ?= 100000
BENCH_MONTHS ?= 24

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell \
	command -v $(name) >/dev/null 2>&1 && $(name) -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	>/dev/null 2>&1 && echo $(name))))
LOCKED := --no-deps --require-hashes -r requirements.lock
# Nothing of ours reports home.
export MLFLOW_DISABLE_TELEMETRY := true
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export SCARF_ANALYTICS := false
export PYTHONWARNINGS := ignore
# Hundreds of processes start: none of them compiles the project anew, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test lint bench stop docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## install everything into .venv

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Loudong needs Python 3.11, 3.12 or 3.13 with venv; none was found on PATH" >&2; exit 1; }
	@echo "installing $$(grep -c '==' requirements.lock) locked packages into $(VENV) (half a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip install -q --system-certs --compile-bytecode --python $(BIN)/python $(LOCKED) || { \
		echo "uv could not install them; pip does"; \
		$(BIN)/python -m pip install -qq --disable-pip-version-check $(LOCKED); }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check
	@touch $@

run: setup ## the main job: generate, load, train, score and publish through Airflow (again: a few seconds)
	@$(BIN)/loudong demo --customers $(CUSTOMERS) --months $(MONTHS) --seed $(SEED)

# Airflow's tests mostly wait, so there is room for twice as many workers as cores.
test: setup ## all tests, ruff, mypy and sqlfluff among them
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

lint: setup ## ruff, mypy and sqlfluff alone, checking only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 --nocolor -q dbt_project

bench: setup ## loading, one more day and ranges beside what else does it, of BENCH_CUSTOMERS; writes docs/benchmarks.md
	@$(BIN)/python -m bench --customers $(BENCH_CUSTOMERS) --months $(BENCH_MONTHS) --page docs/benchmarks.md

stop: ## end everything that was started
	@test ! -x $(BIN)/loudong || $(BIN)/loudong stop

docs: setup ## write the reference pages of docs/ from contracts and dictionaries
	@$(BIN)/python -m loudong.reference

lock: ## renew requirements.lock from pyproject.toml
	@test -x $(BIN)/uv || $(MAKE) setup
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --extra dev pyproject.toml --output-file requirements.lock

clean: stop ## remove the environment and all local state
	rm -rf $(VENV) .loudong
