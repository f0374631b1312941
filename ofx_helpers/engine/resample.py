"""Resamples pictures by 3×3 matrices, with the filters of Natron's transforms.

Coordinates are edges: pixel i covers [i, i + 1) and its centre is i + 0.5. A *direct* matrix maps
a point of the source to the output; sampling uses its inverse. Where an output pixel is larger
than √3 source pixels the source is averaged under it (`resample_kernels`), so that reduced
pictures do not sparkle. Moves by whole pixels are copies, bit for bit.
"""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box, unrounded
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Pixels, Window

Matrix = NDArray[np.float64]

FILTERS = (
    "impulse", "box", "bilinear", "cubic", "keys",
    "simon", "rifman", "mitchell", "parzen", "notch",
)  # fmt: skip
"""Filter ids; Natron numbers them in this order."""

SMOOTHING = ("mitchell", "parzen", "notch")
"""Filters that change pixels even where nothing moves."""
_LIMITED = range(4, 8)  # keys to mitchell, the filters that `clamp` acts on
_REACH = {"impulse": 1, "box": 1, "bilinear": 2, "cubic": 2}
_EXACT = 1e-9
SLACK = 1e-6
"""A side this near to a whole number is meant to be whole."""
_HUGE = 1 << 24


def filter_number(name: str) -> int:
    """The number of a filter id; an unknown one is a RenderError that lists the near ones."""
    if name not in FILTERS:
        near = get_close_matches(name, FILTERS, 3) or FILTERS
        raise RenderError(f"no filter is called {name!r}; known: {', '.join(near)}")
    return FILTERS.index(name)


def whole_shift(direct: Matrix) -> tuple[int, int] | None:
    """The move (dx, dy) when the matrix is one by whole pixels, else None.

    Deviations below 1e-9 are the rounding of a centre that was added and taken away again.
    """
    if direct[2, 2] == 0:
        return None
    m = direct / direct[2, 2]
    move = np.round(m[:2, 2])
    expected = np.eye(3)
    expected[:2, 2] = move
    if np.abs(m - expected).max() >= _EXACT or np.abs(move).max() >= _HUGE:
        return None
    return int(move[0]), int(move[1])


def transform_bounds(matrix: Matrix, x1: float, y1: float, x2: float, y2: float) -> Box:
    """The bounding box of a rectangle under a matrix; infinite towards a vanishing point.

    Corners behind the eye (w ≤ 0) do not count; an edge that crosses w = 0 reaches to infinity
    in the direction where it vanishes. All corners behind: an empty box at the origin.
    """
    x, y = np.array([x1, x1, x2, x2]), np.array([y1, y2, y2, y1])
    # Summed in this order, as the plug-ins do: a last bit more can be one more column of pixels.
    corners = matrix[:, 0:1] * x + matrix[:, 1:2] * y + matrix[:, 2:3]
    front = corners[2] > 0
    if not front.any():
        return 0.0, 0.0, 0.0, 0.0
    points = corners[:2, front] / corners[2, front]
    low, high = points.min(axis=1), points.max(axis=1)
    for i in range(4):
        j = (i + 1) % 4
        if front[i] == front[j]:
            continue
        a = -corners[2, i] / (corners[2, j] - corners[2, i])
        direction = corners[:2, i] + a * (corners[:2, j] - corners[:2, i])
        for axis in range(2):
            if direction[axis] < 0:
                low[axis] = -np.inf
            elif direction[axis] > 0:
                high[axis] = np.inf
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _blurred_bounds(matrices: Sequence[Matrix], area: Window | Box) -> Box:
    """The union over matrices, grown by the longest step of a corner between two of them."""
    boxes = np.array([transform_bounds(m, *area) for m in matrices])
    x1, y1 = boxes[:, :2].min(axis=0)
    x2, y2 = boxes[:, 2:].max(axis=0)
    step = 0.0
    if len(boxes) > 1:
        left, low, right, high = area
        corners = np.array([[left, left, right, right], [low, high, high, low], [1.0] * 4])
        moved = (np.stack(list(matrices)) @ corners)[:, :2]
        step = float(np.abs(np.diff(moved, axis=0)).max())
    return float(x1) - step, float(y1) - step, float(x2) + step, float(y2) + step


