"""Makes torchvision importable for `realesrgan` and diffusers, whatever build is installed.

Two gaps are closed. With a CPU-only torch the compiled part of torchvision may not load, and then
its import fails because operators such as `torchvision::nms` are unknown: their names are declared,
which is all that the import needs (nobody here calls them). And basicsr, which realesrgan uses,
imports `torchvision.transforms.functional_tensor`, a module that torchvision has dropped; the one
function that basicsr wants from it lives on in `torchvision.transforms.functional`.
"""

import importlib
import importlib.util
import re
import sys
import types
from pathlib import Path
from typing import Any

_NAMING_FILE = "_meta_registrations.py"
_ANY_ARGUMENTS = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_DROPPED = "torchvision.transforms.functional_tensor"
_libraries: list[Any] = []
"""Declared schemas last as long as the object that declared them."""


def prepare_torchvision() -> None:
    """Imports torchvision and closes both gaps; call it before realesrgan, basicsr or diffusers."""
    try:
        importlib.import_module("torchvision")
    except (RuntimeError, ImportError) as error:
        if "operator torchvision::" not in str(error):
            raise
        _forget_torchvision()
        _declare_operators()
        importlib.import_module("torchvision")
    if _DROPPED not in sys.modules and importlib.util.find_spec(_DROPPED) is None:
        functional = importlib.import_module("torchvision.transforms.functional")
        stand_in = types.ModuleType(_DROPPED)
        stand_in.rgb_to_grayscale = functional.rgb_to_grayscale  # type: ignore[attr-defined]
        sys.modules[_DROPPED] = stand_in


def _forget_torchvision() -> None:
    """Removes what the failed import left half made."""
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]


def _declare_operators() -> None:
    """Declares every operator that torchvision's import names, which differ between versions."""
    import torch

    found = importlib.util.find_spec("torchvision")
    folders = (found.submodule_search_locations if found else None) or []
    text = "".join((Path(folder) / _NAMING_FILE).read_text("utf-8") for folder in folders)
    library = torch.library.Library("torchvision", "DEF")
    for name in sorted(set(re.findall(r'register_fake\("torchvision::(\w+)"', text))):
        library.define(f"{name}{_ANY_ARGUMENTS}")
    _libraries.append(library)
