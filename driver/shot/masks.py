"""Masks of the foreground, the face and the background, as pure functions.

Binary masks are bool arrays (h, w), soft ones float32 (h, w) in 0..1; top-down. The soft version of
a mask is a straight ramp centred on the binary edge: 0.5 exactly where the binary mask changes, 0
and 1 half the feather's width outside and inside. Where a mask meets the picture's border it does
not ramp: the subject goes on there.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Soft = NDArray[np.float32]

FAR = 64.0
"""Signed distances are cut here, in pixels: no feather reaches farther."""


def signed_distance(mask: Mask) -> Soft:
    """Pixels from each pixel's centre to the mask's edge, positive inside, −`FAR` to `FAR`."""
    inside = mask.astype(np.uint8)
    if not inside.any():
        return np.full(mask.shape, -FAR, np.float32)
    if inside.all():
        return np.full(mask.shape, FAR, np.float32)
    # OpenCV measures to the nearest pixel's centre; the edge lies half a pixel before it.
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    without = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    distance = np.where(mask, within - 0.5, 0.5 - without)
    return np.asarray(np.clip(distance, -FAR, FAR), dtype=np.float32)


def ramp(distance: Soft, width: float) -> Soft:
    """Soft mask from signed distances: 0 to 1 over `width` pixels, centred on the edge."""
    soft = distance * np.float32(1 / max(width, 1e-3))
    soft += np.float32(0.5)
    return np.clip(soft, 0, 1, out=soft)


def feather(mask: Mask, width: float) -> Soft:
    """The soft version of a binary mask, with a ramp `width` pixels wide centred on its edge."""
    return ramp(signed_distance(mask), width)


def grow(mask: Mask, pixels: float) -> Mask:
    """The mask and everything within `pixels` of it."""
    if pixels <= 0 or not mask.any():
        return mask.copy()
    outside = 1 - mask.astype(np.uint8)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance <= pixels, dtype=np.bool_)


def fill_missing(rgb: NDArray[np.uint8], missing: Mask) -> NDArray[np.uint8]:
    """The picture (h, w, 3) with each missing pixel replaced by the nearest real one.

    A model that looks at the result meets no black shape that it could take for a subject.
    """
    if not missing.any() or missing.all():
        return rgb.copy()
    _, labels = cv2.distanceTransformWithLabels(
        missing.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    real = ~missing
    lookup = np.zeros((int(labels.max()) + 1, 3), np.uint8)
    lookup[labels[real]] = rgb[real]
    return np.asarray(lookup[labels], dtype=np.uint8)


def touching(mask: Mask, seed: Mask) -> Mask:
    """The connected parts of `mask` that share a pixel with `seed`."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, np.bool_)
    keep[np.unique(labels[seed & mask])] = True
    keep[0] = False
    return np.asarray(keep[labels], dtype=np.bool_)


def without_specks(mask: Mask, part: float = 0.02, hole: float = 0.001) -> Mask:
    """The mask without specks and pinholes.

    Parts smaller than `part` of the largest one go, and holes smaller than `hole` of the largest
    part of the background are filled.
    """
    cleaned = _large_parts(mask, part)
    return ~_large_parts(~cleaned, hole) if not cleaned.all() else cleaned


def _large_parts(mask: Mask, share: float) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask.copy()
    areas = stats[:, cv2.CC_STAT_AREA]
    keep = areas >= share * areas[1:].max()
    keep[0] = False
    return np.asarray(keep[labels], dtype=np.bool_)


def ellipse(
    shape: tuple[int, int],
    box: Sequence[float],
    eyes: tuple[Sequence[float], Sequence[float]] | None = None,
) -> Mask:
    """The ellipse that fills a face's box (left, top, width, height), tilted as the eyes are.

    `shape` is (h, w); box and eyes are canvas pixels, edges at whole numbers. A tilt past 45° is
    taken for a wrong pair of eyes and ignored.
    """
    left, top, width, height = box
    tilt = 0.0
    if eyes is not None:
        (ax, ay), (bx, by) = sorted(tuple(eye) for eye in eyes)
        tilt = math.atan2(by - ay, bx - ax)
        tilt = tilt if abs(tilt) <= math.pi / 4 else 0.0
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) + np.float32(0.5)
    dx, dy = x - (left + width / 2), y - (top + height / 2)
    along = dx * math.cos(tilt) + dy * math.sin(tilt)
    across = dy * math.cos(tilt) - dx * math.sin(tilt)
    inside = (along / (width / 2)) ** 2 + (across / (height / 2)) ** 2 <= 1
    return np.asarray(inside, dtype=np.bool_)


def bounds(mask: Mask) -> tuple[float, float, float, float] | None:
    """Left, top, width and height of a mask's box in pixels; None for an empty mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    left, top = int(columns[0]), int(rows[0])
    return float(left), float(top), float(columns[-1] + 1 - left), float(rows[-1] + 1 - top)


def to_bytes(soft: Soft | Mask) -> NDArray[np.uint8]:
    """8-bit grey of a mask: 0 and 255 exactly where it is 0 and 1."""
    return np.asarray(np.rint(soft.astype(np.float32) * 255), dtype=np.uint8)
