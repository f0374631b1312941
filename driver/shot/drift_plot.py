"""The plot of drift over time, drawn with OpenCV."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.tracking import Tracking

WIDTH, HEIGHT = 960, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 44, 44
_PAPER, _INK, _GREY = (255, 255, 255), (40, 40, 40), (205, 205, 205)
_MASK, _FACE, _FRESH, _LIMIT = (31, 97, 168), (226, 120, 20), (150, 150, 150), (200, 40, 40)
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]


def draw(tracking: Tracking) -> Picture:
    """The mask's and the face's error by frame, as 8-bit RGB (360, 960, 3).

    The dashed line is the threshold; vertical lines mark frames whose mask was made afresh.
    """
    picture = np.full((HEIGHT, WIDTH, 3), _PAPER, np.uint8)
    frames = [item.frame for item in tracking.drift] or [tracking.key_frame]
    first, last = frames[0], max(frames[-1], frames[0] + 1)
    values = [item.error for item in tracking.drift]
    faces = [item.face_error for item in tracking.drift]
    shown = [*values, *(value for value in faces if value is not None)]
    top = _nice(max([tracking.drift_threshold * 1.25, *shown]))

    def x_of(frame: float) -> int:
        return round(_LEFT + (frame - first) / (last - first) * (WIDTH - _LEFT - _RIGHT))

    def y_of(value: float) -> int:
        return round(HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM))

    for step in range(5):
        value = top * step / 4
        _line(picture, (_LEFT, y_of(value)), (WIDTH - _RIGHT, y_of(value)), _GREY)
        _text(picture, f"{value:.2g}", (_LEFT - 8, y_of(value) + 5), _INK, right=True)
    for frame in _ticks(first, frames[-1]):
        _text(picture, str(frame), (x_of(frame) - 6, HEIGHT - _BOTTOM + 18), _INK)
    for frame in tracking.resegmented:
        _line(picture, (x_of(frame), _TOP), (x_of(frame), HEIGHT - _BOTTOM), _FRESH)
    limit = y_of(tracking.drift_threshold)
    for x in range(_LEFT, WIDTH - _RIGHT, 12):
        _line(picture, (x, limit), (x + 6, limit), _LIMIT)
    _curve(picture, [(x_of(f), y_of(v)) for f, v in zip(frames, values, strict=False)], _MASK)
    run: list[tuple[int, int]] = []
    for item in tracking.drift:
        if item.face_error is None:
            _curve(picture, run, _FACE)
            run = []
        else:
            run.append((x_of(item.frame), y_of(item.face_error)))
    _curve(picture, run, _FACE)
    _legend(picture)
    return picture


def _legend(picture: Picture) -> None:
    _text(picture, "forward-backward error, canvas px, by frame", (_LEFT, 24), _INK)
    x = 470
    names = ("foreground", _MASK), ("face", _FACE), ("threshold", _LIMIT), ("fresh mask", _FRESH)
    for name, colour in names:
        cv2.line(picture, (x, 20), (x + 18, 20), colour, 3, cv2.LINE_AA)
        _text(picture, name, (x + 24, 24), _INK)
        x += 60 + 8 * len(name)


def _curve(picture: Picture, points: Sequence[tuple[int, int]], colour: Colour) -> None:
    if len(points) == 1:
        cv2.circle(picture, points[0], 3, colour, -1, cv2.LINE_AA)
    elif points:
        cv2.polylines(picture, [np.array(points, np.int32)], False, colour, 2, cv2.LINE_AA)


def _line(picture: Picture, a: tuple[int, int], b: tuple[int, int], colour: Colour) -> None:
    cv2.line(picture, a, b, colour, 1)


def _text(
    picture: Picture, text: str, at: tuple[int, int], colour: Colour, right: bool = False
) -> None:
    if right:
        (width, _), _ = cv2.getTextSize(text, _FONT, 0.45, 1)
        at = (at[0] - width, at[1])
    cv2.putText(picture, text, at, _FONT, 0.45, colour, 1, cv2.LINE_AA)


def _nice(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(max(value, 1e-6)))
    return float(next(power * step for step in (1, 2, 4, 8, 10) if power * step >= value))


def _ticks(first: int, last: int) -> list[int]:
    step = max(1, round((last - first) / 10))
    return list(range(first, last + 1, step))
