# make run     set up what is needed and open the paper        make test   set up and check everything (17 minutes)
# make soak    the same at full counts                         make lint   ruff, mypy, import directions
# make messages  the texts of the interface into src/broadsheet/locale (after a change of words)
# make model   the full embedding model                        make lock   renew the pins        make clean
#
# Works on a fresh Debian with Python 3.11+, as root and as a plain user, without a question.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run venv dev model test soak lint messages lock clean

help:
	@sed -n '1,4s/^# //p' Makefile

# Arguments of `broadsheet start`: make run ARGS="--data ./paper --port 9000"
run: venv
	@tools/setup/model.sh
	@exec .venv/bin/broadsheet start $(ARGS)

venv:
	@tools/setup/venv.sh run

dev:
	@tools/setup/venv.sh dev

model: venv
	@MODEL_REQUIRED=1 tools/setup/model.sh

# One file or one test: make test PYTEST_ARGS="-k sketch"
test: dev
	@PYTEST_ARGS="$(PYTEST_ARGS)" tools/setup/check.sh test

soak: dev
	@PYTEST_ARGS="$(PYTEST_ARGS)" tools/setup/check.sh soak

lint: dev
	@tools/setup/check.sh lint

messages: dev
	@.venv/bin/python tools/messages.py

lock:
	@tools/setup/lock.sh

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist .setup.lock .setup.log
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
