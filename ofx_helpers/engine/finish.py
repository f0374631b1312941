"""What the engine does around every node: (un)premultiply, mask, mix, unprocessed channels.

The rules are those of Natron's stock plug-ins: unpremultiplying by an alpha of at most epsilon
changes nothing, premultiplying by a negative alpha gives 0, the mask is 0 outside its region
(1 when inverted), and a channel that is not processed is the main input's, mask or not.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, Want
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.scene import NodeContext

_EPSILON = np.float32(np.finfo(np.float32).eps)
_CHANNELS = "RGBA"


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


def mask_channel(params: Params, label: str) -> int | None:
    """The channel index of the mask input that is used, None when the mask is off."""
    switch = f"enableMask_{label}"
    if switch in params and not params.flag(switch):
        return None
    name = f"maskChannel_{label}"
    if name not in params:
        return 3
    chosen = params.choice(name)
    if chosen.isdecimal():
        index = int(chosen) - 1
        return index if 0 <= index < 4 else None
    return _CHANNELS.index(chosen[-1]) if chosen[-1:] in tuple(_CHANNELS) else None


def uses_mask(context: Context, label: str = "Mask") -> bool:
    """Whether a mask input is connected and switched on."""
    return context.connected(label) and mask_channel(context.params, label) is not None


def mix_of(context: NodeContext) -> float:
    """The mix parameter where the engine applies it, else 1."""
    applies = context.kind.mask is not None and "mix" in context.params
    return context.params.number("mix") if applies else 1.0


def unprocessed(context: NodeContext) -> tuple[int, ...]:
    """The channels that stay the main input's."""
    if not context.kind.process:
        return ()
    params = context.params
    names = [f"NatronOfxParamProcess{channel}" for channel in _CHANNELS]
    return tuple(
        index for index, name in enumerate(names) if name in params and not params.flag(name)
    )


def premultiplies(context: NodeContext) -> bool:
    """Whether the node asks for unpremultiplied work."""
    params = context.params
    return context.kind.premult and "premult" in params and params.flag("premult")


def extra_wants(context: NodeContext, window: Window) -> tuple[Want | None, Want | None]:
    """What finishing needs beyond the node's own wants: the main input, and the mask."""
    label = context.kind.mask
    masked = label is not None and uses_mask(context, label)
    original = masked or mix_of(context) != 1.0 or bool(unprocessed(context))
    main = Want(context.kind.main, window) if original else None
    mask = Want(label, window) if masked and label is not None else None
    return main, mask


def finish(
    context: NodeContext, result: Pixels, original: Pixels | None, mask: Pixels | None
) -> Pixels:
    """The node's result mixed with its main input, all (h, w, 4) over one window.

    May work in place on `result`; `original` and `mask` are not changed.
    """
    if original is None:
        return result
    weight = _weight(context, mask)
    if isinstance(weight, float):
        if weight != 1.0:
            result = _blend(result, original, np.float32(weight))
    else:
        result = _blend(result, original, weight)
    for channel in unprocessed(context):
        result[..., channel] = original[..., channel]
    return result


def _weight(context: NodeContext, mask: Pixels | None) -> float | NDArray[np.float32]:
    mix = mix_of(context)
    if mask is None:
        return mix
    return mask_weight(context.params, context.kind.mask or "", mask, mix)


def mask_weight(params: Params, label: str, mask: Pixels, mix: float) -> NDArray[np.float32]:
    """The (h, w, 1) share of the effect: the chosen mask channel, perhaps inverted, times mix."""
    channel = mask_channel(params, label)
    values = mask[..., 3 if channel is None else channel][..., None]
    if "maskInvert" in params and params.flag("maskInvert"):
        values = np.float32(1) - values
    weighted: NDArray[np.float32] = values * np.float32(mix)
    return weighted


def _blend(result: Pixels, original: Pixels, weight: NDArray[np.float32] | np.float32) -> Pixels:
    blended: Pixels = result * weight + (np.float32(1) - weight) * original
    return blended