def enclosing(box: Box, unbounded: Window, slack: float = SLACK, aspect: float = 1.0) -> Window:
    """The pixels of this aspect that a canonical box touches.

    Its infinite sides become those of `unbounded`. Pixels that are not square have no slack: their
    sides are seldom whole numbers, and then by Natron's own rounding.
    """
    slack = slack if aspect == 1 else 0.0
    sides = [
        value if abs(value) < _HUGE else float(fallback)
        for value, fallback in zip(unrounded(box, aspect), unbounded, strict=True)
    ]
    low = [int(np.floor(value + slack)) for value in sides[:2]]
    high = [int(np.ceil(value - slack)) for value in sides[2:]]
    return Window(low[0], low[1], max(high[0], low[0]), max(high[1], low[1]))


def output_box(
    direct: Sequence[Matrix],
    source: Box,
    black_outside: bool,
    unbounded: Box | Window,
    aspect: float = 1.0,
) -> Box:
    """Region of definition of a source moved by direct matrices (several: motion blur).

    All canonical, not rounded. With `black_outside` one pixel, of this aspect, more on each side,
    so that the edge fades into black. `unbounded` gives the sides that vanish to infinity, which
    have no such pixel.
    """
    if source[2] <= source[0] or source[3] <= source[1]:
        return 0.0, 0.0, 0.0, 0.0
    grow = (-aspect, -1.0, aspect, 1.0) if black_outside else (0.0,) * 4
    found = zip(_blurred_bounds(direct, source), grow, unbounded, strict=True)
    x1, y1, x2, y2 = (
        side + more if abs(side) < _HUGE else float(fallback) for side, more, fallback in found
    )
    return x1, y1, max(x2, x1), max(y2, y1)


def output_region(
    direct: Sequence[Matrix], source: Window, black_outside: bool, unbounded: Window
) -> Window:
    """The pixels of `output_box`."""
    x1, y1, x2, y2 = (float(side) for side in source)
    if source.empty:
        return Window(0, 0, 0, 0)
    return enclosing(output_box(direct, (x1, y1, x2, y2), black_outside, unbounded), unbounded)


def input_region(
    inverse: Sequence[Matrix], window: Window, source: Window, name: str, black_outside: bool
) -> Window:
    """The part of `source` that filtering `window` through inverse matrices can touch."""
    if source.empty or window.empty:
        return Window(0, 0, 0, 0)
    box = _blurred_bounds(inverse, window)
    if any((m @ [x, y, 1.0])[2] <= 0 for m in inverse for x in window[::2] for y in window[1::2]):
        return source
    reach = _REACH.get(name, 3)
    touched = enclosing(box, source).grow(reach, reach)
    if black_outside:
        return touched.intersect(source)
    # What lies beyond the picture is read from its nearest edge.
    return Window(
        min(max(touched.x1, source.x1), source.x2 - 1),
        min(max(touched.y1, source.y1), source.y2 - 1),
        max(min(touched.x2, source.x2), source.x1 + 1),
        max(min(touched.y2, source.y2), source.y1 + 1),
    )


def invert(direct: Matrix) -> Matrix:
    """The inverse; of a matrix that has none, one that sends everything to the origin."""
    try:
        return np.asarray(np.linalg.inv(direct), np.float64)
    except np.linalg.LinAlgError:
        flat = np.zeros((3, 3))
        flat[2, 2] = 1.0
        return flat


def resample(
    source: Frame,
    inverse: Matrix,
    window: Window,
    *,
    name: str = "cubic",
    clamp: bool = False,
    black_outside: bool = True,
    bounds: Window | None = None,
    far: bool = False,
) -> Pixels:
    """The source under one matrix, as (h, w, 4) float32 over `window`.

    `inverse` maps output to source. `bounds` is the source's region of definition (its window
    when None): beyond it lies black, or the nearest edge pixel. `source` must hold what
    `input_region` says. `clamp` keeps keys, simon, rifman and mitchell within the samples around.
    `far` filters for the size of the output pixel beyond the picture too, as few nodes do.
    """
    kind = filter_number(name)
    bounds = source.window if bounds is None else bounds
    moved = whole_shift(inverse)
    # Natron's box grows with the distance from the picture.
    if moved is not None and name not in SMOOTHING and not (far and name == "box"):
        return _copied(source, window.shift(*moved), bounds, black_outside)
    pixels = np.zeros((window.height, window.width, 4), np.float32)
    if source.window.empty or window.empty:
        return pixels
    matrix = np.ascontiguousarray(inverse, np.float64)
    samples = _samples(source)
    limits = kind in _LIMITED and clamp
    shrinks = far and bool((np.square(matrix[:2, :2] / matrix[2, 2]).sum(0) > 1).any())
    if kind >= FILTERS.index("bilinear") and not limits and not shrinks and _is_affine(matrix):
        from ofx_helpers.engine.affine_kernels import affine_rows, tap_polynomials

        affine_rows(
            kind, tap_polynomials(kind), False, black_outside, samples, source.window.x1,
            source.window.y1, tuple(bounds), matrix / matrix[2, 2], pixels, window.x1, window.y1,
        )  # fmt: skip
        return pixels
    from ofx_helpers.engine.resample_kernels import resample_rows

    resample_rows(
        kind, limits, black_outside, far, samples, source.window.x1, source.window.y1,
        tuple(bounds), matrix, pixels, window.x1, window.y1,
    )  # fmt: skip
    return pixels


