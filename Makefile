# Two commands do everything:  make report  and  make test.   (On Windows without make: see README.md.)
# The environment is made once, in .venv, and made again only when its lock changes: requirements.lock holds what reports
# need, requirements-dev.lock the same and what tests need (Node.js, Java, Playwright and more).

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
READY_FOR_TESTS := .venv/ready_for_tests

COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --upgrade \
    --no-annotate --no-header --no-emit-index-url --quiet

.PHONY: report papers test chaos hostile check same sentences lock licences clean

report: $(READY)  ## the bundled example's two quarters, or QUARTER="2012/13 Q3", from raw data to the page to open
ifdef QUARTER
	$(BIN)/saferleeds report "$(QUARTER)"
else
	$(BIN)/saferleeds report "2012/13 Q1"
	$(BIN)/saferleeds report "2012/13 Q2"
endif

papers: $(READY)  ## the published documents of 2012 to 2021, worked out again: a project of its own
	cd examples/published_papers && ../../$(BIN)/saferleeds report "2012/13 Q2"

test: $(READY_FOR_TESTS)  ## every test, the browser tests included
	$(BIN)/python scripts/ensure_programs.py
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

KILLS ?= 200
chaos: $(READY_FOR_TESTS)  ## many random kills over full packs, and more interleavings of two commands, than the tests have time for
	EVERY_WAY=1 CHAOS_KILLS=$(KILLS) CHAOS_EXAMPLES=100 $(BIN)/python -m pytest -s tests/publishing/test_chaos.py tests/publishing/test_one_act.py tests/publishing/test_ledger.py

hostile: $(READY_FOR_TESTS)  ## each hostile file in a process of its own: seconds and memory, into docs/reliability.md
	PYTHONPATH=.:tests $(BIN)/python tests/hostile/measure.py

check: $(READY_FOR_TESTS)  ## style, the rooms' imports, notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

same: $(READY_FOR_TESTS)  ## whether OLD=<commit> makes the same figures and words as this folder, or as NEW=<commit>
	$(BIN)/python scripts/same.py $(OLD) $(NEW)

lock: $(READY_FOR_TESTS)  ## write both locks anew from pyproject.toml
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

licences: $(READY)  ## write docs/licences.md, after the lock: what each package that reports need says of its licence
	$(BIN)/python scripts/list_licences.py

sentences: $(READY_FOR_TESTS)  ## write docs/sentences.md, after a change of words: every sentence of the pages with examples
	$(BIN)/python scripts/list_sentences.py

clean:  ## remove what code made, of the papers too: the environment, processed data, reports that are not signed off
	rm -rf .venv
	for project in . examples/published_papers; do \
	    rm -rf $$project/data/processed/*.parquet $$project/data/processed/*.json; \
	    for pack in $$project/reports/restricted/*/ $$project/reports/*/; do \
	        [ "$$pack" = $$project/reports/restricted/ ] || [ -e "$$pack/signed_off.json" ] || [ -e "$$pack/versions" ] || rm -rf "$$pack"; \
	    done; \
	done

$(READY): requirements.lock pyproject.toml
	@echo "Making the environment in .venv (once; this takes a minute or two) ..."
	$(PYTHON) scripts/make_environment.py
	@touch $(READY)

# What serves the tests serves the reports too.
$(READY_FOR_TESTS): requirements.lock requirements-dev.lock pyproject.toml
	@echo "Making the environment in .venv, for tests too (once; this takes a minute or two) ..."
	$(PYTHON) scripts/make_environment.py --dev
	@touch $(READY) $(READY_FOR_TESTS)
