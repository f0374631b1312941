"""Pixel buffers as plug-ins see them, and their conversion to and from the engine's frames.

Rows run from the bottom up with positive row bytes (some plug-ins crash on negative ones).
Where a frame already is what the clip wants, the plug-in reads the frame's own memory. An output
has guards around it: a plug-in that writes past its buffer is found before the frame is used.
"""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.host import names as n
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.hooks import hooks
from ofx_helpers.host.properties import Pointer, PropertySet

CHANNELS = {"RGBA": 4, "RGB": 3, "Alpha": 1, "XY": 2}
TYPES: dict[str, Any] = {
    "Byte": np.uint8,
    "Short": np.uint16,
    "Half": np.float16,
    "Float": np.float32,
}
WHITE = {"Byte": 255, "Short": 65535}
"""What 1.0 is in the integer depths. Values are scaled, never given a transfer function."""

_GUARD = 256
_PATTERN = 0xA5
_serial = itertools.count(1)

Buffer = NDArray[Any]


class Image:
    """Pixels with the property set that stands for them; its handle is the image's."""

    def __init__(
        self,
        pixels: Buffer,
        bounds: Window,
        *,
        components: str,
        depth: str,
        premultiplication: str,
        region: Window,
        scale: float,
        aspect: float,
        matrix: tuple[float, ...],
        owner: Any,
    ) -> None:
        """`pixels` is (h, w, channels), bottom row first, and must fit what is said of it."""
        expected = (bounds.height, bounds.width, CHANNELS[components])
        if pixels.shape != expected or pixels.dtype != TYPES[depth]:
            raise PluginError(
                f"an image over {tuple(bounds)} as {components} {depth} is {expected}, "
                f"not {pixels.dtype} {pixels.shape}"
            )
        self.pixels = pixels
        self.bounds = bounds
        self.properties = PropertySet(
            {
                n.PROP_TYPE: n.TYPE_IMAGE,
                n.PROP_DEPTH: n.DEPTHS[depth],
                n.PROP_COMPONENTS: n.COMPONENTS[components],
                n.PROP_PREMULTIPLICATION: n.PREMULTIPLICATIONS[premultiplication],
                n.PROP_RENDER_SCALE: (float(scale), float(scale)),
                n.IMAGE_PROP_ASPECT: float(aspect),
                n.IMAGE_PROP_DATA: Pointer(pixels.ctypes.data),
                n.IMAGE_PROP_BOUNDS: tuple(bounds),
                n.IMAGE_PROP_REGION: tuple(region),
                n.IMAGE_PROP_ROW_BYTES: int(pixels.strides[0]),
                n.IMAGE_PROP_FIELD: n.FIELD_NONE,
                n.IMAGE_PROP_IDENTIFIER: f"image {next(_serial)}",
                n.PROP_MATRIX_2D: matrix,
            },
            locked=True,
        )
        self.properties.owner = self
        self.owner = owner

    def close(self) -> None:
        """Give the handle back; the pixels belong to whoever holds them."""
        self.properties.close()
        # Not to wait for a search for circles: pictures are large.
        self.properties.owner = None
        self.owner = None


def guarded(bounds: Window, components: str, depth: str) -> tuple[Buffer, Buffer]:
    """A buffer for an output, and the memory with the guards around it.

    It holds whatever was there: the standard has plug-ins fill the whole window, and clearing 4K
    first costs a tenth of a Merge's own time.
    """
    shape = (bounds.height, bounds.width, CHANNELS[components])
    kind = np.dtype(TYPES[depth])
    size = int(np.prod(shape)) * kind.itemsize
    memory = hooks.memory(size + 2 * _GUARD)
    memory[:_GUARD] = _PATTERN
    memory[_GUARD + size :] = _PATTERN
    return memory[_GUARD : _GUARD + size].view(kind).reshape(shape), memory


def intact(memory: Buffer) -> bool:
    """Whether nothing was written on the guards."""
    return bool(
        (memory[:_GUARD] == _PATTERN).all() and (memory[len(memory) - _GUARD :] == _PATTERN).all()
    )


def from_frame(frame: Frame, components: str, depth: str) -> Buffer:
    """A frame's pixels as a clip wants them: the frame's own memory where that will do.

    RGB drops alpha, Alpha keeps it alone, XY is red and green. Integer depths are clipped to 0…1.
    """
    pixels: Buffer = frame.pixels
    if components == "RGB":
        pixels = pixels[..., :3]
    elif components == "Alpha":
        pixels = pixels[..., 3:]
    elif components == "XY":
        pixels = pixels[..., :2]
    if depth in WHITE:
        scaled = np.nan_to_num(np.clip(pixels, 0, 1)) * np.float32(WHITE[depth]) + np.float32(0.5)
        return np.ascontiguousarray(scaled.astype(TYPES[depth]))
    if depth == "Half":
        return np.ascontiguousarray(pixels.astype(np.float16))
    whole = pixels.strides[2] == 4 and pixels.strides[1] == 4 * pixels.shape[2]
    if whole and pixels.strides[0] > 0:
        return pixels
    return np.ascontiguousarray(pixels)


def to_frame(pixels: Buffer, bounds: Window, depth: str) -> Frame:
    """A plug-in's output as a frame: RGB is opaque, Alpha and XY have black where they lack."""
    values: Pixels = pixels if depth == "Float" else pixels.astype(np.float32)
    if depth in WHITE:
        values = values / np.float32(WHITE[depth])
    channels = pixels.shape[2]
    if channels == 4:
        return Frame(values, bounds)
    made = np.zeros((bounds.height, bounds.width, 4), np.float32)
    if channels == 1:
        made[..., 3:] = values
    else:
        made[..., :channels] = values
        if channels == 3:
            made[..., 3] = 1
    return Frame(made, bounds)


def address(pointer: Any) -> int:
    """A C pointer as a number."""
    return int(ffi.cast("uintptr_t", pointer))
