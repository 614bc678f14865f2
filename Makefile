# One runner for everything; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# Some environments forbid it, and then each of the many processes that the tests start compiles all modules anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test test-thorough test-browser test-faults check lint types layers migrations translations templates openapi settings-doc \
        bench shots release-static clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.made: pyproject.toml uv.lock scripts/install.sh
	scripts/install.sh $(VENV)
	touch $@

setup: $(VENV)/.made ## make .venv with everything in it, the browser's libraries and the translations
	$(BIN)/python scripts/vendor.py
	$(BIN)/shanzhi messages compile

demo: setup ## load the demo and serve it on localhost (PORT=8000)
	$(BIN)/shanzhi demo --port $(or $(PORT),8000)

test: setup ## run the tests (WORKERS=2, ARGS="-k word")
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=10 -m "not thorough" $(ARGS)

test-thorough: setup ## run the tests that are too slow for every run: the whole site asked, killed and walked through, every look
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=10 -m thorough $(ARGS)

test-faults: setup ## run only the tests that kill servers, fill disks and restore backups
	$(BIN)/python -m pytest -q tests/faults $(ARGS)

test-browser: setup ## run only the tests in a real browser
	$(BIN)/python -m pytest -q -m browser

check: setup lint types layers migrations translations templates ## lint, types, layers, migrations, translations

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell src tests docs benchmarks scripts README.md
	$(BIN)/deptry src

types:
	$(BIN)/mypy src/shanzhi

layers:
	$(BIN)/lint-imports

migrations:
	$(BIN)/shanzhi manage makemigrations --check --dry-run

translations:
	$(BIN)/python scripts/translations.py

templates:
	$(BIN)/djlint src --lint --quiet

openapi: setup ## write docs/openapi.json from the code
	$(BIN)/shanzhi manage export_openapi_schema --api shanzhi.config.api.api --indent 1 --output docs/openapi.json

settings-doc: setup ## write docs/settings.md from the code
	$(BIN)/python scripts/settings_doc.py

bench: setup ## run every benchmark and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

shots: setup ## take a picture of every page, phone and desktop, into build/shots
	$(BIN)/python scripts/shots.py

release-static: setup ## collect and compress the static files for a release
	SHANZHI_RELEASE_STATIC=1 $(BIN)/shanzhi manage collectstatic --noinput

clean: ## remove what was made, but no data
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis src/shanzhi/ui/static/vendor src/shanzhi/ui/fonts $(VENV)/.made
	find src tests -name __pycache__ -prune -exec rm -rf {} +
