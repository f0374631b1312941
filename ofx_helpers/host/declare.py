"""Writes `_declarations.py`: the C declarations as cffi keeps them, so that none is read at start.

python -m ofx_helpers.host.declare
"""

import re
import tempfile
from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent
_HEAD = """# Made by `python -m ofx_helpers.host.declare` from api_declarations.py; do not edit
# Its text: {digest}
# ruff: noqa
# fmt: off
# mypy: ignore-errors
\"\"\"The OpenFX C interface as cffi keeps it.\"\"\"
"""


def declarations() -> str:
    """The C text, read and not imported: importing needs what is to be made of it."""
    source = (_HERE / "api_declarations.py").read_text("utf-8")
    found = re.search(r'^DECLARATIONS = """(.*?)^"""', source, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def digest() -> str:
    """What tells one state of the text from another."""
    return sha256(declarations().encode()).hexdigest()


def main() -> None:
    """Read, make, write."""
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(declarations())
    ffi.set_source("_declarations", None)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "_declarations.py"
        ffi.emit_python_code(str(made))
        code = made.read_text("utf-8")
    (_HERE / "_declarations.py").write_text(_HEAD.format(digest=digest()) + code, "utf-8")


if __name__ == "__main__":
    main()
