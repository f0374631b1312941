"""The picture that a CImg formula reads: pixels at any place, sizes and statistics.

Positions between pixels, as in CImg: 0 cuts to whole ones, 1 is linear, 2 cubic (Catmull-Rom). What
lies outside is 0 black, 1 the nearest pixel, 2 the picture again, 3 its mirror image.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.nodes._formula_terms import FormulaError
from ofx_helpers.nodes._formula_values import Number, Value, modulo, number, scalar, whole

Index = NDArray[np.int64]
Own = Callable[[str], Number]
Settings = tuple[Value, Value]
_FAR = 2.0**31
_BLACK, _NEAREST, _AGAIN, _MIRROR = range(4)


@dataclass(frozen=True)
class Picture:
    """`planes` (h, w, s) float32, the first row the lowest."""

    planes: NDArray[np.float32]

    @cached_property
    def sizes(self) -> Mapping[str, float]:
        """Width, height, depth, spectrum, products of these; r and l as the plug-in has them."""
        h, w, s = self.planes.shape
        found = {"w": w, "h": h, "d": 1, "s": s, "wh": w * h, "whd": w * h, "whds": w * h * s}
        return {**found, "r": 1, "l": 0}

    @cached_property
    def statistics(self) -> Mapping[str, float]:
        """Minimum, maximum, average, variance, sum, product, median, norm; and where they are."""
        planes = np.moveaxis(self.planes, -1, 0)
        values = planes.astype(np.float64)
        found: dict[str, float] = {
            "im": float(values.min()),
            "iM": float(values.max()),
            "ia": float(values.mean()),
            "iv": float(values.var(ddof=1)) if values.size > 1 else 0.0,
            "is": float(values.sum()),
            "ip": float(values.prod()),
            "ic": float(np.median(planes)),
            "in": float(np.sqrt((values * values).sum())),
        }
        for letter, flat in (("m", int(planes.argmin())), ("M", int(planes.argmax()))):
            c, y, x = np.unravel_index(flat, planes.shape)
            for axis, where in zip("xyzc", (int(x), int(y), 0, int(c)), strict=True):
                found[f"{axis}{letter}"] = float(where)
        return found

    def at(self, places: Sequence[Any], way: int, outside: int) -> Number:
        """The values at these places: x, y, z and c."""
        x, y, z, c = places
        if way in (1, 2):
            return self._between(x, y, z, c, way == 2, outside)
        h, w, s = self.planes.shape
        if outside == _AGAIN:
            # Before the cut, unlike elsewhere.
            x, y, c = (modulo(place, size) for place, size in ((x, w), (y, h), (c, s)))
        placed = [_placed(_cut(place), size, outside) for place, size in ((x, w), (y, h), (c, s))]
        there = placed[0][1] & placed[1][1] & placed[2][1]
        if outside == _BLACK:
            there = there & (whole(z) == 0)
        values = self.planes[placed[1][0], placed[0][0], placed[2][0]].astype(np.float64)
        return number(np.where(there, values, 0))

    def offset(self, place: Any, outside: int) -> Number:
        """The values so far from the first one, x going first, then y, then c."""
        planes = np.moveaxis(self.planes, -1, 0).reshape(-1)
        index, there = _placed(whole(place), len(planes), outside)
        return number(np.where(there, planes[index].astype(np.float64), 0))

    def vector_offset(self, place: Any, outside: int) -> tuple[Number, ...]:
        """As `offset` within a channel, for each channel."""
        h, w, s = self.planes.shape
        index, there = _placed(whole(place), w * h, outside)
        rows = self.planes.reshape(-1, s)
        return tuple(
            number(np.where(there, rows[index, c].astype(np.float64), 0)) for c in range(s)
        )

    def _between(self, x: Any, y: Any, z: Any, c: Any, cubic: bool, outside: int) -> Number:
        if np.any(z != 0):
            raise FormulaError("a picture has one slice, and none lies between z's other than 0")
        h, w, s = self.planes.shape
        channel, known = _placed(whole(modulo(c, s) if outside == _AGAIN else c), s, outside)
        taps_x = _taps(np.asarray(x, np.float32), w, cubic, outside)
        taps_y = _taps(np.asarray(y, np.float32), h, cubic, outside)

        def row(index_y: Index, there_y: Any) -> Any:
            values = [
                np.where(
                    there & there_y & known, self.planes[index_y, index, channel], np.float32(0)
                )
                for index, there in taps_x[1]
            ]
            return _mixed(values, taps_x[0])

        rows = [row(index, there) for index, there in taps_y[1]]
        return number(_mixed(rows, taps_y[0]))


def pixel(
    picture: Picture, kind: str, own: Own, given: Sequence[Value | None], settings: Settings
) -> Value:
    """`i(x,y,z,c,interpolation,boundary)`; `j` from here on; `I` and `J` all channels, without c.

    `own` gives the place of each pixel by axis, `settings` interpolation and boundary: both are for
    what `given` leaves out.
    """
    axes = "xyz" if kind in "IJ" else "xyzc"
    values = list(given)
    if values and isinstance(values[0], tuple):
        first = list(values[0][: len(axes)])
        values = [*first, *[None] * (len(axes) - len(first)), *values[1:]]
    if len(values) > len(axes) + 2:
        raise FormulaError(f"'{kind}()' is given {len(values)} arguments")
    values += [None] * (len(axes) + 2 - len(values))
    places = []
    for axis, value in zip(axes, values, strict=False):
        if value is None:
            places.append(own(axis))
        else:
            place = scalar(value, f"'{kind}()'")
            places.append(own(axis) + place if kind in "jJ" else place)
    way, outside = (
        _setting(usual if value is None else value)
        for value, usual in zip(values[len(axes) :], settings, strict=True)
    )
    if kind in "ij":
        return picture.at(places, way, outside)
    channels = range(picture.planes.shape[-1])
    return tuple(picture.at((*places, number(channel)), way, outside) for channel in channels)


def offset(
    picture: Picture, kind: str, own: Own, given: Sequence[Value], settings: Settings
) -> Value:
    """`i[offset,boundary]`; `j` from here on; `I` and `J` all channels of a place."""
    if len(given) not in (1, 2):
        raise FormulaError(f"'{kind}[]' is given {len(given)} arguments")
    place = np.trunc(scalar(given[0], f"'{kind}[]'"))
    outside = _setting(given[1] if len(given) == 2 else settings[1])
    if kind in "jJ":
        h, w = picture.planes.shape[:2]
        rows = own("y") if kind == "J" else own("y") + h * own("c")
        place = place + own("x") + w * rows
    return picture.offset(place, outside) if kind in "ij" else picture.vector_offset(place, outside)


def _setting(value: Value) -> int:
    found = whole(scalar(value, "interpolation or boundary"))
    if found.size != 1:
        raise FormulaError("interpolation and boundary must be the same for all pixels")
    return int(found.item())


def _cut(place: Any) -> Index:
    """Cut to whole numbers of 32 bits as C does: one that is too far is the least of all."""
    return np.where(np.abs(place) < _FAR, whole(place), int(-_FAR))


def _placed(place: Index, size: int, outside: int) -> tuple[Index, Any]:
    """The index for a whole place, and whether there is a pixel."""
    if outside == _MIRROR:
        folded = place % (2 * size)
        return np.where(folded < size, folded, 2 * size - folded - 1), True
    if outside == _AGAIN:
        return place % size, True
    there = (place >= 0) & (place < size)
    return np.clip(place, 0, size - 1), True if outside == _NEAREST else there


def _taps(place: Any, size: int, cubic: bool, outside: int) -> tuple[Any, list[tuple[Index, Any]]]:
    """How far between two pixels, and the pixels around: two, or four for cubic ones."""
    reach = range(-1, 3) if cubic else range(2)
    if outside == _BLACK:
        low = np.floor(place)
        return place - low, [_placed(whole(low) + step, size, _BLACK) for step in reach]
    if outside == _AGAIN:
        # CImg's period is half a pixel short.
        place = modulo(place.astype(np.float64), size - 0.5).astype(np.float32)
        low = np.floor(place)
        return place - low, [_placed(whole(low) + step, size, _AGAIN) for step in reach]
    if outside == _MIRROR:
        folded = modulo(place.astype(np.float64), 2 * size).astype(np.float32)
        place = np.where(folded < size, folded, 2 * size - folded - 1)
    known = np.clip(np.nan_to_num(place, nan=0.0), 0, size - 1).astype(np.float32)
    low = np.floor(known)
    share = known - low if cubic else np.where(np.isnan(place), np.float32(np.nan), known - low)
    return share, [_placed(whole(low) + step, size, _NEAREST) for step in reach]


def _mixed(values: list[Any], share: Any) -> Any:
    share = np.asarray(share, np.float32)
    if len(values) == 2:
        return values[0] + (values[1] - values[0]) * share
    before, here, after, beyond = values
    slope = share * (after - before)
    bend = share * share * (2 * before - 5 * here + 4 * after - beyond)
    twist = share * share * share * (3 * here - before - 3 * after + beyond)
    return here + np.float32(0.5) * (slope + bend + twist)
