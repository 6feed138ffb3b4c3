# The two commands are `make demo` and `make test`; both make the environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := $(VENV)/.peers

.PHONY: demo test check format lint types imports bench bench-read bench-frontier lock clean

demo: $(READY)
	@$(BIN)/python -m demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(READY) lint types imports test

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

# The peers are installed beside the product, never with it.
$(PEERS): $(READY) benchmarks/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
	@touch $@

bench: $(PEERS)
	$(BIN)/python -m benchmarks.crawl

# The pages of reading are fetched once into .bench-pages/.
bench-read: $(PEERS)
	$(BIN)/python -m benchmarks.read --cache .bench-pages

# SQLite alone, no peer: up to a million queued rows, a few minutes.
bench-frontier: $(READY)
	$(BIN)/python -m benchmarks.frontier

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Khotin needs Python 3.11 or later; name one with: make PYTHON=python3.11 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	@echo "making the environment in $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Pins every dependency by name, version and hash; no address is written.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header -o requirements.txt
	printf "scrapy==2.19.0\ntrafilatura==2.3.1\nresiliparse==2.0.1\n" | uv pip compile - --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header -c requirements.txt -o benchmarks/requirements.txt

clean:
	rm -rf $(VENV) demo-archive .mypy_cache .ruff_cache .pytest_cache
