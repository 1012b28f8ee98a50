# The doors of this project; `make help` lists them. What they do is in scripts/, and can be read there.
PYTHON := .venv/bin/python
# The reaper is ours, and the other one's image cannot be pulled where no registry is.
export TESTCONTAINERS_RYUK_DISABLED := true

.DEFAULT_GOAL := help
.PHONY: help rehearsal hosts test coverage prove lint docs clean requirements

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

rehearsal: ## set up what is missing, rehearse the peak on this machine, leave a report in report/
	@scripts/setup base
	@.venv/bin/peakproof rehearse seasons/laptop.yaml

hosts: ## three hosts in a box, configured by Ansible (then: peakproof infra up staging --site box --waive host-loss)
	@scripts/setup dev
	@.venv/bin/peakproof hosts sandbox up
	@.venv/bin/peakproof hosts configure box

test: ## set up what is missing, build the images, run unit and integration tests
	@scripts/setup dev
	@$(PYTHON) -m environments.images
	@$(PYTHON) -m pytest -m "not prove" -n 2 --max-worker-restart 0 $(TEST_OPTIONS)

# Apart from `test`: it takes 40 % more of the processor.
coverage: ## the same tests, with what they cover
	@$(MAKE) --no-print-directory test TEST_OPTIONS="--cov --cov-report=term:skip-covered"

prove: ## hours: figures, kill loops, soaks
	@scripts/setup dev
	@$(PYTHON) -m environments.images
	@$(PYTHON) -m pytest -m prove --timeout=0

lint: ## ruff, strict mypy, import-linter, shellcheck and the rules of the house
	@scripts/python-environment dev
	@scripts/lint

docs: ## check that every link in README.md and docs/ leads somewhere
	@scripts/python-environment base
	@$(PYTHON) scripts/check_links.py

clean: ## remove what make made here: .venv, caches, reports (not Docker's images)
	@rm -rf .venv report build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@rm -f .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

requirements: ## for maintainers: compile requirements/*.in again (UPGRADE=1: to the newest versions)
	@scripts/python-environment base
	@scripts/lock $(if $(UPGRADE),--upgrade)
