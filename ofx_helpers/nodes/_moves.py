"""What Transform and CornerPin share: regions, wanted pixels, motion blur, the last filter.

Facts of openfx-misc's transforms: a chain is filtered once, with the settings of its last node;
a node with blur cannot be part of a chain except as the last. Motion blur takes 1000 transforms
over the shutter; directional blur 1000 amounts of one transform, from nearly all to none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Box, Context, Matrix, Same, Want
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.resample import (
    enclosing,
    input_region,
    invert,
    output_box,
    resample,
    resample_blurred,
)

_STEPS = 1000
_DIRECTIONAL = 8  # the steps of Natron's own region, which show: it grows by the longest
_COARSE = 33  # for regions: grown by the longest step, so fewer will do

Direct = Callable[[Context, Params, float], Matrix | None]
"""A node's matrix from its parameters at some time and an amount of 0 to 1."""


@dataclass(frozen=True)
class Moves:
    """The four answers of a transform node, for `NodeType`."""

    direct: Direct
    identity: Callable[[Context], bool]

    def matrix(self, context: Context) -> Matrix | None:
        """The node as one matrix; None with blur, or when it has none."""
        if is_blurred(context.params) or context.params.flag("directionalBlur"):
            return None
        return self._at(context, context.params, 1.0)

    def region(self, context: Context) -> Window:
        """The moved source, with a black border when asked for."""
        if self._still(context):
            return context.region("Source")
        return enclosing(self.box(context), context.format)

    def box(self, context: Context) -> Box:
        """The region before rounding: a chain rounds once, at its end."""
        source = context.box("Source")
        if self._still(context):
            return source
        black = context.params.flag("black_outside")
        steps = _DIRECTIONAL if context.params.flag("directionalBlur") else _COARSE
        return output_box(self._directs(context, steps), source, black, context.format)

    def wants(self, context: Context, window: Window) -> Sequence[Want]:
        """The source under the window."""
        params = context.params
        above = context.upstream()
        area = input_region(
            [invert(m @ above.matrix) for m in self._directs(context, _COARSE)],
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
        matrices = [m @ above.matrix for m in self._directs(context, _STEPS)]
        quality = params.number("motionBlur")
        if len(matrices) == 1 or quality == 0 or _all_equal(matrices):
            return resample(
                frames[0], invert(matrices[0]), window,
                name=name, clamp=clamp, black_outside=black, bounds=above.region,
            )  # fmt: skip
        return resample_blurred(
            frames[0], np.stack([invert(m) for m in matrices]), window,
            quality=quality, name=name, clamp=clamp, black_outside=black,
            directional=params.flag("directionalBlur"), bounds=above.region,
        )  # fmt: skip

    def _still(self, context: Context) -> bool:
        return self.identity(context) and not is_blurred(context.params)

    def _at(self, context: Context, params: Params, amount: float) -> Matrix | None:
        matrix = self.direct(context, params, amount)
        return matrix if matrix is None or not params.flag("invert") else invert(matrix)

    def _directs(self, context: Context, steps: int) -> list[Matrix]:
        """The node's own matrices, input to output; several with blur."""
        params = context.params
        found: list[Matrix | None]
        if params.flag("directionalBlur"):
            amounts = [1.0 - (i + 1) / steps for i in range(steps)]
            if steps != _STEPS:
                amounts = [1.0, *amounts]
            found = [self._at(context, params, amount) for amount in amounts]
        elif is_blurred(params):
            start, end = shutter_range(params)
            times = [start + i * (end - start) / (steps - 1) for i in range(steps)]
            found = [self._at(context, params.at(time), 1.0) for time in times]
        else:
            found = [self._at(context, params, 1.0)]
        flat = np.zeros((3, 3))
        return [flat if m is None else m for m in found]


def is_blurred(params: Params) -> bool:
    """Whether the shutter blurs: both its length and the quality are not 0."""
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
