"""CImgExpression (GMICExpr): each pixel by a formula of CImg's own language.

The formula sees the picture with its lowest row first, as the plug-in hands it to CImg, and the two
variables that the plug-in adds: T, the time, and K, the scale of the rendering.
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, usual_components
from ofx_helpers.nodes._filters import source_or_format

_CHANNELS = {"RGBA": [0, 1, 2, 3], "RGB": [0, 1, 2], "Alpha": [3]}


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    return (Want("Source", source_or_format(context)),)


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    from ofx_helpers.nodes._formula import filled
    from ofx_helpers.nodes._formula_terms import FormulaError

    source = frames[0]
    text = context.params.text("expression")
    channels = _CHANNELS[usual_components(context)]
    # Its plug-in writes the time as C's %g does.
    given = {"T": float(f"{context.time:g}"), "K": 1.0}
    result = source.pixels.copy()
    planes = np.ascontiguousarray(result[..., channels])
    try:
        result[..., channels] = filled(text, planes, given)
    except FormulaError as error:
        raise RenderError(
            f"{context.node.name} ({context.node.plugin}) cannot compute its expression: "
            f"{str(error).rstrip('.')}. Correct it, or render with Natron, or with CImg.ofx.bundle "
            f"on OFX_PLUGIN_PATH and --nodes prefer-ofx."
        ) from None
    return Frame(result, source.window)


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("mix") == 0 else None


def _varies(context: Context) -> bool:
    return True


NODE = NodeType(
    plugins=("net.sf.cimg.CImgExpression",),
    mask="Mask",
    premult=True,
    region=source_or_format,
    wants=_wants,
    render=_render,
    same=_same,
    varies=_varies,
)
