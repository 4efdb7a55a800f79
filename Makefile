# Everything is set up by the target that needs it. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help install office browser demo serve mailbox test lint format bench bench-quick bench-browser bench-letters bench-large bench-peers requirements clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

install: $(VENV)/.installed ## make .venv with segmentlog in it

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("segmentlog needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's module venv is needed (on Debian: python3-venv)."; exit 1; }
	@echo "Installing what segmentlog needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

office: ## install LibreOffice, which makes letters into PDF, where that is possible
	@command -v soffice >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing LibreOffice, which makes letters into PDF ..."; \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				libreoffice-writer-nogui fonts-liberation >/dev/null; \
		fi; \
		command -v soffice >/dev/null || echo "LibreOffice (soffice) is not here: letters stay Word documents," \
			"without PDF. On Debian, as root: apt-get install libreoffice-writer-nogui fonts-liberation"; }

browser: ## install Chromium, which the tests of the pages drive, where that is possible
	@command -v chromium >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Chromium, which the tests of the pages drive ..."; \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				chromium >/dev/null; \
		fi; \
		command -v chromium >/dev/null || echo "Chromium is not here: the tests of the pages are skipped." \
			"On Debian, as root: apt-get install chromium"; }

demo: install office ## do the main job from end to end on sample contacts
	@$(BIN)/segmentlog demo

serve: install ## run the service on http://127.0.0.1:8000, its data in .data
	@$(BIN)/segmentlog serve

mailbox: install ## a mail server on 127.0.0.1:1025 that shows mails and passes none on, to try sending
	@$(BIN)/python -m docs.mailbox

test: install office browser ## run all tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: install ## check style, types, and the order of the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: install ## put the code into its usual form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install ## measure with a million contacts, and write benchmarks/results and the README's table
	@$(BIN)/python -m benchmarks --contacts 10000 100000 1000000 --special rebuild=10000,100000
	@$(BIN)/python -m benchmarks.report --readme README.md

bench-quick: install ## the same with 100,000 contacts only; those that take long with fewer
	@$(BIN)/python -m benchmarks --contacts 100000 --special append-many=10000 import=10000 rebuild=10000 verify=10000 cancel=10000
	@$(BIN)/python -m benchmarks.report --readme README.md

bench-browser: install browser ## measure the worksheet of a million lines in Chromium
	@$(BIN)/python -m benchmarks.browser

bench-letters: install office ## measure letters and their PDF against the least and against others
	@$(BIN)/python -m benchmarks.letters

bench-large: install ## ten million contacts on a service that is killed on the way; about forty minutes
	@$(BIN)/python -m benchmarks.endurance --contacts 10000000

bench-peers: install ## the same job by this service and by Tryton, which is installed into .peers for it
	@$(BIN)/python -m benchmarks.peers

requirements: install ## pin the newest versions that pyproject.toml allows
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-header --quiet -o requirements.txt

clean: ## remove what was installed and made, but not .data
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
