# Two commands matter to a newcomer: `make demo` and `make test`. Both install what they need.

# The newest Python from 3.11 on that is on the PATH; override with `make PYTHON=… install`.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install models demo serve test check format bench docs clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## make .venv with the server, the SDK and the tools

$(INSTALLED): pyproject.toml sdk/python/pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, then run make again."; exit 1; }
	@echo "Installing into .venv with $(PYTHON): about two minutes the first time."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --upgrade "pip>=25.1"
	@echo "Fetching packages: errors alone are shown from here on."
	@$(BIN)/python -m pip install -qq -e sdk/python -e . --group dev
	@touch $@
	@echo "Installed. Next: make demo, make test or make serve."

models: $(INSTALLED) ## fetch the built-in embedding models (once per machine)
	@$(BIN)/ragflow models pull

demo: models ## documents in, cited answer out: embedded, no key, no server to set up
	@$(BIN)/python examples/demo.py

serve: models ## run the API and the workers on http://127.0.0.1:9380
	@$(BIN)/ragflow serve

test: models ## pass all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile
	@echo "All tests passed. Next: make check, or make serve to use what was tested."

check: $(INSTALLED) ## types, style and import contracts
	@$(BIN)/ruff format --check src sdk tests bench examples
	@$(BIN)/ruff check src sdk tests bench examples
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 12

format: $(INSTALLED) ## put the code in order
	@$(BIN)/ruff format src sdk tests bench examples
	@$(BIN)/ruff check --fix src sdk tests bench examples

bench: models ## measure speed and size, and quality on DATA=folder; see bench/README.md
	@$(BIN)/python bench/run.py $(DATA)

docs: $(INSTALLED) ## write docs/reference and docs/openapi.json anew from the code
	@$(BIN)/python docs/generate.py

clean: ## remove what was installed and built
	rm -rf .venv .venv-sdk .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
