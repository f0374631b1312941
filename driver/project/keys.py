"""Keys of an animation, with the derivatives that Natron gives them.

Natron stores each key's derivatives beside it and evaluates a cubic Hermite from them. It finds
them while keys are added one after another: a new key gets its own and the one before is found
again. The first and the last key are straight towards their only neighbour; a last key added after
a curved one has the slope at which the curve's bend vanishes (second derivative 0).
"""

from collections.abc import Sequence
from dataclasses import replace

from ofx_helpers.engine.curve import Curve, Interpolation, Key

NAMES = {
    "constant": Interpolation.CONSTANT,
    "linear": Interpolation.LINEAR,
    "smooth": Interpolation.SMOOTH,
    "catmull_rom": Interpolation.CATMULL_ROM,
    "horizontal": Interpolation.HORIZONTAL,
}


def animate(
    points: Sequence[tuple[float, float]], interpolation: Interpolation = Interpolation.SMOOTH
) -> Curve:
    """A curve through (time in frames, value), as if each had been set in Natron in order of time.

    Of two points at the same time the later one counts. Derivatives are in units per frame.
    """
    times = dict(points)
    keys: list[Key] = []
    for time in sorted(times):
        keys.append(Key(float(time), float(times[time]), interpolation))
        keys[-1] = _with_derivatives(keys, len(keys) - 1)
        if len(keys) > 1:
            keys[-2] = _with_derivatives(keys, len(keys) - 2)
    return Curve(tuple(keys))


def _with_derivatives(keys: Sequence[Key], index: int) -> Key:
    key = keys[index]
    before = keys[index - 1] if index else None
    after = keys[index + 1] if index + 1 < len(keys) else None
    method = key.interpolation
    inside = before is not None and after is not None
    if method == Interpolation.HORIZONTAL or (method == Interpolation.CONSTANT and inside):
        return replace(key, left=0.0, right=0.0)
    if before is None or after is None or method == Interpolation.LINEAR:
        return replace(
            key,
            left=_straight(key, before, before is keys[0], before.right if before else 0.0),
            right=_straight(key, after, after is keys[-1], after.left if after else 0.0),
        )
    slope = (after.value - before.value) / (after.time - before.time)
    if method == Interpolation.SMOOTH:
        slope = _kept_between(slope, before, key, after)
    return replace(key, left=slope, right=slope)


def _straight(key: Key, other: Key | None, at_end: bool, there: float) -> float:
    """The slope at `key` of the segment to `other` when the curve does not bend at `key`.

    Towards a linear key, and towards the first or last one, that is a straight line.
    """
    if other is None:
        return 0.0
    slope = (other.value - key.value) / (other.time - key.time)
    if at_end or other.interpolation == Interpolation.LINEAR:
        return slope
    return 1.5 * slope - 0.5 * there


def _kept_between(slope: float, before: Key, key: Key, after: Key) -> float:
    """A slope small enough that the tangents' ends stay between the values of the neighbours."""
    left, right = key.value - before.value, after.value - key.value
    if left * right < 0:
        return 0.0  # a peak or a valley
    if slope == 0:
        return 0.0
    steepest_left = 3 * left / (key.time - before.time)
    steepest_right = 3 * right / (after.time - key.time)
    limit = min(abs(steepest_left), abs(steepest_right), abs(slope))
    return limit if slope > 0 else -limit
