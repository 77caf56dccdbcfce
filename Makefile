# Two commands set everything up: `make run` and `make test`. The rest serves people who change the code.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test check acceptance bench lock snapshots clean

.venv/run.stamp: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q ledger schema
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

run: .venv/run.stamp            ## a living demo community on SQLite, at http://127.0.0.1:$(PORT)
	@$(BIN)/ledger serve --demo --port $(PORT)

test: .venv/dev.stamp           ## every test, PostgreSQL included, without Docker and without root
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not acceptance"

check: .venv/dev.stamp          ## what must be green before a commit that matters
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not acceptance"

acceptance: .venv/dev.stamp     ## the issues' lists in full; takes long
	$(BIN)/python -m pytest -m acceptance -v

bench: .venv/dev.stamp          ## speed, as ratios against a limit measured in the same run
	$(BIN)/python -m bench

lock:                           ## pin everything again, with hashes and without hosts (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml --group build -o requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml --group build --extra dev -c requirements.lock -o requirements-dev.lock

snapshots: .venv/run.stamp      ## write schema.graphql, openapi.json and events.json anew, to be looked at in the diff
	$(BIN)/python -m schema.snapshots

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
