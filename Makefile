# Two commands matter: `make demo` shows the engine at work, `make test` proves it.
# Words for the command behind a target go into ARGS: make demo ARGS="--no-serve"

SHELL := /bin/sh
ARGS ?=
BIN := .venv/bin

.PHONY: help setup demo test bench check fmt clean

help:
	@echo 'make demo    set up, live 18 months of a demo business, serve the dashboard'
	@echo 'make test    set up and run every test'
	@echo 'make setup   make the environment .venv, with .venv/bin/khata'
	@echo 'make bench   measure the billing run and the PDFs'
	@echo 'make check   formatting, lint, types, floors'
	@echo 'make fmt     put the code into its format'
	@echo 'make clean   remove the environment and all caches'

setup: .venv/.complete

# The stamp is older than the lock file only when there is something to install.
.venv/.complete: uv.lock pyproject.toml scripts/setup
	@scripts/setup

demo: setup
	@$(BIN)/khata demo $(ARGS)

test: setup
	@$(BIN)/pytest -n 2 $(ARGS)

bench: setup
	@$(BIN)/python -m bench $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv .bootstrap .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
