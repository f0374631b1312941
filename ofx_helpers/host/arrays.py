"""Pictures as people have them: arrays with the top row first, or the engine's frames."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.shared import owner

Picture = NDArray[Any] | Frame
"""An array, float32 RGBA (h, w, 4), linear, premultiplied, top row first; or a `Frame`."""


def to_frame(picture: Any, name: str) -> Frame:
    """A picture as a frame with its bottom left corner at (0, 0); the flip is a view.

    Nothing is guessed: bytes may be sRGB or not, and three channels have no alpha. Raises
    PluginError for anything but float32 RGBA; `name` is the input's.
    """
    if isinstance(picture, Frame):
        return picture
    if not isinstance(picture, np.ndarray):
        raise PluginError(f"{name} is a {type(picture).__name__}: give it an array or a Frame")
    shape = picture.shape
    if picture.dtype != np.float32 or len(shape) != 3 or shape[2] != 4 or 0 in shape:
        raise PluginError(
            f"{name} is {picture.dtype} {shape}: give it float32 (height, width, 4), RGBA, "
            f"linear, premultiplied, top row first{_advice(picture)}"
        )
    return Frame(picture[::-1], Window(0, 0, shape[1], shape[0]))


def to_array(frame: Frame) -> Pixels:
    """A frame's pixels, top row first: a view."""
    return frame.pixels[::-1]


def empty(size: tuple[int, int]) -> Pixels:
    """An array for a picture of (width, height), with whatever is in it, top row first.

    It lies in memory that workers see: what is given to a plug-in in it is not copied.
    """
    width, height = size
    return to_array(owner.empty(Window(0, 0, width, height))[1])


def _advice(picture: NDArray[Any]) -> str:
    if picture.ndim == 3 and picture.shape[2] == 3:
        return "; give it an alpha of 1 as a fourth channel"
    if picture.dtype == np.uint8:
        return "; bytes of a file are mostly sRGB: decode them and multiply by alpha first"
    if picture.dtype != np.float32 and picture.dtype.kind in "fiu":
        return "; .astype(numpy.float32) keeps its numbers"
    return ""
