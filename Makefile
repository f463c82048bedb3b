# Two commands on a fresh machine: make run, make test. `make help` lists the rest.
# The distribution's own is compiled by a profile of what it mostly does; what stands before it on the path often is not.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; assert sys.version_info >= (3, 11); print(sys.executable)' \
	2>/dev/null || echo python3)
VENV := .venv
BIN := $(VENV)/bin

# Containers like to set it. Then every worker, and every program that a test starts, compiles all of the house anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

.PHONY: run
run: $(VENV)/run.stamp ## the main job on a small demo customer; needs only Python and wheels
	$(BIN)/upheld demo

.PHONY: test
test: $(VENV)/dev.stamp servers ## all tests, with the real servers and the browser they need
	$(BIN)/pytest -n 4 --dist worksteal -m "not long" --durations=10

.PHONY: quick
quick: $(VENV)/dev.stamp ## lint, types, import contracts, core tests; under 60 s
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target form core

.PHONY: form core
form:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
core:
	$(BIN)/pytest -n 3 -m "not server and not store and not slow and not long" -x

.PHONY: check
check: quick test ## quick + test

.PHONY: long
long: $(VENV)/dev.stamp servers ## the long forms of kill, soak and fault tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m long --durations=10

.PHONY: bench
bench: $(VENV)/dev.stamp servers ## the benchmarks, printed as ratios
	$(BIN)/python -m bench

.PHONY: servers
servers: ## install what the tests need from the distribution, where missing
	@sh tests/servers/install.sh

.PHONY: lock
lock: ## pin every requirement with its hashes, without index addresses (needs uv)
	uv pip compile --quiet --generate-hashes --no-header --no-annotate --python-version 3.11 --extra fast --extra pdf --extra postgres pyproject.toml requirements/run.in -o requirements/run.txt
	uv pip compile --quiet --generate-hashes --no-header --no-annotate --python-version 3.11 --extra fast --extra pdf --extra postgres --extra apprise --group dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt

.PHONY: format
format: $(VENV)/dev.stamp ## put the code into the agreed form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
