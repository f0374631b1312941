"""Sub-pixel scale and shift by Gauss–Newton on the pixels of several frames together.

The widescreen copy is brought to the DVD's resolution first: blurred as a DVD pixel averages it,
then sampled on the DVD's grid. Each frame has its own gain and offset, solved along, so that a
colour shift does not pull; Huber weights keep compression artefacts from pulling. The model is
that of enhanced correlation maximisation (Evangelidis and Psarakis 2008), restricted to a scale
and a translation and summed over frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from driver.shot.match import Fixed, Match

Grey = npt.NDArray[np.float32]
_PRE_BLUR = 0.7
"""Sigma in DVD pixels put on both copies: less aliasing and noise."""
_BOX_SIGMA = 0.29
"""Sigma of the box that a pixel averages, 1/√12."""
_PIXELS = 50_000
"""Of a frame that a step looks at: more cost time and change nothing."""
_MIN_OVERLAP = 0.02
"""Part of the DVD that must lie on the widescreen copy."""


@dataclass(frozen=True)
class _Pair:
    dvd: Grey
    wide: Grey


def blurred_pair(dvd: npt.NDArray[np.uint8], wide: npt.NDArray[np.uint8], scale: float) -> _Pair:
    """Grey frames (h, w) at their own sizes, blurred to the DVD's resolution; float 0 to 255."""
    sigma = max(scale, 0.5) * float(np.hypot(_BOX_SIGMA, _PRE_BLUR))
    return _Pair(
        cv2.GaussianBlur(dvd.astype(np.float32), (0, 0), _PRE_BLUR),
        cv2.GaussianBlur(wide.astype(np.float32), (0, 0), sigma),
    )


def sampled(
    wide: npt.NDArray[np.float32], dvd_size: tuple[int, int], match: Match
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """`wide` (h, w[, 3]) sampled at the DVD's pixel middles, and where that lies inside it.

    `dvd_size` is (width, height). Sampling is linear: blur or reduce `wide` before.
    """
    width, height = dvd_size
    left = match.scale * (0.5 - width // 2) + wide.shape[1] // 2 + match.x
    top = match.scale * (0.5 - height // 2) + wide.shape[0] // 2 + match.y
    # warpAffine counts from the middle of the first pixel.
    matrix = np.array([[match.scale, 0, left - 0.5], [0, match.scale, top - 0.5]])
    picture = cv2.warpAffine(
        wide,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    margin = match.scale
    x = left + match.scale * np.arange(width)
    y = top + match.scale * np.arange(height)
    inside_x = (x >= margin) & (x <= wide.shape[1] - margin)
    inside_y = (y >= margin) & (y <= wide.shape[0] - margin)
    return picture, inside_y[:, None] & inside_x[None, :]


def correlation(a: Grey, b: Grey) -> float:
    """Normalised correlation of two equally long vectors, −1 to 1; 0 where one is flat."""
    a = a - a.mean()
    b = b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm > 1e-6 else 0.0


def score(pairs: Sequence[_Pair], match: Match) -> float:
    """Mean correlation of the frames where they overlap; −1 where they hardly do."""
    values = []
    for pair in pairs:
        height, width = pair.dvd.shape
        picture, inside = sampled(pair.wide, (width, height), match)
        if inside.mean() < _MIN_OVERLAP:
            return -1.0
        values.append(correlation(pair.dvd[inside], picture[inside]))
    return float(np.mean(values))


def refine(
    frames: Sequence[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]],
    start: Match,
    fixed: Fixed | None = None,
    iterations: int = 30,
    pixels: int = _PIXELS,
) -> Match:
    """The match nearest to `start` under which the (dvd, wide) grey frames agree best.

    Numbers in `fixed` stay. `start` must be within about two DVD pixels. The result has its score;
    where the copies stop overlapping, it is `start` with a score of −1. A step looks at about
    `pixels` of each frame.
    """
    fixed = fixed or Fixed()
    match = fixed.applied(start)
    free = np.array([fixed.scale is None, fixed.x is None, fixed.y is None])
    pairs = [blurred_pair(dvd, wide, match.scale) for dvd, wide in frames]
    for _ in range(iterations if free.any() else 0):
        step = _step(pairs, match, free, pixels)
        if step is None:
            return replace(match, score=-1.0)
        match = replace(
            match,
            scale=match.scale * float(np.exp(step[0])),
            x=match.x + match.scale * float(step[1]),
            y=match.y + match.scale * float(step[2]),
        )
        height, width = pairs[0].dvd.shape
        if max(abs(step[0]) * max(width, height), abs(step[1]), abs(step[2])) < 1e-4:
            break
    return replace(match, score=score(pairs, match))


def _thinned(inside: npt.NDArray[np.bool_], pixels: int) -> npt.NDArray[np.bool_]:
    """A regular grid that leaves about as many of the pixels as a step can use."""
    every = max(1, round(float(np.sqrt(inside.sum() / pixels))))
    grid = np.zeros_like(inside)
    grid[::every, ::every] = True
    return grid


def _step(
    pairs: Sequence[_Pair], match: Match, free: npt.NDArray[np.bool_], pixels: int
) -> npt.NDArray[np.float64] | None:
    """One step: (log of the scale, shift x, shift y in DVD pixels); 0 where not free."""
    normal = np.zeros((3, 3))
    right = np.zeros(3)
    for pair in pairs:
        height, width = pair.dvd.shape
        picture, inside = sampled(pair.wide, (width, height), match)
        if inside.mean() < _MIN_OVERLAP:
            return None
        inside &= _thinned(inside, pixels)
        grad_y: Grey = np.asarray(np.gradient(picture, axis=0), np.float32)
        grad_x: Grey = np.asarray(np.gradient(picture, axis=1), np.float32)
        x = (np.arange(width) + 0.5 - width // 2)[None, :]
        y = (np.arange(height) + 0.5 - height // 2)[:, None]
        moves = np.stack(
            [(grad_x * x + grad_y * y)[inside], grad_x[inside], grad_y[inside]], axis=1
        ).astype(np.float64)
        basis = np.stack([picture[inside], np.ones(int(inside.sum()))], axis=1).astype(np.float64)
        target = pair.dvd[inside].astype(np.float64)
        (gain, base), *_ = np.linalg.lstsq(basis, target, rcond=None)
        rest = target - basis @ (gain, base)
        spread = 1.4826 * float(np.median(np.abs(rest))) + 1e-3
        weight = np.minimum(1.0, 1.5 * spread / np.maximum(np.abs(rest), 1e-9))
        jacobian = gain * moves
        # What a change of gain and offset could explain is not a movement.
        weighted = basis * weight[:, None]
        inner = weighted.T @ basis + 1e-9 * np.eye(2)
        jacobian = jacobian - basis @ np.linalg.solve(inner, weighted.T @ jacobian)
        rest = rest - basis @ np.linalg.solve(inner, weighted.T @ rest)
        scaled = jacobian * weight[:, None] / spread**2
        normal += scaled.T @ jacobian
        right += scaled.T @ rest
    step = np.zeros(3)
    chosen = np.flatnonzero(free)
    block = normal[np.ix_(chosen, chosen)]
    if np.linalg.cond(block) > 1e14:
        return None
    step[chosen] = np.linalg.solve(block, right[chosen])
    # Far from the goal the linear model overshoots.
    limit = float(np.abs(step[1:]).max())
    return step if limit <= 1 else step / limit
