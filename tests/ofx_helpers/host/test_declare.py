"""The C declarations that are made beforehand."""

import subprocess
import sys
from pathlib import Path

from ofx_helpers.host import _declarations, declare

ROOT = Path(__file__).parents[3]


def test_they_are_made_of_the_text_as_it_is() -> None:
    made = Path(_declarations.__file__).read_text()
    assert declare.digest() in made, "run: python -m ofx_helpers.host.declare"


def test_a_worker_reads_no_c_when_it_starts() -> None:
    code = "import sys, ofx_helpers.host.worker, ofx_helpers.host.local; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "ofx_helpers.host.effect" in said
    heavy = {"pycparser", "cffi", "cv2", "numba", "scipy", "PyOpenColorIO", "concurrent.futures"}
    assert not heavy & set(said)