def _is_affine(matrix: Matrix) -> bool:
    return bool(matrix[2, 0] == 0 and matrix[2, 1] == 0 and matrix[2, 2] > 0)


def resample_blurred(
    source: Frame,
    inverses: Matrix,
    window: Window,
    *,
    quality: float,
    name: str = "cubic",
    clamp: bool = False,
    black_outside: bool = True,
    weights: NDArray[np.float64] | None = None,
    bounds: Window | None = None,
    channels: int = 4,
) -> Pixels:
    """The source averaged over `inverses` (n, 3, 3), as (h, w, 4) float32 over `window`.

    `quality` is Natron's motionBlur: 13 to 40 × quality samples a pixel, more where they differ.
    `weights` (n), for a directional blur, weighs the matrices. `channels` is 3 for a picture
    without alpha, whose edges are no reason for more samples.
    """
    kind = filter_number(name)
    bounds = source.window if bounds is None else bounds
    pixels = np.zeros((window.height, window.width, 4), np.float32)
    if source.window.empty or window.empty:
        return pixels
    from ofx_helpers.engine.resample_kernels import blur_rows

    blur_rows(
        kind, clamp, black_outside, float(quality), channels,
        np.zeros(0) if weights is None else np.ascontiguousarray(weights, np.float64),
        _samples(source), source.window.x1, source.window.y1, tuple(bounds),
        np.ascontiguousarray(inverses, np.float64), pixels, window.x1, window.y1,
    )  # fmt: skip
    return pixels


def warp(
    source: Frame,
    places: NDArray[np.float64],
    steps: NDArray[np.float64],
    *,
    name: str = "cubic",
    clamp: bool = False,
    black_outside: bool = True,
    bounds: Window | None = None,
) -> Pixels:
    """The source at `places` (h, w, 2), in its pixels' edge coordinates, as (h, w, 4) float32.

    `steps` (h, w, 4) or (1, 1, 4) says how the place moves with the output pixel: dx/dx, dx/dy,
    dy/dx, dy/dy. `source` must hold all that is touched; the other arguments are `resample`'s.
    """
    kind = filter_number(name)
    bounds = source.window if bounds is None else bounds
    pixels = np.zeros((*places.shape[:2], 4), np.float32)
    if source.window.empty or not pixels.size:
        return pixels
    from ofx_helpers.engine.warp_kernels import warp_rows

    warp_rows(
        kind, clamp, black_outside, _samples(source), source.window.x1,
        source.window.y1, tuple(bounds), np.ascontiguousarray(places, np.float64),
        np.ascontiguousarray(steps, np.float64), pixels,
    )  # fmt: skip
    return pixels


def _samples(source: Frame) -> Pixels:
    """The pixels as the kernels know them: whole rows, read-only.

    numba compiles for each combination of layout and mutability anew, for seconds.
    """
    samples = np.ascontiguousarray(source.pixels).view()
    samples.flags.writeable = False
    return samples


def _copied(source: Frame, wanted: Window, bounds: Window, black_outside: bool) -> Pixels:
    """Source pixels over `wanted` (in the source's coordinates), bit for bit."""
    if black_outside or bounds.contains(wanted) or source.window.empty or wanted.empty:
        return source.crop(wanted).pixels
    rows = np.clip(np.arange(wanted.y1, wanted.y2), bounds.y1, bounds.y2 - 1) - source.window.y1
    columns = np.clip(np.arange(wanted.x1, wanted.x2), bounds.x1, bounds.x2 - 1) - source.window.x1
    return source.pixels[rows[:, None], columns[None, :]]
