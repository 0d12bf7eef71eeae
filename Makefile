# Two commands for a fresh machine: `make demo` and `make test`. Everything is installed into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# How many processes run the tests, each with a database, a service and a browser of its own.
WORKERS ?= 2
# The tests start the product as a process many times; it is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check lint types unit js browser build clean
.DELETE_ON_ERROR:

demo: $(VENV)/.embedded
	$(BIN)/rollbook demo

test: $(VENV)/.test chromium
	$(MAKE) --no-print-directory check

check:
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint types js
	$(MAKE) --no-print-directory unit

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

js: $(VENV)/.test
	node --test tests/js/

unit: $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal

browser: $(VENV)/.test chromium
	$(BIN)/python -m pytest tests/browser

build: $(VENV)/.test
	$(BIN)/python -m build --no-isolation

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { $(MAKE) --no-print-directory apt-python3-venv && $(PYTHON) -m venv --clear $(VENV); }

$(VENV)/.embedded: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[embedded]'
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[embedded,test]'
	@touch $@ $(VENV)/.embedded

# The browser tests want a Chromium and what playwright's driver links to, the JavaScript tests a Node: from Debian where we
# may install, else named here.
.PHONY: chromium
chromium: $(VENV)/.test
	@command -v $${ROLLBOOK_CHROMIUM:-chromium} >/dev/null || $(MAKE) --no-print-directory apt-chromium
	@command -v node >/dev/null || $(MAKE) --no-print-directory apt-nodejs
	@$(BIN)/playwright --version >/dev/null 2>&1 || $(MAKE) --no-print-directory apt-libatomic1

apt-%:
	@command -v apt-get >/dev/null || { echo "$* is needed; install it and run make again (a Chromium elsewhere is named by ROLLBOOK_CHROMIUM)."; exit 1; }
	@if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
	  $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $* >/dev/null \
	  || { echo "$* could not be installed; install it by hand and run make again."; exit 1; }

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
