"""Carries the widescreen's colours into a band, keeping the band's gradients (Poisson blending).

The correction c that is added to a band solves the discrete Laplace equation Δc = 0 inside it, with
c given along the seam and no flow across the three other edges (Pérez, Gangnet and Blake 2003,
with the seamless-cloning membrane). On a rectangle that separates: each cosine along the seam
fades with the distance from it as cosh does, so no system of equations has to be solved.
"""

import cv2
import numpy as np
import numpy.typing as npt
from scipy.fft import dct, idct

Floats = npt.NDArray[np.float64]
_SMOOTH = 3.0
"""Sigma in pixels along the seam: differences of detail are no difference of colour."""


def membrane(seam: Floats, rows: int) -> Floats:
    """The correction (rows, w, channels) whose row 0 lies beside the seam, where it is `seam`.

    `seam` is (w, channels), the value wanted one row before row 0.
    """
    width = seam.shape[0]
    # Discrete along both axes: 2·cosh μ − 2 = 2 − 2·cos(πk/w).
    mu = np.arccosh(2 - np.cos(np.pi * np.arange(width) / width))
    distance = np.arange(1, rows + 1)[:, None]
    # cosh(μ(rows + ½ − d)) / cosh(μ(rows + ½)), written so that it cannot overflow: no flow
    # across the edge behind the last row.
    fall = np.exp(-mu * distance) * (1 + np.exp(-mu * (2 * rows + 1 - 2 * distance)))
    fall /= 1 + np.exp(-mu * (2 * rows + 1))
    waves = dct(seam, axis=0, norm="ortho")
    result: Floats = idct(waves[None] * fall[..., None], axis=1, norm="ortho")
    return result


def blended(band: Floats, wide: Floats, known: npt.NDArray[np.bool_], side: str) -> Floats:
    """A 'top' or 'bottom' band (h, w, channels) joined to the widescreen copy beside it.

    `wide` is the widescreen copy over the same pixels and `known` (h, w) where it has any: rows at
    the band's lower ('top') or upper ('bottom') edge. Under the widescreen copy the correction of
    the seam goes on unchanged. Where the two do not meet the band stays as it is.
    """
    if side == "bottom":
        return blended(band[::-1], wide[::-1], known[::-1], "top")[::-1]
    columns: npt.NDArray[np.bool_] = np.asarray(known.any(axis=0))
    if not columns.any():
        return band.copy()
    first = int(known.any(axis=1).argmax())
    count = np.maximum(known.sum(axis=0), 1)[:, None]
    apart = np.where(known[..., None], wide - band, 0).sum(axis=0) / count
    seam = _smooth(_filled(apart, columns))
    correction = np.empty_like(band)
    correction[first:] = seam
    if first:
        correction[:first] = membrane(seam, first)[::-1]
    return band + correction


def _filled(values: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Columns that the widescreen copy does not reach take the nearest column's value."""
    where = np.flatnonzero(known)
    at = np.arange(len(known))
    nearest = where[np.abs(at[:, None] - where[None, :]).argmin(axis=1)]
    result: Floats = values[nearest]
    return result


def _smooth(values: Floats) -> Floats:
    picture = np.ascontiguousarray(values[None], np.float64)
    blurred = cv2.GaussianBlur(
        picture, (0, 0), sigmaX=_SMOOTH, sigmaY=0.1, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(blurred, np.float64).reshape(values.shape)
