"""What Transform and CornerPin share: regions, wanted pixels, motion blur, the last filter.

Facts of openfx-misc's transforms: a chain is filtered once, with the settings of its last node;
a node with blur cannot be part of a chain except as the last. Motion blur takes 1000 transforms
over the shutter; directional blur 1000 amounts of one transform, from nearly all to none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box, box_of, in_pixels, union
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, Matrix, NodeType, Same, Want
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.resample import (
    SLACK,
    SMOOTHING,
    enclosing,
    input_region,
    invert,
    output_box,
    resample,
    resample_blurred,
    whole_shift,
)

_STEPS = 1000
_EIGHTHS = 8  # how a directional blur's region is found

Direct = Callable[[Context, Params, float], Matrix | None]
"""A node's canonical matrix from its parameters at some time and an amount of 0 to 1."""


@dataclass(frozen=True)
class Moves:
    """The four answers of a transform node, for `NodeType`."""

    direct: Direct
    identity: Callable[[Context], bool]
    outline: Direct | None = None
    """Source to output for the region, where the plug-in finds that by a matrix of its own: to the
    last bit, so that a corner just behind a whole pixel takes one more."""

    def node(self, plugin: str, **more: Any) -> NodeType:
        """The node's type; `more` are its other fields."""
        return NodeType(
            plugins=(plugin,),
            region=self.region,
            box=self.box,
            wants=self.wants,
            same=self.same,
            render=self.render,
            matrix=self.matrix,
            shift=self.shift,
            opaque=self.opaque,
            concatenates="Source",
            alone=self.blurs,
            **more,
        )

    def matrix(self, context: Context) -> Matrix | None:
        """The node as one matrix of pixels; None with blur, or when it has none."""
        return None if self.blurs(context) else self._between_pixels(context, context.params, 1.0)

    def blurs(self, context: Context) -> bool:
        """Whether it is set to blur, by the shutter or along its way: then it is no matrix."""
        return is_blurred(context.params) or is_directional(context.params)

    def region(self, context: Context) -> Window:
        """The moved source, with a black border when asked for."""
        if self._still(context):
            return context.region("Source")
        slack = SLACK if self.outline is None else 0.0
        return enclosing(self.box(context), context.format, slack)

    def box(self, context: Context) -> Box:
        """The region before rounding: a chain rounds once, at its end."""
        source = context.box("Source")
        if self._still(context):
            return source
        black = context.params.flag("black_outside")
        found = self._coarse(context, self.outline or self._at)
        return output_box(found, source, black, unbounded(context), context.aspect)

    def wants(self, context: Context, window: Window) -> Sequence[Want]:
        """The source under the window."""
        params = context.params
        above = context.upstream()
        area = input_region(
            [invert(m @ above.matrix) for m in self._coarse(context, self._between_pixels)],
            window,
            above.region,
            params.choice("filter"),
            params.flag("black_outside"),
        )
        return (Want("Source", area),)

    def same(self, context: Context) -> Same | None:
        """The input itself when nothing moves."""
        return Same("Source") if self._still(context) and not context.params.flag("clamp") else None

    def render(self, context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
        """The source, filtered once for this node and the chain above."""
        params = context.params
        above = context.upstream()
        name, clamp = params.choice("filter"), params.flag("clamp")
        black = params.flag("black_outside")
        matrices = [m @ above.matrix for m in self._fine(context)]
        quality = params.number("motionBlur")
        if len(matrices) == 1 or quality == 0 or _all_equal(matrices):
            return resample(
                frames[0], invert(matrices[0]), window,
                name=name, clamp=clamp, black_outside=black, bounds=above.region,
            )  # fmt: skip
        weights = _weights(params) if is_directional(params) and not is_blurred(params) else None
        return resample_blurred(
            frames[0], np.stack([invert(m) for m in matrices]), window,
            quality=quality, name=name, clamp=clamp, black_outside=black,
            weights=weights, bounds=above.region,
            channels=3 if context.components("Source") == "RGB" else 4,
        )  # fmt: skip

    def shift(self, context: Context) -> tuple[int, int] | None:
        """The whole pixels by which it moves, when it filters nothing."""
        matrix = self.matrix(context)
        moved = None if matrix is None else whole_shift(invert(matrix))
        if moved is None or context.params.choice("filter") in SMOOTHING:
            return None
        return -moved[0], -moved[1]

    def opaque(self, context: Context) -> Window:
        """That of the source, moved by whole pixels."""
        moved = self.shift(context)
        return Window(0, 0, 0, 0) if moved is None else context.opaque("Source").shift(*moved)

    def _still(self, context: Context) -> bool:
        return self.identity(context) and not is_blurred(context.params)

    def _at(self, context: Context, params: Params, amount: float) -> Matrix | None:
        matrix = self.direct(context, params, amount)
        return matrix if matrix is None or not params.flag("invert") else invert(matrix)

    def _between_pixels(self, context: Context, params: Params, amount: float) -> Matrix | None:
        """From the input's pixels to the output's, which Natron takes to be of one aspect."""
        matrix = self._at(context, params, amount)
        return None if matrix is None else in_pixels(matrix, context.aspect, context.aspect)

    def _fine(self, context: Context) -> list[Matrix]:
        """The node's own matrices, input to output, a thousand with blur."""
        params = context.params
        if is_directional(params):
            return _at_amounts(context, self._between_pixels, list(_amounts(params)))
        if is_blurred(params):
            start, end = shutter_range(params)
            times = list(np.linspace(start, end, _STEPS))
            return _at_times(context, self._between_pixels, times)
        return _at_amounts(context, self._between_pixels, [1.0])

    def _coarse(self, context: Context, at: Direct) -> list[Matrix]:
        """Enough of them to find regions: the eighths of an amount, or the quarters of a frame."""
        params = context.params
        blurred = params.number("motionBlur") != 0
        if is_directional(params):
            low, high = _amount_range(params)
            shares = [1 - i / _EIGHTHS for i in range(_EIGHTHS + 1)] if blurred else [1.0]
            return _at_amounts(context, at, [low + share * (high - low) for share in shares])
        if is_blurred(params):
            time, end = shutter_range(params)
            times = [time]
            while time < end:
                time = min(floor(time * 4 + 1) / 4, end)
                times.append(time)
            return _at_times(context, at, times)
        return _at_amounts(context, at, [1.0])


def _at_amounts(context: Context, at: Direct, amounts: Sequence[float]) -> list[Matrix]:
    found = [at(context, context.params, amount) for amount in amounts]
    return [np.zeros((3, 3)) if m is None else m for m in found]


def _at_times(context: Context, at: Direct, times: Sequence[float]) -> list[Matrix]:
    found = [at(context, context.params.at(time), 1.0) for time in times]
    return [np.zeros((3, 3)) if m is None else m for m in found]


def unbounded(context: Context) -> Box:
    """What stands for infinity where a picture vanishes: the format with all that comes in."""
    regions = [context.input_format("Source")]
    regions += [context.region(label) for label in context.node.inputs]
    return union([box_of(region, context.aspect) for region in regions])


def is_directional(params: Params) -> bool:
    """Whether the blur runs through amounts of one transform; DirBlur's always does."""
    return params.flag("directionalBlur") if "directionalBlur" in params else True


def _amount_range(params: Params) -> tuple[float, float]:
    if "amount" not in params:
        return 0.0, 1.0
    amount = params.number("amount")
    return (-amount if params.flag("centered") else 0.0), amount


def _amounts(params: Params) -> NDArray[np.float64]:
    """A thousand amounts, from nearly all down to the least: the whole is never reached."""
    low, high = _amount_range(params)
    return low + (high - low) * (1 - np.arange(1, _STEPS + 1) / _STEPS)


def _weights(params: Params) -> NDArray[np.float64]:
    """How much each amount counts: less towards the ends with `fading`."""
    fading = params.number("fading") if "fading" in params else 0.0
    if fading <= 0:
        return np.ones(_STEPS)
    with np.errstate(invalid="ignore"):
        faded = (1 - np.abs(_amounts(params)) / _amount_range(params)[1]) ** fading
    return np.asarray(faded, np.float64)


def is_blurred(params: Params) -> bool:
    """Whether the shutter blurs: both its length and the quality are not 0."""
    if "shutter" not in params or is_directional(params):
        return False
    return params.number("shutter") != 0 and params.number("motionBlur") != 0


def shutter_range(params: Params) -> tuple[float, float]:
    """When the shutter opens and closes, in frames."""
    time, length = params.time, params.number("shutter")
    match params.choice("shutterOffset"):
        case "centered":
            return time - length / 2, time + length / 2
        case "start":
            return time, time + length
        case "end":
            return time - length, time
        case _:
            start = time + params.number("shutterCustomOffset")
            return start, start + length


def _all_equal(matrices: Sequence[Matrix]) -> bool:
    return all(np.array_equal(m, matrices[0]) for m in matrices[1:])
