# `make` lists the targets. Nothing here needs more than Python 3.11 and make; `synth` and the infra tests need Node.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
PIP_FLAGS := -qq --disable-pip-version-check --no-input
PIP := $(BIN)/python -m pip install $(PIP_FLAGS)
# For example: make test-unit PYTEST_ARGS="-k fence -x"
PYTEST_ARGS ?=
PYTEST := $(BIN)/python -m pytest -q $(PYTEST_ARGS)
WORKERS ?= auto

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  \033[36m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A stamp lives inside the environment it describes, so that removing the one removes the other. The complete set
# contains the small one: where it is installed, it is what `install-local` asks for.

.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Waymark needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	@echo "Creating .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.created
	@echo "Installing requirements/dev.txt (a minute or two, once)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.local: requirements/build.txt requirements/local.txt | .venv/.created
	@echo "Installing requirements/local.txt (half a minute, once)"
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/local.txt
	@touch $@

# Built by the tools of whichever set stands before it; .NOTPARALLEL keeps that order.
.venv/.project: pyproject.toml
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

.venv/.lock: requirements/lock.txt | .venv/.created
	@$(PIP) --require-hashes -r requirements/lock.txt
	@touch $@

.venv-ministack/.installed: requirements/ministack.txt
	@echo "Installing the local AWS into .venv-ministack"
	@$(PYTHON) -m venv .venv-ministack
	@.venv-ministack/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements/ministack.txt
	@touch $@

.PHONY: install
install: .venv/.dev .venv/.project ## Install everything into .venv

.PHONY: install-local
install-local: $(if $(wildcard .venv/.dev),.venv/.dev,.venv/.local) .venv/.project ## Install what the sandbox and `migrate` need

.PHONY: sandbox
sandbox: install-local ## Run the happy path in the sandbox
	@$(BIN)/migrate sandbox run happy_path

# Each group is one pytest run, left out as long as it has no test. All are run, even after one has failed.
TEST_GROUPS := test-unit test-adapters test-functional test-infra test-e2e

.PHONY: test
test: install .venv-ministack/.installed ## Run all tests
	@$(MAKE) --keep-going --no-print-directory $(TEST_GROUPS)

define run_group
	@paths=$$(find $(1) \( -name 'test_*.py' -o -name '*_test.py' \) 2>/dev/null); \
	if [ -z "$$paths" ]; then echo "$@: no tests yet"; exit 0; fi; \
	echo "== $@"; $(PYTEST) $(2) $(wildcard $(1)); code=$$?; [ $$code -eq 5 ] || exit $$code
endef

.PHONY: $(TEST_GROUPS) test-fast
test-unit: install ## Run the unit and architecture tests
	$(call run_group,tests/unit tests/test_architecture.py,-n $(WORKERS))

test-adapters: install .venv-ministack/.installed ## Run the adapter and contract tests on every engine
	$(call run_group,tests/adapters,-n $(WORKERS) --dist loadfile)

test-functional: install ## Run the functional tests and the simulator
	$(call run_group,tests/functional tests/simulation,-n $(WORKERS) --dist loadfile)

# One process: the stage is synthesised once and shared between the tests.
test-infra: install ## Run the infrastructure tests
	$(call run_group,tests/infra,)

test-e2e: install .venv-ministack/.installed ## Deploy to the local AWS and run the journeys
	$(call run_group,tests/e2e,)

.PHONY: e2e
e2e: test-e2e ## Bundle the functions, synthesise the stage local, deploy it to the local AWS, and drive it

test-fast: install ## Run the tests that need neither engine nor network
	$(call run_group,tests/unit tests/test_architecture.py,-n $(WORKERS) -m "not engine and not network")

.PHONY: check
check: install ## Check format, lint, types, import contracts and fast tests (under a minute, offline)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test-fast

.PHONY: fmt
fmt: install ## Format, and fix what ruff can fix
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# Yours once `migrate init` has written it: make synth STAGE=production
STAGE ?= example
.PHONY: bundles
bundles: install ## Build the functions' zip files into build/bundles: STAGE=example
	$(BIN)/python -m infra_cdk.bundles --stage $(STAGE)

.PHONY: synth
synth: bundles ## Synthesise the CloudFormation templates of STAGE=example into cdk.out
	@rm -rf cdk.out
	CDK_OUTDIR=cdk.out $(BIN)/python -m infra_cdk.app --stage $(STAGE)
	@echo "Templates, ready for \`cdk deploy --app cdk.out\`:"; ls cdk.out/*.template.json

.PHONY: bench
bench: install ## Run the benchmarks
	$(PYTEST) -s --benchmark-enable -o python_files="bench_*.py test_*.py" tests/benchmarks

SEEDS ?= 1000
FROM ?= 1
.PHONY: simulate
simulate: install ## Search for an order of things that breaks us: SEEDS campaigns, the first with seed FROM
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --from $(FROM)

.PHONY: mutants
mutants: install .venv-ministack/.installed ## Plant deliberate bugs in copies, to see that the simulator or a test finds each: ONLY=name
	@$(BIN)/python -m tests.mutants $(if $(ONLY),--only $(ONLY))

.PHONY: schemas
schemas: install-local ## Regenerate state_schema/json
	$(BIN)/python -m state_schema.export

.PHONY: reference
reference: install-local ## Regenerate docs/commands.md and docs/permissions.md
	$(BIN)/python -m cli.reference
	$(BIN)/python -m infra_cdk.permissions

.PHONY: snapshots
snapshots: install ## Write the whole messages in tests/snapshots anew; read their difference before you commit it
	$(PYTEST) --snapshot-update $$(grep -l SnapshotAssertion tests/unit/*.py tests/functional/*.py)

# Locked versions stay as long as they fit; LOCK_ARGS=--upgrade takes the newest. One set of versions everywhere: dev
# is compiled first and binds the others.
LOCK_ARGS ?=
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" $(LOCK_ARGS)

.PHONY: lock
lock: .venv/.lock ## Recompile requirements/*.txt
	$(LOCK) pyproject.toml requirements/build.in --all-extras -o requirements/dev.txt
	$(LOCK) pyproject.toml --extra local -c requirements/dev.txt -o requirements/local.txt
	$(LOCK) pyproject.toml -c requirements/dev.txt -o requirements/runtime.txt
	$(LOCK) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	$(LOCK) requirements/own-runtime.in -c requirements/dev.txt -o requirements/own-runtime.txt
	$(LOCK) requirements/ministack.in -o requirements/ministack.txt
	$(LOCK) requirements/lock.in -o requirements/lock.txt

.PHONY: clean
clean: ## Remove the environments and everything generated that is not committed
	rm -rf .venv .venv-ministack .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	rm -rf cdk.out build .cache/bundles *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
