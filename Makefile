# Autocoder on one machine. `make demo` and `make test` set up all they need; `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

AGENT ?= claude
MODEL ?= scripted
KEEP ?=
BASE_PORT ?= 7071
STATE ?=
PYTEST_ARGS ?=
JOBS ?= 3
TAG ?= dev
BUILDER ?= docker

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
PYTHON_STAMP := $(VENV)/.installed
NODE_PREFIXES := emulators $(patsubst %/package-lock.json,%,$(wildcard containers/*/package-lock.json))
NODE_STAMPS := $(addsuffix /node_modules/.installed,$(NODE_PREFIXES))
SOURCES := $(wildcard function_app.py triggers orchestrators activities autocoder emulators containers tests)
SHELL_SCRIPTS = $(shell git ls-files -z | xargs -0 awk 'FNR == 1 && /^\#!.*[\/ ](ba)?sh$$/ { print FILENAME }')
STATE_ARGUMENT = $(if $(STATE),--state "$(STATE)")
DOCKERFILES = $(shell git ls-files '*Dockerfile')

CHECKS := check-format check-lint check-types check-imports check-shell check-docker check-secrets

.PHONY: compiled help demo run test check $(CHECKS) docs format bench images install install-demo tools clean

help:  ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*  ## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

demo: install-demo  ## a work item in, a linked pull request out (MODEL=real AGENT=name KEEP=1)
	@"$(PY)" -m emulators.platform.demo --agent "$(AGENT)" --model "$(MODEL)" $(STATE_ARGUMENT) $(if $(KEEP),--keep)

run: install-demo  ## keep the platform up, with the sample in it, to play with (BASE_PORT=7071 STATE=folder)
	@"$(PY)" -m emulators.platform.run --agent "$(AGENT)" --model "$(MODEL)" $(STATE_ARGUMENT) --base-port "$(BASE_PORT)"

test: install  ## all tests, three files at a time (PYTEST_ARGS="-k hooks" narrows them; JOBS=0: one by one)
	@"$(PY)" -m pytest -n $(JOBS) --dist loadfile $(PYTEST_ARGS)

check: $(CHECKS)  ## format, lint, types, imports, shell scripts, Dockerfiles, secrets
$(CHECKS): $(PYTHON_STAMP)

check-format:
	@"$(PY)" -m ruff format --check .
check-lint:
	@"$(PY)" -m ruff check .
check-types:
	@"$(PY)" -m mypy
check-imports:
	@PYTHONPATH=containers "$(VENV)/bin/lint-imports"
check-shell:
	@"$(VENV)/bin/shellcheck" $(SHELL_SCRIPTS) && echo "shellcheck: $(words $(SHELL_SCRIPTS)) scripts are clean"
check-docker:
	@"$(VENV)/bin/hadolint" $(DOCKERFILES) && echo "hadolint: $(words $(DOCKERFILES)) Dockerfiles are clean"
check-secrets:  # by the hook of .pre-commit-config.yaml, whose exceptions are written there
	@"$(VENV)/bin/pre-commit" run detect-secrets --all-files

format: $(PYTHON_STAMP)  ## write the code as `make check` wants it
	"$(PY)" -m ruff format .
	"$(PY)" -m ruff check --fix .

docs: $(PYTHON_STAMP)  ## write the generated tables of the README, and emulators/COVERAGE.md
	"$(PY)" docs/generate.py
	"$(PY)" -m emulators.platform.coverage

bench: install-demo  ## measure the app next to a bare script
	@"$(PY)" -m emulators.bench

images:  ## build the containers' images (TAG=dev, BUILDER=docker)
	@BUILDER="$(BUILDER)" TAG="$(TAG)" sh containers/build.sh

install: compiled $(NODE_STAMPS)  ## what the tests need: the virtual environment and every npm package

install-demo: compiled emulators/node_modules/.installed \
  $(if $(wildcard containers/$(AGENT)/package-lock.json),containers/$(AGENT)/node_modules/.installed)

clean:  ## remove what was installed, and the platform's state
	rm -rf .venv .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf $(addsuffix /node_modules,$(NODE_PREFIXES))
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

compiled: $(PYTHON_STAMP)  # as in the image: the containers may not write next to their code
	@"$(PY)" -m compileall -q containers/runner autocoder

# -- set-up: each stamp stands for one manifest, so that the second time is quick -----------------------------

tools:
	@sh emulators/platform/tools.sh "$(PYTHON)"

$(PYTHON_STAMP): requirements-dev.txt | tools
	@echo "Installing the Python packages into $(VENV) ..."
	@"$(PYTHON)" -m venv "$(VENV)"
	@"$(PY)" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch "$@"

%/node_modules/.installed: %/package-lock.json | tools
	@echo "Installing the npm packages of $* ..."
	@npm ci --loglevel=error --no-audit --no-fund --prefix "$*"
	@touch "$@"
