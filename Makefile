# Autocoder on one machine. `make demo` and `make test` install what they need; `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

AGENT ?= claude
MODEL ?= scripted
SCENARIO ?=
KEEP ?=
UNSAFE ?=
PIPELINES ?=
ONLY ?=
RUNS ?= 40
SECONDS ?=
SEED ?= 1
DEPLOYMENT ?= 1
BASE_PORT ?= 7071
STATE ?=
DURABLE_EXTENSION ?=
PYTEST_ARGS ?=
JOBS ?= 3
TAG ?= dev
BUILDER ?= docker
FUNCTION_HOSTS ?= $(EXTENSION_FUNCTION_HOSTS)
PUBLISHER ?=

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
INSTALLING = "$(PYTHON)" -m emulators.platform.installing
PYTHON_STAMP := $(VENV)/.installed
NODE_PREFIXES := emulators extension $(patsubst %/package-lock.json,%,$(wildcard containers/*/package-lock.json))
NODE_STAMPS := $(addsuffix /node_modules/.installed,$(NODE_PREFIXES))
AGENTS := $(sort $(patsubst containers/%/agent.toml,%,$(wildcard containers/*/agent.toml)))
SHELL_SCRIPTS = $(shell git ls-files -z | xargs -0 awk 'FNR == 1 && /^\#!.*[\/ ](ba)?sh$$/ { print FILENAME }')
EXTENSION_PROJECT := tests/durable_extension
EXTENSION_BUILD = $(CURDIR)/.local/durable-extension
given = $(filter-out 0 no false,$(1))
DURABLE_ARGUMENT = $(if $(DURABLE_EXTENSION),--durable-extension "$(DURABLE_EXTENSION)")
STATE_ARGUMENT = $(if $(STATE),--state "$(STATE)")
DEMO_PORT = $(if $(filter-out file default undefined,$(origin BASE_PORT)),--base-port "$(BASE_PORT)")
PLATFORM_ARGUMENTS = --agent "$(AGENT)" --model "$(MODEL)" $(STATE_ARGUMENT) $(if $(call given,$(UNSAFE)),--unsafe) \
  $(DURABLE_ARGUMENT)
DOCKERFILES = $(shell git ls-files '*Dockerfile')

