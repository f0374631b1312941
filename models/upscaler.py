"""Super-resolution by a whole factor: one interface, several backends.

Images are top-down RGB arrays in whatever transfer curve the source has (the networks were trained
on sRGB-like pictures, so display-referred values belong here, never linear light).
"""

from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from models import registry, weights
from models.errors import ModelError
from models.memory import available_bytes

Uint8Image = npt.NDArray[np.uint8]
FloatImage = npt.NDArray[np.float32]

DEFAULT_WEIGHTS = "realesrgan-x4plus"
PRECISIONS = ("auto", "fp32", "bf16", "fp16")


@runtime_checkable
class Upscaler(Protocol):
    """Enlarges images by `factor`."""

    factor: int
    backend: str
    weights: str
    device: str
    """"CPU", "GPU" or what the library calls it."""
    precision: str
    """"fp32", "bf16" or "fp16": what was chosen, never "auto"."""
    bytes_per_pixel: int
    """Working memory for one source pixel, measured with this network and backend."""

    @property
    def description(self) -> str:
        """One line for reports: backend, weights, device and precision."""
        ...

    def upscale(self, image: Uint8Image) -> Uint8Image:
        """(h, w, 3) uint8 RGB, top-down, to (h·factor, w·factor, 3) uint8."""
        ...

    def upscale_float(self, image: FloatImage) -> FloatImage:
        """The same with float32 in 0..1, before any rounding; results may pass 0..1 a little."""
        ...

    def memory_budget(self) -> int:
        """Bytes that one picture's work may take on its device just now."""
        ...

    def close(self) -> None:
        """Frees its memory, the GPU's too; it cannot be used afterwards."""
        ...


class NetworkUpscaler:
    """What all backends share: checks, conversion to and from uint8, the description.

    A backend overrides `_run`: float32 (h, w, 3) in 0..1 to float32 (h·factor, w·factor, 3).
    """

    def __init__(
        self, *, backend: str, weights_name: str, device: str, precision: str, bytes_per_pixel: int
    ) -> None:
        """`weights_name` as `weights.toml` has it; `precision` is settled by now."""
        self.backend = backend
        self.weights = weights_name
        self.factor = int(weights.weight(weights_name).architecture["factor"])
        self.device = device
        self.precision = precision
        self.bytes_per_pixel = bytes_per_pixel

    @property
    def description(self) -> str:
        """One line for reports: backend, weights, device and precision."""
        return f"{self.weights} by {self.backend} on {self.device}, {self.precision}"

    def upscale(self, image: Uint8Image) -> Uint8Image:
        """(h, w, 3) uint8 RGB, top-down, to (h·factor, w·factor, 3) uint8, rounded to nearest."""
        if image.dtype != np.uint8:
            raise ModelError(f"{self.backend}: the image must be uint8, this one is {image.dtype}")
        result = self.upscale_float(image.astype(np.float32) / np.float32(255))
        levels: Uint8Image = np.rint(np.clip(result, 0, 1) * np.float32(255)).astype(np.uint8)
        return levels

    def upscale_float(self, image: FloatImage) -> FloatImage:
        """(h, w, 3) float32 RGB in 0..1 to (h·factor, w·factor, 3) float32, not clipped."""
        if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
            raise ModelError(
                f"{self.backend}: the image must have the shape (height, width, 3), "
                f"this one has {image.shape}"
            )
        result = self._run(image.astype(np.float32, copy=False))
        height, width = image.shape[0] * self.factor, image.shape[1] * self.factor
        if result.shape != (height, width, 3):
            raise ModelError(
                f"{self.description} gave {result.shape} instead of {(height, width, 3)}"
            )
        if not np.isfinite(result).all():
            raise ModelError(
                f"{self.description} gave numbers that are not finite: try precision fp32"
            )
        return result

    def memory_budget(self) -> int:
        """Half of the memory that is free just now, in bytes."""
        return available_bytes() // 2

    def close(self) -> None:
        """Frees what it holds; the base class holds nothing."""

    def _run(self, image: FloatImage) -> FloatImage:
        raise NotImplementedError


def load_upscaler(
    backend: str = "auto",
    weights: str = DEFAULT_WEIGHTS,
    device: str = "auto",
    precision: str = "auto",
) -> Upscaler:
    """An upscaler ready to run.

    `device` is "auto", "cpu" or "gpu". `precision` "auto" takes the fastest that the processor
    really has. ModelError for an unknown name, missing weights, a backend that is not installed,
    or a device or precision that it does not have.
    """
    _check_choices(weights, device, precision)
    chosen = registry.choose("upscaler", backend)
    loaded: Any = chosen.load(weights=weights, device=device, precision=precision)
    upscaler: Upscaler = loaded
    return upscaler


def _check_choices(name: str, device: str, precision: str) -> None:
    listed = weights.weight(name)
    if listed.kind != "upscaler":
        raise ModelError(f"The weights {name!r} are for a {listed.kind}, not for an upscaler")
    if device not in ("auto", "cpu", "gpu"):
        raise ModelError(f"There is no device {device!r}. Known: auto, cpu, gpu.")
    if precision not in PRECISIONS:
        raise ModelError(f"There is no precision {precision!r}. Known: {', '.join(PRECISIONS)}.")
