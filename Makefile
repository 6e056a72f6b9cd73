# `make` alone lists what there is. Nothing but make and a Python (3.11 or newer) is needed beforehand.

BIN := .venv/bin
READY := .venv/.ready

# The first Python that really runs (a pyenv shim may not), is new enough and can make a virtual environment.
PYTHON = $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Tests start hundreds of processes: none may have to compile the house anew, whatever this machine is set to.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo run test thorough browser check style types imports fmt bench pages lock
MAKEFLAGS += --no-print-directory

help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | while IFS='|' read -r name what; do \
		printf '  make %-8s %s\n' "$$name" "$$what"; done

setup: $(READY) ## The virtual environment .venv with everything in it, pinned by hash
	@:

demo: $(READY) ## One whole negotiation, played in the terminal
	@$(BIN)/askarsan demo

run: $(READY) ## Serve: the web and the worker in one process
	@$(BIN)/askarsan serve

test: $(READY) ## All checks, then all tests
	@$(MAKE) -j 2 browser check
	@echo "── tests"
	@$(BIN)/pytest -n 2 --dist worksteal -q

thorough: $(READY) ## The tests with every story on both databases: before a release
	@$(BIN)/pytest -n 2 --dist worksteal -q --thorough

# Our pages are tested by clicking through them.
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable

browser: ## Chromium, which the tests of our pages need; installed where that is possible
	@for name in $(BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "── browser (the system's package chromium)"; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	else \
		echo "The tests of our pages need Chromium on the PATH: apt-get install chromium, dnf install chromium, or" >&2; \
		echo "whatever your system calls it." >&2; exit 1; \
	fi

check: style types imports ## Style, types and the one direction of imports

style: $(READY)
	@echo "── style (ruff)"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: $(READY)
	@echo "── types (mypy --strict)"
	@$(BIN)/mypy

imports: $(READY)
	@echo "── imports (import-linter)"
	@$(BIN)/lint-imports --no-logo

fmt: $(READY) ## Format the code, mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY) ## Measure; `make bench ONLY=turns` for one
	@$(BIN)/python -m benchmarks $(ONLY)

UV_LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

pages: $(READY) ## Make .env.example and the pages of settings and channels anew from the code
	@$(BIN)/askarsan settings --example > .venv/made && mv .venv/made .env.example
	@$(BIN)/askarsan settings --page > .venv/made && mv .venv/made docs/reference/settings.md
	@$(BIN)/askarsan channels abilities --page > .venv/made && mv .venv/made docs/reference/channels.md

lock: $(READY) ## Pin the newest allowed versions anew in requirements/
	@$(UV_LOCK) --upgrade --group build -o requirements/build.txt
	@$(UV_LOCK) --upgrade pyproject.toml --extra model --extra microsoft -o requirements/run.txt
	@$(UV_LOCK) --upgrade pyproject.toml --extra model --extra microsoft --group dev -c requirements/build.txt -c requirements/run.txt -o requirements/dev.txt

$(READY): pyproject.toml requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "askARSAN needs Python 3.11 or newer, with its venv module, on the PATH." >&2; exit 1; }
	@test -x $(BIN)/python || { echo "── virtual environment (.venv, $$($(PYTHON) --version))"; $(PYTHON) -m venv .venv; }
	@echo "── packages, pinned by hash (requirements/dev.txt)"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements/build.txt
	@# uv is four times as quick; pip may have been told of an index that uv does not know.
	@$(BIN)/uv pip install -qq --python $(BIN)/python --require-hashes -r requirements/dev.txt || \
		$(BIN)/python -m pip install -qq --require-hashes -r requirements/dev.txt
	@echo "── askARSAN itself"
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@$(BIN)/python -c "import bot.service, bot.terminal.chat" # compiled now, so that the first command is quick too
	@touch $@
