# Everything a newcomer needs: `make demo` and `make test`. Each target works first, on a fresh machine, and again.
# What does not wait for something else runs beside it: the checks, the tests beside them, and Debian's packages beside Python's.
MAKEFLAGS += -j2
# Images often forbid Python to keep what it compiled: each of the tests' many processes would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help env system demo test suite soak mutants check lint types order law bench data lock clean

help:            ## what the targets do
	@grep -hE '^[a-z]+: .*##|^[a-z]+: +##' $(MAKEFILE_LIST) | sed 's/: .*##/:/' | column -t -s:

env: $(VENV)/.done   ## make .venv with the package installed

$(VENV)/.done: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: apt-get install python3.11 python3.11-venv, or make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@# What pip would do with one processor alone, but for what nothing here imports.
	@$(BIN)/python -m compileall -q -j 2 -x '/(tests|pip|pygments/lexers|pyspark/pandas)/' $(VENV)/lib >/dev/null || true
	@touch $@

demo: env        ## decide real decided cases and show why
	@$(BIN)/dueprocess demo

system:          ## what tests need beside Python: Java, a browser, PostgreSQL; installed where this user may
	@./.ci/system

test: check suite ## all tests

# A file's tests run in one process, so that what they share is made once; groups of pytest-xdist 3.8 do nothing under pytest 9.2.
# A third process on two cores takes longer, although tests of browsers and servers wait: each then takes more of the processor. The checks run
# beside them all the same, for a minute: while the types are checked alone, the other core has nothing to do.
suite: env system
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

soak: env        ## the long runs
	$(BIN)/python -m pytest -n 2 -m soak --hypothesis-profile=search

mutants: env     ## change the clock, the conditions and the decision on purpose, and list what no quick test sees (hours)
	$(BIN)/python -m pip install --quiet --require-hashes -r tests/mutants.lock
	$(BIN)/mutmut run
	$(BIN)/mutmut results

check: types lint order law  ## lint, types, the order of rooms, the law

types: env
	$(BIN)/mypy

lint: env
	$(BIN)/ruff check src tests bench data

order: env
	$(BIN)/lint-imports

law: env
	$(BIN)/dueprocess law check

bench: env       ## speed, as ratios against peers measured in the same run
	$(BIN)/python -m pip install --quiet --require-hashes -r bench/requirements.lock
	$(BIN)/python -m bench.run

lock:            ## renew the locks (needs uv)
	uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --universal --extra dev pyproject.toml build.in -o requirements.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --universal --extra bench -c requirements.lock pyproject.toml -o bench/requirements.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --universal --extra mutants -c requirements.lock pyproject.toml -o tests/mutants.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 --python-platform linux -c requirements.lock --extra desk --extra postgres --extra ocr pyproject.toml build.in -o deploy/requirements.lock

clean:           ## remove what the targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
