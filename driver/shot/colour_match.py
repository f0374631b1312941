"""Fits the DVD's colours to the widescreen's where they overlap, in linear light."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from driver.shot.alignment import Grade
from driver.shot.colour import Floats, to_linear, to_srgb
from driver.shot.match import Match
from driver.shot.refine import sampled

Rgb = npt.NDArray[np.uint8]
_BLOCK = 6
"""Side of a block in DVD pixels: means over it do not see sharpness, noise or half a pixel."""
_MIN_BLOCKS = 12
_CLIPPED = (3, 252)
"""8-bit levels at and past which a value may have been cut off."""
_KNEE = 0.008
"""Errors above this, in sRGB from 0 to 1, count linearly (Huber): overlays, artefacts."""
_LIMITS = ((0.05, -0.5, 0.3), (20.0, 0.5, 3.0))


def fit(frames: Sequence[tuple[Rgb, Rgb]], match: Match) -> Grade:
    """The grade that brings the DVD to the widescreen copy, from several (dvd, wide) frames.

    Frames are 8-bit sRGB (h, w, 3) at their own sizes. Block means in linear light are compared;
    errors are weighed as the eye sees them, in sRGB. A channel without enough usable blocks keeps
    its colours; one without contrast gets only a multiplication.
    """
    blocks = [_blocks(dvd, wide, match) for dvd, wide in frames]
    channels = []
    for channel in range(3):
        here = np.concatenate([dvd[:, channel] for dvd, _, _ in blocks])
        there = np.concatenate([wide[:, channel] for _, wide, _ in blocks])
        usable = np.concatenate([good[:, channel] for _, _, good in blocks])
        channels.append(_fit_channel(here[usable], there[usable]))
    multiply, offset, gamma = zip(*channels, strict=True)
    return Grade(multiply=multiply, offset=offset, gamma=gamma)


def _blocks(dvd: Rgb, wide: Rgb, match: Match) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Block means (n, 3) of both copies in linear light, and which of them are usable."""
    height, width = dvd.shape[:2]
    sigma = 0.4 * max(match.scale, 1.0)
    light = cv2.GaussianBlur(to_linear(wide / 255.0).astype(np.float32), (0, 0), sigma)
    there, inside = sampled(light, (width, height), match)
    here = to_linear(dvd / 255.0).astype(np.float32)
    # A clipped pixel in either copy spoils its block; there the wide's blur has spread it.
    good = (dvd > _CLIPPED[0]) & (dvd < _CLIPPED[1]) & inside[..., None]
    seen = to_srgb(there) * 255
    good &= (seen > _CLIPPED[0]) & (seen < _CLIPPED[1])
    means = [_means(here), _means(there.astype(np.float32))]
    whole = _means(good.astype(np.float32)) > 0.999
    return means[0], means[1], whole


def _means(picture: npt.NDArray[np.float32]) -> Floats:
    height, width = (size // _BLOCK for size in picture.shape[:2])
    cut = picture[: height * _BLOCK, : width * _BLOCK].astype(np.float64)
    means: Floats = cut.reshape(height, _BLOCK, width, _BLOCK, 3).mean(axis=(1, 3)).reshape(-1, 3)
    return means


def _fit_channel(here: Floats, there: Floats) -> tuple[float, float, float]:
    """(multiply, offset, gamma) for one channel's linear block means."""
    from scipy.optimize import least_squares

    if len(here) < _MIN_BLOCKS:
        return 1.0, 0.0, 1.0
    target = to_srgb(there)
    multiply = float(np.median(there) / max(float(np.median(here)), 1e-6))
    low, high = np.percentile(to_srgb(here), (2, 98))
    if high - low < 0.03:
        return float(np.clip(multiply, _LIMITS[0][0], _LIMITS[1][0])), 0.0, 1.0

    def errors(numbers: Floats) -> Floats:
        gain, offset, gamma = numbers
        out = np.maximum(gain * here + offset, 1e-6) ** (1 / gamma)
        # Unclipped on the bright side, so that the fit has a slope there.
        light = np.maximum(out, 0.0031308)
        curve = 1.055 * light ** (1 / 2.4) - 0.055
        apart: Floats = np.where(out <= 0.0031308, out * 12.92, curve) - target
        return apart

    start = np.clip([multiply, 0.0, 1.0], *_LIMITS)
    found = least_squares(
        errors, start, bounds=_LIMITS, loss="huber", f_scale=_KNEE, x_scale=(0.5, 0.02, 0.3)
    )
    gain, offset, gamma = (float(number) for number in found.x)
    return gain, offset, gamma
