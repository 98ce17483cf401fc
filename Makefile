# `make` alone lists what can be done.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Many processes start from here; each would compile our modules again where the surroundings forbid to keep them compiled.
unexport PYTHONDONTWRITEBYTECODE
PYTHON_IN := .venv/bin/python
STOPSO := $(PYTHON_IN) -m deploy.stopso
# Tests wait for servers more than they compute: two workers a core keep the cores busy.
WORKERS ?= $(shell echo $$((2 * $$(nproc))))
TESTS ?= tests
CACHE := .pytest_cache/whole
PIP_COMPILE := $(PYTHON_IN) -m piptools compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --no-emit-options --allow-unsafe --strip-extras

.PHONY: help up down status doctor test check lint bench bench-matching bench-ledger chaos lock docs screenshots clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1mmake %-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## Start everything here and watch it until Ctrl-C; the first start installs what is missing
	@deploy/prepare.sh runtime
	@exec $(STOPSO) up

down: ## Stop what runs from this folder
	@deploy/prepare.sh runtime
	@$(STOPSO) down

status: ## Show how each service stands
	@deploy/prepare.sh runtime
	@$(STOPSO) status

doctor: ## Say what is wrong and what to do about it
	@deploy/prepare.sh runtime
	@$(STOPSO) doctor

test: ## Run every test, with a real broker, database and browser (TESTS=... for some)
	@deploy/prepare.sh development
	@deploy/prepare.sh browser
	@$(PYTHON_IN) -m pytest -n $(WORKERS) --dist loadgroup --durations=15 --durations-min=5 --cache-clear -o cache_dir=$(CACHE) $(TESTS) \
	  || $(PYTHON_IN) -m tests.again $$? $(CACHE)

lint: ## Check format, style, types and imports
	@deploy/prepare.sh development
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

check: lint test ## Check everything: what CI runs

bench: ## Compare our messaging with others on this machine (OPTIONS=... as for `stopso bench`)
	@deploy/prepare.sh bench
	@$(STOPSO) bench $(OPTIONS)

bench-matching: ## Measure the best placing of everybody, beside a dense assignment and a greedy loop (OPTIONS=--quick)
	@deploy/prepare.sh bench
	@$(STOPSO) bench-matching $(OPTIONS)

bench-ledger: ## Measure how fast money is kept for people, beside plain PostgreSQL, on servers of its own (OPTIONS=--quick)
	@deploy/prepare.sh development
	@$(STOPSO) bench-ledger $(OPTIONS)

chaos: ## Break things at random for five minutes under load and look for what was lost or doubled (OPTIONS=--seed ...)
	@deploy/prepare.sh development
	@$(PYTHON_IN) -m tests.faults.chaos $(OPTIONS)

lock: ## Renew the hashed locks from requirements*.in (UPGRADE=1 takes new versions)
	@deploy/prepare.sh development
	@for name in requirements requirements-dev requirements-bench; do \
	  $(PIP_COMPILE) $(if $(UPGRADE),--upgrade) --output-file $$name.lock $$name.in; \
	  sed -i '/^# The following packages/d' $$name.lock; \
	done

docs: ## Write the generated pages anew: events, AsyncAPI, privacy
	@deploy/prepare.sh runtime
	@$(STOPSO) docs

screenshots: ## Take the pictures of the pages anew
	@deploy/prepare.sh development
	@deploy/prepare.sh browser
	@$(PYTHON_IN) -m deploy.stopso.screenshots

clean: ## Stop what runs and delete everything that is not in the repository
	@if [[ -x $(PYTHON_IN) && -d .stopso ]]; then $(STOPSO) down; fi
	@rm -rf .stopso .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
