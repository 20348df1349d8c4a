# Two commands for a machine that has only Python (3.11-3.13) and make:
#   make demo   plans the double11 sample and says where the report and the rosters are
#   make test   runs ruff, mypy and pytest
PYTHON ?= python3
VENV   ?= .venv
PIP     = $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
DEMO   ?= demo

.PHONY: demo test clean

demo: $(VENV)/.runtime
	rm -rf $(DEMO)
	$(VENV)/bin/wfm init $(DEMO) --sample double11
	$(VENV)/bin/wfm plan $(DEMO)

test: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -n auto --maxprocesses 4 --dist worksteal

# hatchling builds the editable install from the pinned versions of the environment itself, not from an isolated one.
$(VENV)/.runtime: pyproject.toml constraints.txt
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt hatchling editables
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(DEMO) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
