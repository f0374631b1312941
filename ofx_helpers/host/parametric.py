"""Curves of parametric parameters: keys whose slopes follow as Natron finds them.

A key that is set gets its slopes from its neighbours by its interpolation; then the key before and
the key after get theirs anew, one after the other. Evaluation is the engine's (`engine/curve.py`).
"""

from dataclasses import dataclass, field, replace
from math import isfinite

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.host.status import OfxError, Status

HELD = (Interpolation.FREE, Interpolation.BROKEN)
"""Keys whose slopes a person has drawn: they are never found anew."""

DEFAULT_INTERPOLATION = {
    "net.sf.openfx.ColorCorrectPlugin": Interpolation.HORIZONTAL,
    "net.sf.openfx.TimeDissolvePlugin": Interpolation.HORIZONTAL,
    "net.sf.openfx.ColorLookupPlugin": Interpolation.CUBIC,
    "net.sf.openfx.Retime": Interpolation.CUBIC,
}
"""What Natron gives points of these plug-ins; all others get smooth ones."""


@dataclass
class Parametric:
    """One curve over `low` to `high`; where it is periodic, it repeats from there on."""

    low: float = 0.0
    high: float = 1.0
    periodic: bool = False
    interpolation: Interpolation = Interpolation.SMOOTH
    keys: list[Key] = field(default_factory=list)

    def curve(self) -> Curve:
        """The keys as the engine has them."""
        return Curve(tuple(self.keys))

    def copy(self) -> "Parametric":
        """One that changes on its own."""
        return replace(self, keys=list(self.keys))

    @property
    def period(self) -> float:
        """After how much the curve repeats."""
        return self.high - self.low

    def at(self, position: float) -> float:
        """The value at a position; 0 where there is no key."""
        if not self.keys:
            return 0.0
        curve = self.curve()
        if self.periodic and len(self.keys) > 1 and self.period > 0:
            return curve.periodic(position, self.period)
        return curve.at(position)

    def add(
        self, position: float, value: float, interpolation: Interpolation | None = None
    ) -> None:
        """A key; one at the same position is replaced."""
        if not (isfinite(position) and isfinite(value)):
            raise OfxError(Status.VALUE, "a control point that is no number")
        key = Key(position, value, self.interpolation if interpolation is None else interpolation)
        self.keys = sorted(
            [*(k for k in self.keys if k.time != position), key], key=lambda k: k.time
        )
        self._refresh(self.keys.index(key))

    def move(self, index: int, position: float, value: float) -> None:
        """Another place for a key, with its interpolation."""
        self._check(index)
        old = self.keys.pop(index)
        try:
            self.add(position, value, old.interpolation)
        except OfxError:
            self.keys.insert(index, old)
            raise

    def delete(self, index: int) -> None:
        """Remove a key; its neighbours find their slopes anew."""
        self._check(index)
        del self.keys[index]
        for near in (index - 1, index):
            if 0 <= near < len(self.keys):
                self._refresh(near)

    def point(self, index: int) -> Key:
        """The key with that number."""
        self._check(index)
        return self.keys[index]

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self.keys):
            raise OfxError(Status.BAD_INDEX, "no such control point")

    def _refresh(self, index: int) -> None:
        self._find_slopes(index)
        count = len(self.keys)
        around = self.periodic and count > 1
        for near in (index - 1, index + 1):
            if around or 0 <= near < count:
                near %= count
                if near != index:
                    self._find_slopes(near)

    def _find_slopes(self, index: int) -> None:
        key = self.keys[index]
        if key.interpolation in HELD:
            return
        before, after = self._neighbour(index, -1), self._neighbour(index, 1)
        left, right = slopes(before, key, after)
        self.keys[index] = replace(key, left=left, right=right)

    def _neighbour(self, index: int, step: int) -> Key | None:
        """The next key that way, seen as linear where it is the last one there."""
        count = len(self.keys)
        near = index + step
        if 0 <= near < count:
            key = self.keys[near]
            at_end = near in (0, count - 1) if count else False
            outermost = near == 0 if step < 0 else near == count - 1
            if at_end and outermost and not self.periodic and key.interpolation not in HELD:
                return replace(key, interpolation=Interpolation.LINEAR)
            return key
        if self.periodic and count > 1:
            key = self.keys[near % count]
            return replace(key, time=key.time + (self.period if step > 0 else -self.period))
        return None


def slopes(before: Key | None, key: Key, after: Key | None) -> tuple[float, float]:
    """Left and right slope of a key, from its interpolation and its neighbours'."""
    method = key.interpolation
    if before is None and after is None:
        return 0.0, 0.0
    if method is Interpolation.HORIZONTAL:
        return 0.0, 0.0
    if before is None or after is None or method is Interpolation.LINEAR:
        left = _unbent(key, before, before.right) if before else 0.0
        right = _unbent(key, after, after.left) if after else 0.0
        if method in (Interpolation.CATMULL_ROM, Interpolation.CUBIC):
            # The curve goes straight on beyond such an end.
            left, right = (left if before else right), (right if after else left)
        return left, right
    if method is Interpolation.CONSTANT:
        return 0.0, 0.0
    if method is Interpolation.CUBIC:
        slope = _equally_bent(before, key, after)
        return slope, slope
    slope = (after.value - before.value) / (after.time - before.time)
    if method is Interpolation.SMOOTH:
        slope = _between_neighbours(slope, before, key, after)
    return slope, slope


def _chord(a: Key, b: Key) -> float:
    return (b.value - a.value) / (b.time - a.time)


def _unbent(key: Key, other: Key, there: float) -> float:
    """The slope at which the second derivative is 0 at `key`, towards `other`."""
    chord = _chord(key, other)
    if other.interpolation is Interpolation.LINEAR:
        return chord
    return 1.5 * chord - 0.5 * there


def _equally_bent(before: Key, key: Key, after: Key) -> float:
    """The slope at which both sides of `key` have the same second derivative.

    Natron takes a key after a curved one to end unbent, whatever it is.
    """
    wide_left, wide_right = key.time - before.time, after.time - key.time
    left, right = _chord(before, key), _chord(key, after)
    straight_before = before.interpolation is Interpolation.LINEAR
    straight_after = after.interpolation is Interpolation.LINEAR
    if straight_before:
        weight, total = 3 / wide_left, 3 * left / wide_left
    else:
        weight, total = 4 / wide_left, (6 * left - 2 * before.right) / wide_left
        straight_after = True
    if straight_after:
        weight, total = weight + 3 / wide_right, total + 3 * right / wide_right
    else:
        weight, total = weight + 4 / wide_right, total + (6 * right - 2 * after.left) / wide_right
    return total / weight


def _between_neighbours(slope: float, before: Key, key: Key, after: Key) -> float:
    """The slope, flattened until the tangents stay between the values on each side."""
    up, on = key.value - before.value, after.value - key.value
    if up * on < 0 or slope == 0:
        return 0.0
    limit = min(abs(slope), 3 * abs(_chord(before, key)), 3 * abs(_chord(key, after)))
    return limit if slope > 0 else -limit
