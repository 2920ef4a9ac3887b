# Two commands do everything: `make run` and `make test`.
SHELL := /bin/bash
PY := .venv/bin/python
COMPANY ?=
PORT ?= 8000
# One more than cores, four at most: of two workers on two cores a quarter waits for a browser, a database or a process. Each takes a
# gigabyte with its browser: two where there are not six.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); m=$$(awk '/^MemAvailable/ {print int($$2 / 1048576)}' /proc/meminfo 2>/dev/null || echo 0); \
  if [ "$${m:-0}" -lt 6 ]; then echo 2; elif [ "$$n" -lt 4 ]; then echo $$((n + 1)); else echo 4; fi)

.PHONY: run test check bench trust golden shots env env-dev messages browser docs lock

run: .venv/base.done
	@exec $(PY) manage.py up $(if $(COMPANY),--company) --port $(PORT)

test: .venv/dev.done browser messages
	@$(PY) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not trust" -rR --reruns 1 $(ARGS)

check: .venv/dev.done messages
	@$(PY) manage.py check_all

bench: .venv/dev.done
	@$(PY) manage.py bench $(ARGS)

trust: .venv/dev.done browser messages
	@SMARKETING_TRUST=1 $(PY) -m pytest -m "trust or invariant or sized" $(ARGS)

# What the compiler of definitions writes, kept anew: look at the difference before you commit it.
golden: .venv/dev.done
	@REWRITE_GOLDEN=1 $(PY) -m pytest tests/leads/scoring/test_golden.py && git diff --stat -- tests/leads/scoring/golden

shots: .venv/dev.done browser
	@$(PY) -m tests.shots $(ARGS)

env: .venv/base.done
env-dev: .venv/dev.done

.venv/bin/python:
	@python3 -m venv .venv
	@$@ -m pip install --quiet --disable-pip-version-check --upgrade "pip>=24"

# A wish for a fresh set-up when a lock changed; nothing is installed that the lock does not name.
.venv/base.done: requirements/base.txt | .venv/bin/python
	@echo "Setting up the environment (once)…"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev.done: requirements/dev.txt | .venv/bin/python
	@echo "Setting up the environment for tests (once)…"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@ .venv/base.done

messages:
	@$(PY) manage.py messages --compile

# Browser tests drive Debian's Chromium: the shell without windows, in which a test's profile costs a third, is asked for once when
# root; a whole browser does where there is none; without either they are loudly skipped.
browser: .venv/browser.done

.venv/browser.done: | .venv/bin/python
	@if ! command -v chromium-headless-shell >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium (once)…"; \
	    get="env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Acquire::Retries=0 -o Acquire::http::Timeout=10"; \
	    (timeout 60 $$get update; timeout 180 $$get install --download-only chromium-headless-shell && $$get install chromium-headless-shell \
	      || command -v chromium || $$get install chromium) >/dev/null 2>&1 || true; \
	fi
	@if command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || command -v google-chrome >/dev/null; then touch $@; else echo "No Chromium here, and it could not be installed."; fi

lock: .venv/dev.done
	@$(PY) -m pip install --quiet pip-tools
	@for name in base dev; do .venv/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host requirements/$$name.in -o requirements/$$name.txt; done
