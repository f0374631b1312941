# make demo     install and rebuild the demo shot
# make test     lint, then every test (needs a C compiler, `cc`: the tests build OpenFX plug-ins)
# make gallery  draw the contact sheets of the templates
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint gallery clean

# A stamp file for each set of packages: a second `make` installs nothing. Modules are compiled when
# they are first imported: most never are.
$(VENV)/base: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-compile -e '.[demo]'
	touch $@

# One command for everything that needs torch: see pyproject.toml.
$(VENV)/full: $(VENV)/base
	$(BIN)/python -m pip install --quiet --no-compile -e '.[demo,torch,ncnn,test,lint]'
	touch $@

demo: $(VENV)/base
	$(BIN)/memecomp demo

gallery: $(VENV)/base
	$(BIN)/python -m driver.gallery.contact_sheet

lint: $(VENV)/full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/pytest

clean:
	rm -rf $(VENV) demo build
