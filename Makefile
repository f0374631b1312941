# make demo     install and rebuild the demo shot
# make test     lint, then every test (needs a C compiler, `cc`: the tests build OpenFX plug-ins)
# make plugins  build/ChromaticAberration.ofx.bundle, for any OpenFX host (needs `cc` alone)
# make gallery  draw the contact sheets of the templates
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

# Our OpenFX plug-in, for this machine; for another: make plugins PLATFORM=Win64 CC=x86_64-w64-mingw32-gcc
MACHINE := $(patsubst x86_64,x86-64,$(shell uname -m))
PLATFORM ?= $(if $(filter Darwin,$(shell uname -s)),MacOS,Linux-$(MACHINE))
EFFECT := ofx_helpers/plugins/ChromaticAberration
BUNDLE := build/ChromaticAberration.ofx.bundle
BINARY := $(BUNDLE)/Contents/$(PLATFORM)/ChromaticAberration.ofx

.PHONY: demo test lint gallery plugins clean

# A stamp file for each set of packages: a second `make` installs nothing. What every command may
# import is compiled here, where Python is told to write no bytecode each start would do it anew;
# torch and its like when they are first imported: most of them never are.
$(VENV)/base: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[demo]'
	$(BIN)/python -m compileall -q driver models ntp_templates ofx_helpers
	touch $@

# One command for everything that needs torch: see pyproject.toml.
$(VENV)/full: $(VENV)/base
	$(BIN)/python -m pip install --quiet --no-compile -e '.[demo,torch,ncnn,test,lint]'
	touch $@

demo: $(VENV)/base
	$(BIN)/memecomp demo

gallery: $(VENV)/base
	$(BIN)/python -m driver.gallery.contact_sheet

plugins: $(BINARY)

$(BINARY): $(EFFECT)/ChromaticAberration.c $(EFFECT)/move.h ofx_helpers/plugins/openfx.h
	mkdir -p $(@D)
	cp $(EFFECT)/Info.plist $(BUNDLE)/Contents/
	$(CC) -std=c11 -O2 -ffp-contract=off -fPIC -shared -fvisibility=hidden -Wall -Wextra $< -o $@ -lm

lint: $(VENV)/full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A file's tests stay in one process: what they start, they share.
test: lint
	$(BIN)/pytest --numprocesses 2 --dist loadfile

clean:
	rm -rf $(VENV) demo build
