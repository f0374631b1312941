"""CImgPlasma: clouds by the mid-point method, over a picture whose values they start from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ofx_helpers.engine.frame import Frame
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._filters import processed, source_or_format, whole_picture
from ofx_helpers.nodes._hash import random_plane, seed


def _render(context: Context, window: object, frames: Sequence[Frame]) -> Frame:
    from ofx_helpers.nodes._plasma_kernel import walk

    found, params = frames[0], context.params
    start = seed(params, context.time)
    alpha, beta = np.float32(params.number("alpha")), np.float32(params.number("beta"))
    result = found.pixels.copy()
    for number, channel in enumerate(processed(context)):
        values = np.ascontiguousarray(result[..., channel])
        noise = 2 * random_plane(start, found.window, number) - 1
        step = 1 << max(0, min(params.whole("scale"), 31))
        while step > 1 and values.size:
            strength = alpha * np.float32(step) + beta
            half = -(step >> 1)
            for left, low in ((0, 0), (0, half), (half, 0), (half, half)):
                walk(values, noise, step, strength, left, low)
            step >>= 1
        result[..., channel] = values + np.float32(params.number("offset"))
    return Frame(result, found.window)


def _varies(context: Context) -> bool:
    return not context.params.flag("staticSeed")


NODE = replace(
    whole_picture(
        "net.sf.cimg.CImgPlasma", lambda _context, pixels: pixels, region=source_or_format
    ),
    render=_render,
    varies=_varies,
)
