"""What a run can use on this machine, and what to do about what is missing."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from driver.render.natron import find_natron
from models import weights
from models.registry import collect
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.ffmpeg_binary import find_ffmpeg
from ofx_helpers.media.svg import drawable

PLUGIN_FOLDERS = ("/usr/OFX/Plugins", "/Library/OFX/Plugins")


@dataclass(frozen=True)
class Finding:
    """One thing looked for: what was found, or what to do."""

    name: str
    good: bool
    text: str


def findings() -> Iterator[Finding]:
    """Everything that a run may need; nothing here is required but ffmpeg and the weights."""
    yield _ffmpeg()
    yield _natron()
    yield _plugins()
    yield _svg()
    yield _gpu()
    yield from _backends()
    yield from _weights()


def _ffmpeg() -> Finding:
    try:
        found = find_ffmpeg()
    except MediaError as error:
        return Finding("ffmpeg", False, str(error))
    return Finding("ffmpeg", True, f"{found.version} ({found.origin}): {found.path}")


def _natron() -> Finding:
    found = find_natron()
    if found:
        return Finding("NatronRenderer", True, str(found))
    return Finding(
        "NatronRenderer",
        False,
        "not found; the embedded engine renders instead. To use it, install Natron and put "
        "NatronRenderer on the PATH, or set NATRON_RENDERER",
    )


def _plugins() -> Finding:
    named = os.environ.get("OFX_PLUGIN_PATH", "").split(os.pathsep)
    folders = [Path(folder) for folder in (*named, *PLUGIN_FOLDERS) if folder]
    bundles = [bundle for folder in folders for bundle in folder.rglob("*.ofx.bundle")]
    if bundles:
        return Finding("OpenFX plug-ins", True, ", ".join(bundle.name for bundle in bundles))
    return Finding("OpenFX plug-ins", False, "none found; set OFX_PLUGIN_PATH to their folder")


def _svg() -> Finding:
    if drawable():
        return Finding("librsvg", True, "draws SVG files")
    return Finding("librsvg", False, "not found, so no SVG is read: install Debian's librsvg2-2")


def _gpu() -> Finding:
    if find_spec("torch") is None:
        return Finding(
            "GPU", False, "torch is not installed, so none is used: pip install 'memecomp[torch]'"
        )
    import torch

    if torch.cuda.is_available():
        return Finding("GPU", True, torch.cuda.get_device_name(0))
    return Finding("GPU", False, "torch sees none; the processor does the work")


def _backends() -> Iterator[Finding]:
    for backend in (backend for kind in collect().values() for backend in kind.values()):
        reason = backend.missing()
        yield Finding(f"{backend.kind} {backend.name}", reason is None, reason or backend.help)


def _weights() -> Iterator[Finding]:
    for weight in weights.all_weights():
        here = weights.is_present(weight.name)
        todo = f"not here: memecomp models pull {weight.name}"
        yield Finding(f"weights {weight.name}", here, weight.about if here else todo)
