# Two commands for a fresh machine with Rust, Python (3.10 or later) and a C linker:
#   make digits   trains a small network on real handwritten digits
#   make test     runs every test, Rust and Python; sets up the virtual environment that it needs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: digits test test-rust test-python wheel bench clean

digits:
	cargo run --release --example digits

test: test-rust test-python

test-rust:
	cargo test --workspace --exclude neurarust-py --all-features

test-python: wheel
	$(BIN)/python -m pytest -q neurarust-py/tests

# The module is built as a user's pip would build it.
wheel: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps ./neurarust-py

# What tests need may have changed.
$(VENV)/ready: neurarust-py/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet numpy pytest hypothesis
	touch $@

# The same workloads in PyTorch and in NeuraRust, interleaved; needs `pip install torch` in the environment.
bench: wheel
	$(BIN)/python benches/compare.py

clean:
	cargo clean
	rm -rf $(VENV)
