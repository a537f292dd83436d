# `make run` sets everything up and serves the page; `make test` sets up and runs every check.
# Needs Python 3.11 or later; everything else goes into .venv and node_modules.

PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: run setup wheel test lint types unit page browser fix figures pictures results

run: .venv/ready
	$(BIN)/latentbrush serve

setup: .venv/ready node_modules/ready

.venv/ready: requirements.lock pyproject.toml requirements/server.in requirements/worker.in
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Latentbrush needs Python 3.11 or later")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -e .
	touch $@

node_modules/ready: package-lock.json .venv/ready
	$(BIN)/npm ci --no-audit --no-fund
	touch $@

# One file to install anywhere: `pip install`, `pipx` and `uvx` take it.
wheel: .venv/ready
	rm -rf build dist
	$(BIN)/python -m pip wheel --disable-pip-version-check --no-deps -w dist .
	rm -rf build

test: lint types unit page browser

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

unit: export OMP_NUM_THREADS := 1
unit: .venv/ready
	scripts/ensure-proxies
	scripts/ensure-databases
	$(BIN)/pytest --ignore tests/browser -n auto --maxprocesses 4 --dist loadfile

page: node_modules/ready
	$(BIN)/python -m scripts.make_wire_types
	$(BIN)/npm test

browser: node_modules/ready
	scripts/ensure-browser
	$(BIN)/pytest tests/browser -n auto --maxprocesses 2 --dist loadfile

fix: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Draw the pictures of README, docs and the page again.
pictures: .venv/ready
	$(BIN)/python -m scripts.make_pictures
	$(BIN)/python -m scripts.make_land_pictures
	$(BIN)/python -m scripts.make_screenshots

# Measure the method on the shipped model (an hour and a half on two cores): docs/results.md.
results: .venv/ready
	mkdir -p docs/figures
	$(BIN)/latentbrush evaluate generator --json docs/figures/generator.json
	$(BIN)/latentbrush evaluate inversion --json docs/figures/inversion.json
	$(BIN)/latentbrush evaluate regularisers --count 8 --steps 30 --json docs/figures/regularisers.json
	$(BIN)/latentbrush evaluate editing --json docs/figures/editing.json
	$(BIN)/python -m scripts.make_results_pictures
	$(BIN)/python -m scripts.write_figures

# Measure the rest of what README, MODEL_CARD and docs state (about 20 minutes), after the results.
figures: results
	scripts/measure-page docs/figures
	$(BIN)/python benchmarks/own_model.py --json docs/figures/own_model.json
	$(BIN)/python benchmarks/large_model.py --json docs/figures/large_model.json
	$(BIN)/python -m benchmarks.photo_model --json docs/figures/photo_model.json
	$(BIN)/python -m scripts.write_figures
