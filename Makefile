# The commands of Qianshou. Nothing but Python 3.11+ and a network is needed; `make` alone lists them.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done || true)
PYTHON := $(if $(PYTHON),$(PYTHON),python3)
PY := .venv/bin/python
MANAGE := $(PY) backend/manage.py
TESTING := env -u DATABASE_URL -u REDIS_URL DJANGO_SETTINGS_MODULE=config.settings.testing
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test e2e e2e-setup lint fmt bench messages requirements budget clean

help: ## this list
	@grep -E '^[a-z0-9-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## install what the program needs into .venv
	@$(PYTHON) tools/bootstrap.py runtime

setup-dev: setup
	@$(PYTHON) tools/bootstrap.py dev

run: setup ## serve the demo home at http://127.0.0.1:8000 (PORT=..., QIANSHOU_HOME=..., QIANSHOU_DEMO=0 for real work)
	@export QIANSHOU_MODE=embedded QIANSHOU_DEMO="$${QIANSHOU_DEMO:-1}"; \
	$(MANAGE) prepare && exec $(MANAGE) serve

test: setup-dev ## the whole suite on everything this machine offers
	@$(PY) tools/test_all.py

e2e: setup-dev ## the browser journeys alone
	@env -u DATABASE_URL -u REDIS_URL $(PY) -m pytest -m e2e -n 0 tests/e2e

e2e-setup: ## install Chromium and Chinese fonts (Debian, as root)
	@sh tools/install_browser.sh

lint: setup-dev ## style, types, layers, templates, migrations, texts, deployment settings
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@if [ -d frontend/templates ]; then $(PY) -m djlint --quiet --lint frontend/templates; fi
	@$(TESTING) PYTHONPATH=backend:. .venv/bin/lint-imports --no-cache
	@$(TESTING) $(PY) -m mypy
	@$(TESTING) $(MANAGE) makemigrations --check --dry-run
	@$(TESTING) $(MANAGE) messages --check
	@$(PY) tools/check_deploy.py

fmt: setup-dev ## format Python and templates
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@if [ -d frontend/templates ]; then $(PY) -m djlint --quiet --reformat frontend/templates; fi

bench: setup-dev ## the measurements of docs/measurements.md (BENCH="--only pairing-500")
	@$(PYTHON) tools/bootstrap.py bench
	@$(PY) -m scheduling.benchmarks --rivals .venv-bench/bin/python $(BENCH)

messages: setup-dev ## bring the translations in step with the texts
	@$(TESTING) $(MANAGE) messages

requirements: setup-dev ## export the lock file for pip
	@sh tools/export_requirements.sh

clean: ## remove what was built (never the home's data)
	@rm -rf .venv .venv-bench build .mypy_cache .ruff_cache .hypothesis .import_linter_cache
