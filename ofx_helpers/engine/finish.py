"""What the engine does around every node: (un)premultiply, mask, mix, unprocessed channels.

The rules are those of Natron's stock plug-ins: unpremultiplying by an alpha of at most epsilon
changes nothing, premultiplying by a negative alpha gives 0, the mask is 0 outside its region
(1 when inverted), and a channel that is not processed is the main input's, mask or not.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, Want, channel_menu
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.scene import NodeContext

_EPSILON = np.float32(np.finfo(np.float32).eps)
_CHANNELS = "RGBA"
_SMALL = 131_072  # pixels; see `kernels`


def unpremultiply(pixels: Pixels) -> Pixels:
    """A copy with RGB divided by alpha where alpha is above epsilon; shape (h, w, 4)."""
    alpha = pixels[..., 3:4]
    divisor = np.where(alpha > _EPSILON, alpha, np.float32(1))
    result: Pixels = np.divide(pixels, divisor, dtype=np.float32)
    result[..., 3] = pixels[..., 3]
    return result


def premultiply(pixels: Pixels) -> Pixels:
    """RGB times alpha, in place; a negative alpha becomes 0. Returns the same array."""
    alpha = pixels[..., 3:4]
    np.maximum(alpha, 0, out=alpha)
    pixels[..., :3] *= alpha
    return pixels


def defined(pixels: Pixels) -> Pixels:
    """The pixels with 1 where a value is undefined (0/0), as Natron puts it after every node.

    Infinite values stay. The same array where nothing is undefined, else a new one.
    """
    undefined = np.isnan(pixels)
    return np.where(undefined, np.float32(1), pixels) if undefined.any() else pixels


def mask_channel(params: Params, label: str) -> int | None:
    """The channel index of the mask input that is used, None where none is chosen.

    The switch beside it is not asked: Natron puts it on as it loads a connected mask.
    """
    name = channel_menu(params, label)
    if name is None:
        return 3
    chosen = params.choice(name)
    if chosen.isdecimal():
        index = int(chosen) - 1
        return index if 0 <= index < 4 else None
    return _CHANNELS.index(chosen[-1]) if chosen[-1:] in tuple(_CHANNELS) else None


def uses_mask(context: Context, label: str = "Mask") -> bool:
    """Whether a mask input is connected and on; without a chosen channel it is 0 everywhere.

    The switch of a node in a group may be one of the group's, and then it counts.
    """
    params, switch = context.params, f"enableMask_{label}"
    inside = "." in context.node.name and mask_channel(params, label) is not None
    off = inside and params.is_set(switch) and not params.flag(switch)
    return context.connected(label) and not off


def mix_of(context: NodeContext) -> float:
    """The mix parameter where the engine applies it, else 1."""
    name = "hostMix" if context.kind.host_mask else "mix"
    applies = context.kind.mask is not None and name in context.params
    return context.params.number(name) if applies else 1.0


def unprocessed(context: NodeContext) -> tuple[int, ...]:
    """The channels that are put back from the main input after everything else."""
    return channels_off(context) if context.kind.process else ()


def channels_off(context: NodeContext) -> tuple[int, ...]:
    """The channels whose process switch is off; alpha too where the colours alone have one."""
    params = context.params
    # What has X and Y alone has no blue to put back.
    two = "outputComponents" in params and params.choice("outputComponents") == "XY"
    names = [f"NatronOfxParamProcess{channel}" for channel in ("RG" if two else _CHANNELS)]
    colours = all(name in params for name in names[:3])
    return tuple(
        index
        for index, name in enumerate(names)
        if (not params.flag(name) if name in params else colours)
    )


def premultiplies(context: NodeContext) -> bool:
    """Whether the node asks for unpremultiplied work."""
    kind, params = context.kind, context.params
    if context.scene.components(context.node.name) != "RGBA":
        return False
    if kind.process_inside and not kind.process and {0, 1, 2} <= set(channels_off(context)):
        return False
    return kind.premult and "premult" in params and params.flag("premult")


def extra_wants(context: NodeContext, window: Window) -> tuple[Want | None, Want | None]:
    """What finishing needs beyond the node's own wants: the main input, and the mask."""
    label = context.kind.mask
    masked = label is not None and uses_mask(context, label)
    inside = context.kind.process_inside and bool(channels_off(context))
    original = masked or mix_of(context) != 1.0 or bool(unprocessed(context)) or inside
    asked = window
    if context.kind.nearest(context):
        asked = window.nearest(context.region(context.kind.main))
    main = Want(context.kind.main, asked) if original else None
    mask = Want(label, window) if masked and label is not None else None
    return main, mask


