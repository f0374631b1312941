"""Builds our test plug-ins with the C compiler of the machine, once for each state of their source.

`folder()` gives a folder of `.ofx.bundle`s, as a system has them under /usr/OFX/Plugins. Which
plug-ins there are, and what each does, the .c files say at their start. The product's own
ChromaticAberration is among them.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADERS = HERE.parents[1] / "ofx_helpers" / "plugins"
SOURCES = ("pictures", "kinds", "parameters", "files", "hostile")
PRODUCT = HEADERS / "ChromaticAberration" / "ChromaticAberration.c"
# No contraction to fused operations: tests compare with numpy to the last bit.
FLAGS = (
    "-std=c11 -O1 -fPIC -shared -fvisibility=hidden -ffp-contract=off "
    "-Wall -Wextra -Werror -pthread"
)


def compiler() -> str:
    """The C compiler. Its absence is a fault of the machine, which a skip would hide."""
    found = shutil.which(os.environ.get("CC", "cc"))
    if not found:
        raise RuntimeError(
            "The tests of the OpenFX host build plug-ins and need a C compiler, `cc`: "
            "install one (Debian: apt install gcc libc6-dev; macOS: xcode-select --install)."
        )
    return found


def binary_folder() -> str:
    """The name of the folder in a bundle that has this machine's binary."""
    if sys.platform == "darwin":
        return "MacOS"
    if sys.platform == "win32":
        return "Win64"
    return "Linux-x86-64" if platform.machine() in ("x86_64", "AMD64") else "Linux-aarch64"


def compile_bundle(source: Path, folder: Path, *, flags: str = FLAGS) -> Path:
    """One .c file as NAME.ofx.bundle in `folder`; the compiler's words when it fails."""
    bundle = folder / f"{source.stem}.ofx.bundle"
    target = bundle / "Contents" / binary_folder() / f"{source.stem}.ofx"
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [compiler(), *flags.split(), f"-I{HEADERS}", str(source), "-o", str(target), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{source.name} does not compile:\n{done.stderr}")
    return bundle


@lru_cache(maxsize=1)
def folder() -> Path:
    """The folder of all test bundles, built where no earlier run has left it.

    Raises RuntimeError where there is no compiler, or it refuses a file.
    """
    digest = hashlib.sha256(FLAGS.encode() + compiler().encode())
    for path in sorted([*HERE.glob("*.[ch]"), *HEADERS.rglob("*.[ch]")]):
        digest.update(path.read_bytes())
    user = os.getuid() if hasattr(os, "getuid") else 0
    ready = Path(tempfile.gettempdir()) / f"memecomp-test-ofx-{user}-{digest.hexdigest()[:16]}"
    if ready.is_dir():
        return ready
    making = Path(tempfile.mkdtemp(prefix=ready.name, dir=ready.parent))
    try:
        for source in (*(HERE / f"{name}.c" for name in SOURCES), PRODUCT):
            compile_bundle(source, making)
        making.rename(ready)
    except OSError:  # another process of the test run was quicker
        if not ready.is_dir():
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return ready
