# Two commands matter: `make demo` shows the engine at work, `make test` proves it.
# Words for the command behind a target go into ARGS: make demo ARGS="--no-serve"

SHELL := /bin/sh
ARGS ?=
BIN := .venv/bin
# Half of what a test does is waiting: for PostgreSQL, brokers, browsers, processes that start.
RUNNERS ?= 4
# Four test runners and a hundred processes of khata would each compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: release-before help setup tools deploy-tools demo test bench trials check fmt clean

help:
	@echo 'make demo    set up, live 18 months of a demo business, serve the dashboard'
	@echo 'make test    set up and run every test'
	@echo 'make setup   make the environment .venv, with .venv/bin/khata'
	@echo 'make deploy-tools   add Helm and the schemas that the tests of deploy/ need (350 MB)'
	@echo 'make bench   measure all that docs/performance.md tells of, about 5 minutes'
	@echo 'make trials  kill workers, brokers and PostgreSQL in mid-work, live 3,000 random histories, read the books'
	@echo 'make check   formatting, lint, types, floors'
	@echo 'make fmt     put the code into its format'
	@echo 'make clean   remove the environment and all caches'

setup: .venv/.complete

tools: .venv/.complete-dev

deploy-tools: .venv/.complete-deploy

# A stamp is older than the lock file only when there is something to install.
.venv/.complete: uv.lock pyproject.toml scripts/setup
	@scripts/setup

.venv/.complete-dev: uv.lock pyproject.toml scripts/setup
	@scripts/setup dev

.venv/.complete-deploy: uv.lock pyproject.toml scripts/setup
	@scripts/setup dev deploy

demo: setup
	@$(BIN)/khata demo $(ARGS)

test: tools
	@$(BIN)/pytest -n $(RUNNERS) --dist worksteal $(ARGS)

release-before: tools
	@$(BIN)/python scripts/release_before.py -n $(RUNNERS)

bench: tools
	@$(BIN)/python -m bench $(ARGS)

trials: tools
	@$(BIN)/python -m trials $(ARGS)
	@KHATA_TEST_SEARCH=1 $(BIN)/pytest -n 2 -m hypothesis
	@KHATA_TEST_HISTORIES=3000 $(BIN)/pytest -n 2 tests/scenarios/test_histories.py
	@$(BIN)/python -m trials.webhooks
	@$(BIN)/python -m trials.stream
	@$(BIN)/python -m trials.collecting

check: tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv .bootstrap .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
