.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
PACKAGES := common stack $(notdir $(patsubst %/,%,$(dir $(wildcard gateway/pyproject.toml services/*/pyproject.toml))))
only ?=
seeds ?= 3

##@ Everyday
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
	     /^[a-z0-9-]+:.*## / {printf "  \033[36m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ready ## Set up what is missing, start the whole platform on this machine, print its address
	@$(BIN)/stack run

status: ## Show what runs, since when, with how much memory
	@$(BIN)/stack status

doctor: ready-python ## Place a real call over every way that calls take, and name what is closed; at=https://…
	@$(BIN)/python -m stack.doctor $(at)

stop: ## Stop what another terminal runs
	@$(BIN)/stack stop

restart: ready ## Replace what another terminal runs by what is on disk; nobody notices; only=chat
	@$(BIN)/stack restart $(only)

reset: ## Delete all accounts, messages and recordings of this machine (asks first)
	@$(BIN)/stack reset

##@ Before you push
check: lint types unit web-check ## What to run while you work; only=services/rooms for one of them

lint: ready-python ## Style, formatting, dead code, import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/vulture --min-confidence 80 --ignore-names traceback $(wildcard libs/common/src gateway/src services/*/src stack/src)
	$(if $(wildcard .importlinter),$(BIN)/lint-imports)
	$(if $(wildcard tools/house_rules.py),$(BIN)/python tools/house_rules.py)

types: ready-python ## mypy, strict
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))
	$(BIN)/mypy -m tests.chaos.__main__

unit: ready-python ## Tests that need no browser; only=<folder, file or test>
	$(BIN)/pytest $(only)

web-check: ready ## The web client: style, types, tests
	$(if $(wildcard web/package.json),$(BIN)/npm --prefix web run check)

e2e: ready-to-test ## People in real browsers, through the whole running platform; only=<file or test>
	$(BIN)/pytest $(or $(only),tests/e2e)

conformance: ready-python ## Autobahn's cases against the gateway's WebSocket
	$(BIN)/python -m tests.conformance

chaos-short: ready-to-test ## What holds while parts of the platform die, in a few minutes
	$(BIN)/pytest tests/chaos

chaos: ready-to-test ## The same for long; seeds=30 for more than three runs of each
	$(BIN)/pytest -m chaos -s tests/chaos --seeds $(seeds)

test: ready-to-test check conformance e2e chaos-short ## Everything CI runs, from a bare machine

##@ Now and then
lock: ready-python ## Pin what the pyproject files ask for; only=upgrade to take newer versions
	@UV=$(BIN)/uv sh requirements/lock.sh $(only)

contracts: ready-python ## Write schemas, docs/events.md and the web client's types anew from the code
	$(BIN)/python -m common.contracts write .

screenshots: ready-to-test ## Take the pictures of docs/screenshots anew
	$(BIN)/python tools/screenshots.py

bench: ready-to-test ## Measure chat, first frame, start, and chat beside a peer (bench/README.md)
	$(BIN)/python bench/chat_latency.py
	$(BIN)/python bench/first_frame.py
	$(BIN)/python bench/startup.py
	$(BIN)/python -m bench.realtime

admin: ready-python ## Make somebody an administrator: make admin email=ada@example.org
	@$(BIN)/stack admin $(email)

clean: ## Remove what can be made again; accounts, messages and recordings stay
	rm -rf .venv .data/stamps .data/tools web/node_modules web/dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +

ready:
	@sh stack/bootstrap.sh

ready-python:
	@sh stack/bootstrap.sh python

ready-to-test:
	@sh stack/bootstrap.sh test

.PHONY: help run status doctor stop restart reset check lint types unit web-check e2e conformance chaos-short chaos test lock contracts screenshots bench admin clean ready ready-python ready-to-test
