# channelwatch: every command works alone on a fresh clone (Python >= 3.11 and make).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help demo test systemd-test check bench fmt lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "channelwatch needs Python 3.11 or newer; say which one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.ready ## a simulated retailer's last weeks, with six planted problems, through the real thing
	@$(BIN)/python -m demo

test: $(VENV)/.ready ## all tests
	@$(BIN)/python -m pytest -q -n auto --dist worksteal

systemd-test: $(VENV)/.ready ## the service in a booted Debian; needs root, debootstrap and systemd-nspawn
	@CHANNELWATCH_CONTAINER=1 $(BIN)/python -m pytest -q -p no:randomly tests/systemd

check: $(VENV)/.ready ## format, lint, types, import contracts, spelling, docs and schema drift; writes nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md docs daemon config detectors systemd
	@$(BIN)/python -m pytest -q -p no:randomly tests/test_docs.py tests/config/test_schema.py

bench: $(VENV)/.ready ## measure accuracy and speed, or a part: NAME="nab speed"; CHANNELWATCH_DATA names the labelled data
	@$(BIN)/python -m benchmarks $(NAME)

fmt: $(VENV)/.ready ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(VENV)/.ready ## pin the newest versions again
	@$(BIN)/python -m piptools compile --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --upgrade --extra dev --output-file requirements.lock pyproject.toml

clean: ## remove what the other commands made
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
