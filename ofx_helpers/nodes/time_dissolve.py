"""TimeDissolve: from A to B over a range of frames, along a curve."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, always
from ofx_helpers.nodes._curves import curves, straight

_DEFAULT = straight((0.0, 0.0), (1.0, 1.0))  # flat at both ends


def _share(context: Context) -> float:
    """How much of B is shown, 0 before the range and 1 after it."""
    params = context.params
    first = params.whole("dissolveIn") - 1
    last = max(params.whole("dissolveOut") + 1, first)
    if context.time <= first:
        return 0.0
    if context.time >= last:
        return 1.0
    (curve,) = curves(params, "dissolveCurve", (_DEFAULT,))
    return min(max(curve.at((context.time - first) / (last - first)), 0.0), 1.0)


def _same(context: Context) -> Same | None:
    share = _share(context)
    return Same("A") if share == 0 else Same("B") if share == 1 else None


def _region(context: Context) -> Window:
    same = _same(context)
    if same is not None and same.label is not None:
        return context.region(same.label)
    return context.region("A").union(context.region("B"))


def _wants(_context: Context, window: Window) -> Sequence[Want]:
    return Want("A", window), Want("B", window)


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    first, second = frames[0].pixels, frames[1].pixels
    return first + (second - first) * np.float32(_share(context))


def _always(_context: Context) -> bool:
    return True


NODE = NodeType(
    plugins=("net.sf.openfx.TimeDissolvePlugin",),
    main="B",
    region=_region,
    same=_same,
    cut=always,
    wants=_wants,
    render=_render,
    varies=_always,
)
