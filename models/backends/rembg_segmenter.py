"""Foreground masks by rembg, on a file that we have checked."""

import importlib
import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models import weights
from models.errors import ModelError
from models.registry import Backend
from models.segmenter import Mask, NoForegroundError

_SURE = 0.5


class RembgSegmenter:
    """One of rembg's sessions, made to read our file and never to download."""

    def __init__(self, *, model: str) -> None:
        """Loads the network; ModelError where its file is missing or changed."""
        path = weights.locate(model)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.model = model
        self._session = _offline(_session_class(model), path)(model, options)
        self._watched = _Watched(self._session.inner_session)
        self._session.inner_session = self._watched

    @property
    def description(self) -> str:
        """One line for reports."""
        return f"{self.model} by rembg on CPU"

    def segment(self, image: npt.NDArray[np.uint8]) -> Mask:
        """(h, w, 3) uint8 RGB to (h, w) float32 in 0..1; see `Segmenter.segment`."""
        from PIL import Image

        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ModelError(
                f"rembg: the picture must be (height, width, 3) uint8, "
                f"this one is {image.shape} {image.dtype}"
            )
        mask = self._session.predict(Image.fromarray(image))[0]
        # rembg stretches the network's answer to 0..1, so that a picture without a foreground
        # would still reach white: only the answer before stretching tells.
        if self._watched.highest < _SURE:
            raise NoForegroundError(
                f"{self.model} found no foreground in this picture (at most "
                f"{self._watched.highest:.2f} sure): set segment.model to 'none', "
                f"or choose another key frame"
            )
        return np.asarray(mask, np.float32) / np.float32(255)


class _Watched:
    """Stands in for an onnxruntime session and notes the highest value of the first output."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.highest = 0.0

    def run(self, *arguments: Any, **keywords: Any) -> Any:
        outputs = self._inner.run(*arguments, **keywords)
        self.highest = float(outputs[0].max())
        return outputs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _session_class(model: str) -> Any:
    for found in _sessions().values():
        if found.name() == model:
            return found
    raise ModelError(f"This version of rembg has no model {model!r}: pip install -U 'rembg[cpu]'")


def _sessions() -> dict[str, Any]:
    """rembg's sessions without rembg's top module.

    That module imports alpha matting, which is not used here and compiles itself for half a minute
    on its first import; and it ends the process where onnxruntime is absent. So an empty module
    of that name, with rembg's folder as its path, stands in its place during the import.
    """
    loaded = sys.modules.get("rembg.sessions")
    if loaded is None:
        before = sys.modules.get("rembg")
        if before is None:
            found = importlib.util.find_spec("rembg")
            if found is None:
                raise ModelError("rembg is not installed: pip install 'memecomp'")
            stand_in = types.ModuleType("rembg")
            stand_in.__path__ = list(found.submodule_search_locations or ())
            sys.modules["rembg"] = stand_in
        try:
            loaded = importlib.import_module("rembg.sessions")
        finally:
            if before is None:
                # Whoever imports rembg later gets the real one.
                sys.modules.pop("rembg", None)
    sessions: dict[str, Any] = loaded.sessions
    return sessions


def _offline(session: Any, path: Path) -> Any:
    """The session class with its download step replaced by our file."""

    def download_models(_cls: Any, *_arguments: Any, **_keywords: Any) -> str:
        return str(path)

    return type("OfflineSession", (session,), {"download_models": classmethod(download_models)})


BACKEND = Backend(
    kind="segmenter",
    name="rembg",
    help="Foreground masks by rembg on onnxruntime",
    needs=("rembg", "onnxruntime"),
    load=RembgSegmenter,
)
