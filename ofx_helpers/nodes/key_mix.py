"""KeyMix: A over B where the mask is white, B elsewhere; the switches choose A's channels."""

from collections.abc import Sequence

from ofx_helpers.engine.canonical import union
from ofx_helpers.engine.finish import uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want


def _region(context: Context) -> Window:
    if _same(context) is not None:
        return context.region("B")
    return context.region("B").union(context.region("A"))


def _same(context: Context) -> Same | None:
    params = context.params
    off = not any(params.flag(f"NatronOfxParamProcess{channel}") for channel in "RGBA")
    if params.number("mix") == 0 or off or not uses_mask(context):
        return Same("B")
    touched = context.region("Mask").intersect(context.region("A"))
    return Same("B") if touched.empty and not params.flag("maskInvert") else None


def _wants(_context: Context, window: Window) -> Sequence[Want]:
    return (Want("A", window),)


def _render(_context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    return frames[0].pixels


NODE = NodeType(
    plugins=("net.sf.openfx.KeyMix",),
    main="B",
    mask="Mask",
    process=True,
    region=_region,
    box=lambda context: union([context.box("B"), context.box("A")]),
    same=_same,
    wants=_wants,
    render=_render,
)
