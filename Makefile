# Two commands are the whole set-up: `make demo` and `make test`. Each makes .venv when it must and installs nothing twice.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo run test test-long lint clean
demo: $(VENV)/.station
	$(VENV)/bin/loa demo

run: $(VENV)/.station
	$(VENV)/bin/loa run

test: $(VENV)/.test
	scripts/test

test-long: $(VENV)/.test
	scripts/test --long

lint: $(VENV)/.test
	scripts/lint

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Loa Làng cần Python 3.11 trở lên (needs Python 3.11 or newer)")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python thiếu venv (Debian: apt install python3-venv)"; exit 1; }

# weights.py says how an installed voice lies on disk: when that changes it is installed anew.
$(VENV)/.station: pyproject.toml constraints.txt voices/kokoro/weights.py | $(VENV)/bin/python
	@echo "Đang cài đặt, một lần duy nhất (installing, once) ..."
	@$(PIP) -e '.[station,edge]'
	@$(VENV)/bin/loa voices install
	@touch $@

$(VENV)/.test: $(VENV)/.station
	@$(PIP) -e '.[station,edge,test]'
	@touch $@

clean:
	rm -rf $(VENV) var