def finish(
    context: NodeContext,
    result: Pixels,
    original: Pixels | None,
    mask: Pixels | None,
    *,
    own: bool,
) -> Pixels:
    """The node's result mixed with its main input, all (h, w, 4) over one window.

    `own` says that `result` is nobody else's and may be written to; `original` and `mask` are
    not changed.
    """
    if original is None:
        return result
    label, mix = context.kind.mask or "", mix_of(context)
    if mask is not None and context.kind.host_mask:
        # Natron takes the first channel that there is, whichever is chosen.
        first = mask[..., 3:] if context.components(label) == "Alpha" else mask[..., :1]
        blended = weighed(result, original, first * np.float32(mix))
    else:
        blended = mixed(context.params, label, result, original, mask, mix)
    kept = unprocessed(context)
    if kept and blended is result and not own:
        blended = result.copy()
    lost = bool(kept) and context.kind.forgetful and _main_again(context)
    for channel in kept:
        blended[..., channel] = 0 if lost else original[..., channel]
    return blended


def _main_again(context: NodeContext) -> bool:
    main, mask = context.kind.main, context.kind.mask
    again = [
        label
        for label, name in context.node.inputs.items()
        if label != main and name == context.node.inputs.get(main)
    ]
    return any(label != mask or uses_mask(context, label) for label in again)


def mixed(
    params: Params, label: str, result: Pixels, original: Pixels, mask: Pixels | None, mix: float
) -> Pixels:
    """`result` where the mask input `label` is white, `original` where black, times `mix`.

    All (h, w, 4) over one window. A new array, or `result` itself where nothing is mixed in.
    """
    if mask is None:
        if mix == 1.0:
            return result
        weight = np.float32(mix)
        blended: Pixels = result * weight + original * (np.float32(1) - weight)
        return blended
    if result.shape[0] * result.shape[1] >= _SMALL:
        from ofx_helpers.engine import kernels

        plane = _mask_plane(params, label, mask)
        out = np.empty(result.shape, np.float32)
        kernels.mix(result, original, plane, _inverted(params), mix, out)
        return out
    return weighed(result, original, mask_weight(params, label, mask, mix))


def weighed(result: Pixels, original: Pixels, weights: NDArray[np.float32]) -> Pixels:
    """`result` times (h, w, 1) weights plus `original` times their rest, as a new array."""
    both: Pixels = result * weights + original * (np.float32(1) - weights)
    # Where one side counts fully, the other's infinities and NaNs do not spoil it.
    np.copyto(both, original, where=weights == 0)
    np.copyto(both, result, where=weights == 1)
    return both


def _mask_plane(params: Params, label: str, mask: Pixels) -> NDArray[np.float32]:
    """The chosen channel of the mask input, (h, w); 0 where no channel is chosen, as in Natron."""
    channel = mask_channel(params, label)
    return np.zeros(mask.shape[:2], np.float32) if channel is None else mask[..., channel]


def _inverted(params: Params) -> bool:
    return "maskInvert" in params and params.flag("maskInvert")


def mask_weight(params: Params, label: str, mask: Pixels, mix: float) -> NDArray[np.float32]:
    """The (h, w, 1) share of the effect: the chosen mask channel, perhaps inverted, times mix."""
    values = _mask_plane(params, label, mask)[..., None]
    if _inverted(params):
        values = np.float32(1) - values
    weighted: NDArray[np.float32] = values * np.float32(mix)
    return weighted
