"""DenoiseSharpen: noise of known strength taken out of five bands of detail, and bands raised.

Formulas: J.-L. Starck and F. Murtagh, the à trous wavelet transform with linear or cubic B-spline
weights; S. G. Chang, B. Yu and M. Vetterli, "Adaptive wavelet thresholding for image denoising
and compression" (2000): soft thresholds from the variances of noise and signal, the latter in a
square around each pixel. Until its levels are locked, Natron shows the source.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.finish import mixed, premultiply, unpremultiply, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, usual_components
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.rec709 import decode, encode
from ofx_helpers.nodes.color_transform import conversion

Plane = NDArray[np.float32]
"""One channel, (h, w)."""

_BANDS = 5
_FREQUENCIES = ("High", "Medium", "Low", "VeryLow")
_CHANNELS = ("ylr", "cbag", "crbb", "alpha")
_LINEAR = ((2 / 4, 1 / 4), (0.8005, 0.2729, 0.1197, 0.0578, 0.0286))
_SPLINE = ((6 / 16, 4 / 16, 1 / 16), (0.8908, 0.2007, 0.0855, 0.0412, 0.0206))
"""Weights from the middle outwards, and the deviation that noise of deviation 1 has in a band."""
_LIGHTEST = np.float32(100)  # L of white; the conversions have it as 1
_LEAST = 1e-30  # the least variance of a signal


@dataclass(frozen=True)
class _Work:
    """What is done to one channel."""

    noise: tuple[float, ...]
    """Deviation of its noise at each frequency."""
    denoise: float
    sharpen: float
    size: float
    """The band that is raised most, counted from 0."""
    radius: int
    spline: bool

    @property
    def idle(self) -> bool:
        """Whether it leaves the channel alone."""
        return (max(self.noise) <= 0 or self.denoise <= 0) and self.sharpen <= 0


def _works(params: Params) -> tuple[_Work, ...]:
    """For each channel of the colour model, and alpha."""
    mode = params.choice("outputMode")
    gains = [
        params.number("noiseLevelGain") * params.number(f"gainFreq{name}")
        if params.flag(f"enableFreq{name}")
        else 0.0
        for name in _FREQUENCIES
    ]
    amount = 0.0 if mode == "sharpen" else params.number("denoiseAmount")
    sharpen = 0.0 if mode == "noise" else params.number("sharpenAmount")
    every = not params.flag("sharpenLuminance")
    raised = (True, every or _is_rgb(params), every or _is_rgb(params), every)
    return tuple(
        _Work(
            tuple(
                params.number(f"{channel}Gain") * gain * params.number(f"{channel}NoiseLevel{name}")
                for name, gain in zip(_FREQUENCIES, gains, strict=True)
            ),
            amount * params.number(f"{channel}Amount"),
            sharpen if raises else 0.0,
            math.log2(max(params.number("sharpenSize"), 1e-9)) - 3,
            params.whole("adaptiveRadius"),
            params.flag("useB3Spline"),
        )
        for channel, raises in zip(_CHANNELS, raised, strict=True)
    )


def _is_rgb(params: Params) -> bool:
    return params.choice("colorModel") in ("gammargb", "linearrgb")


def _low(plane: Plane, weights: Sequence[float], step: int) -> Plane:
    """The plane smoothed with its weights `step` pixels apart, mirrored at the edges."""
    for axis in (1, 0):
        border = step * (len(weights) - 1)
        sides = (0, 0, border, border) if axis else (border, border, 0, 0)
        wide = cv2.copyMakeBorder(plane, *sides, cv2.BORDER_REFLECT_101)
        length = plane.shape[axis]
        total = np.zeros_like(plane)
        for index in range(1 - len(weights), len(weights)):
            start = border + index * step
            part = wide[:, start : start + length] if axis else wide[start : start + length]
            total += part * np.float32(weights[abs(index)])
        plane = total
    return plane


def _variance(band: Plane, radius: int) -> NDArray[np.float64]:
    """The mean square around each pixel, of what lies in the picture; of all for a radius of 0.

    The sums are single-precision, as Natron's: where noise is all there is, their rounding shows.
    """
    if radius <= 0:
        return np.full(band.shape, np.mean(np.square(band, dtype=np.float64)))
    h, w = band.shape
    sums = np.zeros((h + 1, w + 1), np.float32)
    sums[1:, 1:] = np.cumsum(np.cumsum(band * band, axis=1, dtype=np.float32), axis=0)
    top = np.maximum(np.arange(h) - radius, 0)
    bottom = np.minimum(np.arange(h) + radius + 1, h)
    left = np.maximum(np.arange(w) - radius, 0)
    right = np.minimum(np.arange(w) + radius + 1, w)
    wide = sums.astype(np.float64)
    total = wide[bottom][:, right] - wide[top][:, right] - wide[bottom][:, left]
    total += wide[top][:, left]
    counts = (bottom - top)[:, None] * (right - left)
    found: NDArray[np.float64] = total / counts
    return found


def _worked(plane: Plane, work: _Work) -> Plane:
    if work.idle:
        return plane
    weights, shares = _SPLINE if work.spline else _LINEAR
    result = np.zeros_like(plane)
    for level in range(_BANDS):
        below = _low(plane, weights, 1 << level)
        band = plane - below
        noise = sum((part * shares[level]) ** 2 for part in work.noise[: level + 1])
        radius = (work.radius + len(weights) - 1) << level if work.radius > 0 else 0
        signal = np.maximum(_variance(band, radius) - noise, _LEAST)
        threshold = (noise / np.sqrt(signal)).astype(np.float32)
        clean = np.sign(band) * np.maximum(np.abs(band) - threshold, 0)
        result += band + (clean - band) * np.float32(work.denoise)
        if level > 0 and work.sharpen > 0:
            boost = work.sharpen * math.exp(-((level - work.size) ** 2) / 1.5)
            result += clean * np.float32(boost)
        plane = below
    return result + plane


def _keep(rgb: Plane) -> Plane:
    return rgb


def _model(params: Params) -> tuple[Callable[[Plane], Plane], Callable[[Plane], Plane]]:
    """From linear RGB to the colour model, (h, w, 3), and back."""
    name = params.choice("colorModel")
    if name == "cielab":
        there, back = conversion("RGB709ToLab"), conversion("LabToRGB709")
        return lambda rgb: there(rgb) * _LIGHTEST, lambda lab: back(lab / _LIGHTEST)
    if name == "ycbcr":
        return conversion("RGBToYPbPr709"), conversion("YPbPrToRGB709")
    return (encode, decode) if name == "gammargb" else (_keep, _keep)


def _processed(params: Params, works: tuple[_Work, ...]) -> list[bool]:
    chosen = [params.flag(f"NatronOfxParamProcess{name}") for name in "RGBA"]
    busy = [not work.idle for work in works]
    if not _is_rgb(params):
        busy[:3] = [any(busy[:3])] * 3
    return [one and other for one, other in zip(chosen, busy, strict=True)]


def _same(context: Context) -> Same | None:
    params = context.params
    if not params.flag("analysisLock") or params.number("mix") == 0:
        return Same("Source")
    if not any(params.flag(f"NatronOfxParamProcess{name}") for name in "RGBA"):
        return Same("Source")
    idle = not any(_processed(params, _works(params)))
    return Same("Source") if idle and params.choice("outputMode") == "result" else None


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    area = context.region("Source")
    masked = (Want("Mask", area),) if uses_mask(context) else ()
    return (Want("Source", area), *masked)


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    params, source = context.params, frames[0].pixels
    works = _works(params)
    process = _processed(params, works)
    divide = params.flag("premult") and usual_components(context) == "RGBA"
    pixels: Pixels = unpremultiply(source) if divide else source.copy()
    if any(process[:3]):
        there, back = _model(params)
        colour = there(np.ascontiguousarray(pixels[..., :3]))
        planes = [
            _worked(np.ascontiguousarray(colour[..., index]), works[index]) for index in range(3)
        ]
        pixels[..., :3] = back(np.stack(planes, -1))
    if process[3]:
        pixels[..., 3] = _worked(np.ascontiguousarray(pixels[..., 3]), works[3])
    if divide:
        pixels = premultiply(pixels)
    mask = frames[1].pixels if len(frames) > 1 else None
    pixels = mixed(params, "Mask", pixels, source, mask, params.number("mix"))
    difference = params.choice("outputMode") != "result"
    result = np.zeros_like(source) if difference else source.copy()
    result[..., process] = (pixels - source if difference else pixels)[..., process]
    return Frame(result, frames[0].window)


NODE = NodeType(plugins=("net.sf.openfx.DenoiseSharpen",), wants=_wants, render=_render, same=_same)
