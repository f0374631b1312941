"""Shuffle: each output channel from any channel of A or B, or constant 0 or 1, in a bit depth."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, usual_depth
from ofx_helpers.nodes._generator import chosen_depth, shown

_CHANNELS = "RGBA"


def _pick(context: Context, output: str) -> tuple[str, int]:
    """(input, channel index) for an output channel, or ("", 0 or 1) for a constant.

    Option ids end in the channel (`A.uk.co.thefoundry.OfxImagePlaneColour.R`) and start with the
    input; those of single letters are older projects' (`AR`).
    """
    params = context.params
    if not params.is_set(f"output{output}") and 0 < context.node.version < 3:
        # Version 3 moved the defaults from A to B.
        return "A", _CHANNELS.index(output)
    chosen = params.choice(f"output{output}")
    if chosen in ("0", "1"):
        return "", int(chosen)
    if chosen[:1] in ("A", "B") and chosen[-1:] in tuple(_CHANNELS):
        return chosen[0], _CHANNELS.index(chosen[-1])
    return "", 0


def _picks(context: Context) -> list[tuple[str, int]]:
    return [_pick(context, output) for output in _CHANNELS]


def _used(context: Context) -> list[str]:
    used = {label for label, _ in _picks(context) if label}
    return [label for label in ("B", "A") if label in used and context.connected(label)]


def _same(context: Context) -> Same | None:
    picks = _picks(context)
    label = picks[0][0] if context.params.choice("outputComponents") == "rgba" else ""
    if label and picks == [(label, channel) for channel in range(4)]:
        return Same(label)
    return None


def _region(context: Context) -> Window:
    region = Window(0, 0, 0, 0)
    for label in _used(context):
        region = region.union(context.region(label))
    return region


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return [Want(label, window) for label in _used(context)]


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    sources = {label: frame.pixels for label, frame in zip(_used(context), frames, strict=True)}
    # From bytes to floats the plug-in divides as it should for 16 bits.
    share = 255 / 65535 if (usual_depth(context), chosen_depth(context)) == ("8u", "32f") else 1
    result = np.empty((window.height, window.width, 4), np.float32)
    for output, (label, channel) in enumerate(_picks(context)):
        if label in sources:
            result[..., output] = sources[label][..., channel] * np.float32(share)
        else:
            result[..., output] = 0 if label else channel
    return shown(context, result)


NODE = NodeType(
    plugins=("net.sf.openfx.ShufflePlugin",),
    main="B",
    depth=chosen_depth,
    takes=usual_depth,
    region=_region,
    same=_same,
    wants=_wants,
    render=_render,
)
