# What can be done here: make help
.DEFAULT_GOAL := help
SHELL := /bin/bash

TOOLS := .tools
VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(TOOLS)/bin/uv
export RASA_TELEMETRY_ENABLED := false
export PYTHONWARNINGS := ignore
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: $(VENV)/.installed models/spacy/en_sclerotherapy-1/meta.json widget/dist/widget.js ## Make the Python environment, the spaCy pipeline and the widget

$(UV): requirements/tools.txt
	@python3 -m venv $(TOOLS) || { echo "Python 3 with its venv module is needed (on Debian: apt-get install python3-venv)."; exit 1; }
	@$(TOOLS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt && touch $@

$(VENV)/.installed: $(UV) requirements/dev.txt requirements/defaults.pth .python-version
	@echo "Installing (some minutes the first time) …"
	@$(UV) venv --quiet --allow-existing $(VENV) || { echo "Python $$(cat .python-version) was neither found nor could be fetched; install it and try again."; exit 1; }
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements/dev.txt
	@cp requirements/defaults.pth $$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/
	@touch $@

models/spacy/en_sclerotherapy-1/meta.json: $(VENV)/.installed assistant/nlu/spacy_pipeline.py
	@$(PYTHON) -m assistant.nlu.spacy_pipeline && touch $@

widget: widget/dist/widget.js ## Build the website's widget

# PyPI's Node where the machine has none
widget/dist/widget.js: $(UV) requirements/node.txt $(wildcard widget/*.json widget/*.mjs widget/src/*)
	@command -v npm >/dev/null || $(TOOLS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
	@cd widget && export PATH="$$PATH:$(CURDIR)/$(TOOLS)/bin" && npm ci --ignore-scripts --silent && npm run --silent build

train: install ## Train a model if none fits the data
	@$(PYTHON) -m assistant.launcher.train

run: install ## Start the assistant (PORT=5005) until Ctrl-C; trains first if needed
	@exec $(PYTHON) -m assistant.launcher.run

production: install ## Start the production set on this machine (PostgreSQL, Redis, two Rasa servers, nginx)
	@exec $(PYTHON) -m assistant.launcher.production

shell: train ## Talk to the assistant here
	@$(PYTHON) -m assistant.launcher.shell

test: install ## Run all tests
	@$(PYTHON) -m assistant.launcher.train && $(PYTHON) -m pytest --numprocesses 2 --dist loadfile $(TESTS)

production-test: train ## Test the production set at length; writes docs/production-test.md (ONLY=rows PART=0.1)
	@$(PYTHON) -m tests.production --out docs/production-test.md $(if $(ONLY),--only $(ONLY)) $(if $(PART),--part $(PART))

test-long: train ## Run the tests that take many minutes
	@$(PYTHON) -m pytest -m long -s

check: install ## Check content, data and code
	@$(PYTHON) -m assistant.content.check
	@$(PYTHON) -m pytest tests/content/test_training_data.py
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy assistant actions

evaluate: train ## Measure understanding (QUESTIONS=file DIALOGUES=file OUT=file.json)
	@$(PYTHON) -m assistant.evaluation.evaluate $(if $(QUESTIONS),--questions $(QUESTIONS)) $(if $(DIALOGUES),--dialogues $(DIALOGUES)) $(if $(OUT),--out $(OUT))

benchmark: train ## Measure beside what a clinic would pick instead; writes docs/benchmarks.md (PHRASES=n)
	@$(PYTHON) -m tests.benchmark --out docs/benchmarks.md $(if $(PHRASES),--phrases $(PHRASES))

candidacy-table: install ## Write docs/candidacy.md anew from the criteria and the wording
	@$(PYTHON) -m actions.candidacy_table > docs/candidacy.md

book: install ## Write the answer book: reports/book.html
	@$(PYTHON) -m assistant.staff.book

report: install ## Write the report of the last 30 days (DAYS=n): reports/report.html and .csv
	@$(PYTHON) -m assistant.staff.report $(if $(DAYS),--days $(DAYS))

review: install ## Go through the messages that were hard to understand (DAYS=n, BY=name)
	@$(PYTHON) -m assistant.staff.review $(if $(DAYS),--days $(DAYS)) $(if $(BY),--by "$(BY)")

new-procedure: install ## Make a skeleton from another procedure's document (DOCUMENT=, FOLDER=, NAME=)
	@$(PYTHON) -m assistant.staff.procedure new "$(DOCUMENT)" "$(FOLDER)" --name "$(NAME)"

train-procedure: install ## Check and train what has become of it (FOLDER=)
	@$(PYTHON) -m assistant.staff.procedure train "$(FOLDER)"

purge: install ## Erase conversations older than the clinic's retention days (DAYS=n); fit for cron
	@$(PYTHON) -m assistant.staff.privacy $(if $(BY),--by "$(BY)") purge $(if $(DAYS),--days $(DAYS))

export: install ## Export one conversation (REFERENCE=id, token or phone, OUT=file.json, BY=name)
	@$(PYTHON) -m assistant.staff.privacy $(if $(BY),--by "$(BY)") export "$(REFERENCE)" --out "$(OUT)"

erase: install ## Erase one conversation (REFERENCE=id, token or phone, BY=name)
	@$(PYTHON) -m assistant.staff.privacy $(if $(BY),--by "$(BY)") erase "$(REFERENCE)"

lock: $(UV) ## Lock the dependencies anew after a change of requirements/*.in
	@for name in run dev; do $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.10 --override requirements/overrides.txt requirements/$$name.in -o requirements/$$name.txt; done
	@for name in tools node; do $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt; done

.PHONY: help install widget train run production shell test production-test test-long check evaluate benchmark candidacy-table book report review new-procedure train-procedure purge export erase lock
