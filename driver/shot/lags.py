"""Where the DVD lies on the widescreen copy for every time offset, once the scale is known.

With a panning camera each time offset has a shift of its own that fits nearly as well: a shift
found for one says nothing about the others. So all frames that a time offset brings together are
correlated at once, over all shifts, as products of their spectra.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
_DVD_WIDTH, _WIDE_WIDTH = 128, 208
"""Widths of the pictures that are correlated, at most: one pixel of both spans the same."""
_MIN_COVER = 0.3
"""Part of the smaller copy that must lie on the other."""
_LOCAL = 5.0
"""Sigma in pixels over which brightness and contrast are evened out."""


@dataclass(frozen=True)
class Lag:
    """A time offset's best shift: wide = scale · dvd + (x, y) from the top left corners."""

    time: int
    x: float
    y: float
    value: float
    """About a correlation, −1 to 1."""


class Lags:
    """Spectra of both copies at one scale.

    `dvd` are some frames by number, `wide` all; 8-bit grey, reduced by the ratios, which say how
    many full-size pixels a reduced one spans. `scale` is widescreen pixels for a DVD pixel.
    """

    def __init__(
        self,
        dvd: Mapping[int, Grey],
        wide: Sequence[Grey],
        ratios: tuple[float, float],
        scale: float,
    ) -> None:
        """Transforms every picture once."""
        here, there = next(iter(dvd.values())).shape, wide[0].shape
        ratio_dvd, ratio_wide = ratios
        span = max(
            here[1] * ratio_dvd / _DVD_WIDTH, there[1] * ratio_wide / (scale * _WIDE_WIDTH), 1e-3
        )
        self.pixel = span * scale
        """Widescreen pixels that a pixel of the spectra spans."""
        self._dvd_size = _size(here, span / ratio_dvd)
        self._wide_size = _size(there, self.pixel / ratio_wide)
        self._shape = (
            cv2.getOptimalDFTSize(self._dvd_size[1] + self._wide_size[1]),
            cv2.getOptimalDFTSize(self._dvd_size[0] + self._wide_size[0]),
        )
        self._dvd = {
            frame: self._spectrum(_evened(_grid(picture, span / ratio_dvd, self._dvd_size)))
            for frame, picture in dvd.items()
        }
        self._wide = [
            self._spectrum(_evened(_grid(picture, self.pixel / ratio_wide, self._wide_size)))
            for picture in wide
        ]
        solid = [np.ones((h, w), np.float32) for w, h in (self._dvd_size, self._wide_size)]
        covered = self._back(np.conj(self._spectrum(solid[0])) * self._spectrum(solid[1]))
        areas = [w * h for w, h in (self._dvd_size, self._wide_size)]
        # A pair may share less than the smaller copy: what counts is what is possible at all.
        self._covered = np.where(covered >= _MIN_COVER * min(*areas, covered.max()), covered, 0)

    def best(self, time: int, fixed: tuple[float | None, float | None]) -> Lag | None:
        """The best shift for a time offset; None where no frames meet.

        `fixed` are an x and y (as in `Lag`) that are given, each None where to be found.
        """
        frames = [frame for frame in self._dvd if 0 <= frame + time < len(self._wide)]
        if not frames:
            return None
        total = np.zeros((self._shape[0], self._shape[1] // 2 + 1), np.complex64)
        for frame in frames:
            total += np.conj(self._dvd[frame]) * self._wide[frame + time]
        value = np.where(
            self._covered > 0,
            self._back(total) / np.maximum(self._covered, 1) / len(frames),
            -1.0,
        )
        rows, columns = np.arange(value.shape[0]), np.arange(value.shape[1])
        if fixed[0] is not None:
            columns = columns[[round(fixed[0] / self.pixel) % value.shape[1]]]
        if fixed[1] is not None:
            rows = rows[[round(fixed[1] / self.pixel) % value.shape[0]]]
        part = value[np.ix_(rows, columns)]
        row, column = np.unravel_index(int(part.argmax()), part.shape)
        at_y, at_x = int(rows[row]), int(columns[column])
        x = _peak(value[at_y], at_x, self._wide_size[0])
        y = _peak(value[:, at_x], at_y, self._wide_size[1])
        return Lag(time, x * self.pixel, y * self.pixel, float(part[row, column]))

    def _spectrum(self, picture: Floats) -> npt.NDArray[np.complex64]:
        from scipy import fft

        spectrum: npt.NDArray[np.complex64] = fft.rfft2(picture, s=self._shape)
        return spectrum

    def _back(self, spectrum: npt.NDArray[np.complex64]) -> Floats:
        from scipy import fft

        picture: Floats = fft.irfft2(spectrum, s=self._shape)
        return picture


def _size(shape: tuple[int, ...], span: float) -> tuple[int, int]:
    return max(4, int(shape[1] / span)), max(4, int(shape[0] / span))


def _grid(picture: Grey, span: float, size: tuple[int, int]) -> Floats:
    """`picture` on pixels that span `span` of its own, from its top left corner."""
    blurred: Floats = picture.astype(np.float32)
    if span > 1:
        blurred = np.asarray(cv2.GaussianBlur(blurred, (0, 0), 0.45 * span), np.float32)
    matrix = np.array([[span, 0, 0.5 * span - 0.5], [0, span, 0.5 * span - 0.5]])
    grid: Floats = cv2.warpAffine(
        blurred,
        matrix,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)
    return grid


def _evened(picture: Floats) -> Floats:
    """Without its local brightness and of about unit contrast everywhere."""
    detail = picture - cv2.GaussianBlur(picture, (0, 0), _LOCAL)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 2 * _LOCAL))
    # The floor keeps noise in flat places from counting as detail.
    return np.asarray(detail / (contrast + 3), np.float32)


def _peak(line: Floats, at: int, positive: int) -> float:
    """Where a line peaks near `at`, below a pixel, as a signed shift."""
    before, here, after = (float(line[(at + step) % len(line)]) for step in (-1, 0, 1))
    bend = before - 2 * here + after
    usable = min(before, after) > -1 and bend < 0
    part = 0.5 * (before - after) / bend if usable else 0.0
    signed = at if at < positive else at - len(line)
    return signed + float(np.clip(part, -0.5, 0.5))