SCENARIOS := $(sort $(filter-out __init__,$(basename $(notdir $(wildcard emulators/platform/scenarios/*.py)))))

CHECKS := check-format check-lint check-types check-imports check-shell check-docker check-secrets \
  check-extension

.PHONY: check-agent check-scenario check-durable name-durable compiled help demo run test test-slow test-durable check $(CHECKS) docs screenshots format \
  bench soak images install install-demo tools clean extension extension-pages durable-extension

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo
	@echo 'Variables of demo, run and soak (make demo AGENT=<folder> KEEP=1):'
	@sed -n 's/^# \([A-Z_]*\): /  \1|/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

# AGENT: the agent, a folder in containers/
# MODEL: scripted, or real with the key in ANTHROPIC_API_KEY (scripted)
# SCENARIO: another way to start the run of make demo: a module in emulators/platform/scenarios/
# UNSAFE: 1 lets the agent of a real model work without bubblewrap, with your rights on this machine
# PIPELINES: 1 lets pipelines of make run execute their steps: scripts, with your rights and no sandbox
# KEEP: 1 keeps the platform of make demo up until Ctrl-C
# STATE: folder for state and logs (.local; make demo: .local/demo)
# DURABLE_EXTENSION: program of Microsoft's Durable extension, to keep the orchestrations (the embedded hub)
# BASE_PORT: first of the ten ports (make run: 7071; make demo: ports that are free)

# RUNS: how many runs make soak starts (40)
# SECONDS: how long make soak makes trouble (2 for each run)
# SEED: what make soak does, and when (1)
# DEPLOYMENT: 0 leaves the deployment of another app out of make soak

# FUNCTION_HOSTS: hosts of your function app, separated by commas, for make extension (this machine)
# PUBLISHER: id of your publisher in the Marketplace, for make extension (autocoder)

demo: check-agent check-scenario check-durable install-demo $(if $(SCENARIO),extension/node_modules/.installed)  ## a work item in, a linked pull request out
	@"$(PY)" -m emulators.platform.demo $(PLATFORM_ARGUMENTS) $(DEMO_PORT) \
	  $(if $(SCENARIO),--scenario "$(SCENARIO)") $(if $(call given,$(KEEP)),--keep)

run: check-agent check-durable install-demo  ## keep the platform up, with the sample in it, to play with
	@"$(PY)" -m emulators.platform.run $(PLATFORM_ARGUMENTS) --base-port "$(BASE_PORT)" \
	  $(if $(call given,$(PIPELINES)),--pipelines)

test: install  ## the tests, in less than 15 minutes (PYTEST_ARGS="-k hooks" selects some; JOBS=0: one by one)
	@"$(PY)" -m pytest -n $(JOBS) --dist loadfile -m "not slow" $(PYTEST_ARGS)

test-slow: install  ## the tests that take longer: each agent, each recipe, each documented command
	@"$(PY)" -m pytest -n $(JOBS) --dist loadfile -m slow $(PYTEST_ARGS)

test-durable: name-durable check-durable install  ## the end-to-end tests on the Durable extension (DURABLE_EXTENSION=<program>)
	@DURABLE_EXTENSION="$(DURABLE_EXTENSION)" "$(PY)" -m pytest -n $(JOBS) --dist loadfile \
	  -m "not slow or durable" tests/end_to_end $(PYTEST_ARGS)
	@"$(MAKE)" soak RUNS=6 SECONDS=20 STATE="$(or $(STATE),.local/soak)" DURABLE_EXTENSION="$(DURABLE_EXTENSION)"

check: $(CHECKS)  ## format, lint, types, imports, shell scripts, Dockerfiles, secrets, the extension
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
check-secrets:  # the hook in .pre-commit-config.yaml, with the exceptions that are listed there
	@"$(VENV)/bin/pre-commit" run detect-secrets --all-files

check-extension: extension/node_modules/.installed
	@npm run --silent check --prefix extension && echo "extension: types and lint are clean"

format: $(PYTHON_STAMP)  ## format the code and apply the fixes that ruff can make
	"$(PY)" -m ruff format .
	"$(PY)" -m ruff check --fix .

docs: $(PYTHON_STAMP) extension/node_modules/.installed  ## write the generated tables, coverage page and types
	"$(PY)" docs/generate.py
	"$(PY)" docs/openapi.py | node extension/openapi.mjs
	"$(PY)" -m emulators.platform.coverage

screenshots: demo  ## take the README's pictures with Chromium, or the extension's (SCENARIO=boards)
	"$(PY)" docs/screenshots.py "$(or $(STATE),.local/demo)"

bench: check-durable install-demo  ## measure what runs cost and how fast they are (ONLY=quiet,gateway selects some)
	@"$(PY)" -m emulators.bench $(if $(ONLY),--only "$(ONLY)") \
	  $(if $(DURABLE_EXTENSION),--durable-extension "$(DURABLE_EXTENSION)")

soak: check-durable install-demo  ## kill and refuse everything while runs go on, and count what is lost (RUNS, SECONDS, SEED)
	@"$(PY)" -m emulators.soak --runs "$(RUNS)" --seed "$(SEED)" $(if $(SECONDS),--seconds "$(SECONDS)") \
	  $(STATE_ARGUMENT) $(if $(call given,$(DEPLOYMENT)),,--no-deployment) $(DURABLE_ARGUMENT)

extension: extension/node_modules/.installed  ## package the extension for Azure DevOps (FUNCTION_HOSTS, PUBLISHER)
	@EXTENSION_FUNCTION_HOSTS="$(or $(FUNCTION_HOSTS),127.0.0.1:$(BASE_PORT))" EXTENSION_PUBLISHER="$(PUBLISHER)" \
	  node extension/package.mjs
	@$(if $(FUNCTION_HOSTS),:,echo "It works with make run only. For your app: make extension \
	  FUNCTION_HOSTS=<host of the app> PUBLISHER=<your publisher>")

extension-pages: extension/node_modules/.installed  ## build the extension for make run, unpacked (BASE_PORT=7071)
	@EXTENSION_FUNCTION_HOSTS="127.0.0.1:$(BASE_PORT)" node extension/stage.mjs \
	  "$(or $(STATE),.local)/extension_files/dist/extension"
	@echo "The pages are built: open a work item of make run and choose Autocoder."

durable-extension:  ## build the program of the Durable extension, with the .NET SDK
	@command -v dotnet >/dev/null || { echo "The .NET SDK is not installed: its command dotnet builds the program. \
	Install version 10 or later (https://dotnet.microsoft.com/download)." >&2; exit 1; }
	dotnet publish "$(EXTENSION_PROJECT)" --configuration Release --use-current-runtime --self-contained \
	  --artifacts-path "$(EXTENSION_BUILD)/build" --output "$(EXTENSION_BUILD)"
	@echo "Built: make run DURABLE_EXTENSION=$(EXTENSION_BUILD)/durable-extension"

images:  ## build the containers' images (TAG=dev, BUILDER=docker)
	@BUILDER="$(BUILDER)" TAG="$(TAG)" sh containers/build.sh

install: compiled $(NODE_STAMPS)  ## what the tests need: the virtual environment and every npm package

check-agent:  # first, so that a wrong AGENT fails before anything is installed
	@$(if $(filter $(AGENT),$(AGENTS)),,echo "There is no agent '$(AGENT)'. Agents are: $(AGENTS)." >&2; exit 1)

check-scenario:
	@$(if $(filter-out $(SCENARIOS),$(SCENARIO)),echo "There is no scenario '$(SCENARIO)'. Scenarios are: $(SCENARIOS)." >&2; exit 1)

name-durable:
	@$(if $(DURABLE_EXTENSION),,echo "Name the program of the Durable extension: make test-durable \
	  DURABLE_EXTENSION=<program>. make durable-extension builds it." >&2; exit 1)

check-durable:
	@$(if $(DURABLE_EXTENSION),test -f "$(DURABLE_EXTENSION)" -a -x "$(DURABLE_EXTENSION)" || { \
	  echo "DURABLE_EXTENSION: there is no program '$(DURABLE_EXTENSION)'." >&2; exit 1; })

install-demo: compiled emulators/node_modules/.installed \
  $(if $(wildcard containers/$(AGENT)/package-lock.json),containers/$(AGENT)/node_modules/.installed)

clean:  ## remove what was installed, and the platform's state
	rm -rf .venv .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf extension/dist $(addsuffix /node_modules,$(NODE_PREFIXES))
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

compiled: $(PYTHON_STAMP)  # as in the image, because the containers may not write next to their code
	@"$(PY)" -m compileall -q containers/runner autocoder

# -- set-up: each stamp records that one manifest is installed, so that later calls are quick -----------------

tools:
	@sh emulators/platform/tools.sh "$(PYTHON)"

$(PYTHON_STAMP): requirements-dev.txt | tools
	@"$(PYTHON)" -m venv "$(VENV)"
	@$(INSTALLING) "Python" requirements-dev.txt \
	  "$(PY)" -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements-dev.txt
	@touch "$@"

%/node_modules/.installed: %/package-lock.json | tools
	@$(INSTALLING) "$*" "$<" npm ci --loglevel=http --no-audit --no-fund --prefix "$*"
	@touch "$@"
