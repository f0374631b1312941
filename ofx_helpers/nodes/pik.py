"""PIK: a matte from the ratio of a picture's screen colour to that of a clean plate.

Formula: the colour difference key, 1 − key(picture) / key(plate) with key(x) = the screen's channel
less the weighed other two; the screen is then subtracted in proportion.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import mask_channel
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, no_bytes
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes._luminance import LUMINANCE_WEIGHTS, luminance

Plane = NDArray[np.float64]

_LABELS = ("Fg", "PFg", "C", "Bg", "InM", "OutM")
_TO_XYZ = {
    "rec709": ((0.4124564, 0.3575761, 0.1804375), (0.0193339, 0.1191920, 0.9503041)),
    "rec2020": ((0.6369580483, 0.1446169036, 0.1688809752), (0.0, 0.0280726931, 1.060985058)),
    "acesap0": ((0.9525523959, 0.0, 0.0000936786), (0.0, 0.0, 1.0088251844)),
    "acesap1": (
        (0.6624541811, 0.1340042065, 0.1561876870),
        (-0.0055746495, 0.0040607335, 1.0103391003),
    ),
}
"""The X and Z rows from linear RGB to CIE XYZ: B. Lindbloom (D65), BT.2020, ACES AP0 and AP1."""
_BRIGHT = 5.38845
"""What Natron multiplies the background's luminance by, found by its authors by eye."""


class _Inputs(NamedTuple):
    """Pictures (h, w, 4) and masks (h, w) from 0 to 1."""

    fg: Plane
    pfg: Plane
    plate: Plane
    bg: Plane
    inside: Plane
    outside: Plane


def _wants(context: Context, window: Window) -> Sequence[Want]:
    covered = context.region("C").contains(window)
    plate = window if covered else context.whole(window)
    return [Want(label, plate if label == "C" else window) for label in _LABELS]


def _plate(context: Context, window: Window, frame: Frame) -> Plane:
    """The plate, and beside it what the plug-in has seen of it last.

    It goes from pixel to pixel, row by row, and keeps the colour where the plate has none; before
    the first one it is black. (Its threads each begin anew, wherever the host cuts the picture.)
    """
    area = frame.window
    whole = _picture(context, "C", area, frame)
    seen = context.region("C").intersect(area)
    if not seen.empty and seen != area:
        rows = slice(seen.y1 - area.y1, seen.y2 - area.y1)
        left, right = seen.x1 - area.x1, seen.x2 - area.x1
        last = whole[rows, right - 1]
        whole[rows, right:] = last[:, None]
        whole[rows, :left][1:] = last[:-1, None]
        whole[rows.stop :] = last[-1]
    below, beside = window.y1 - area.y1, window.x1 - area.x1
    return whole[below : below + window.height, beside : beside + window.width]


def _picture(context: Context, label: str, window: Window, frame: Frame) -> Plane:
    """An input's pixels; black and opaque where it has none."""
    found: Plane = frame.pixels.astype(np.float64)
    region = context.region(label)
    x, y = np.arange(window.x1, window.x2), np.arange(window.y1, window.y2)
    columns, rows = (x >= region.x1) & (x < region.x2), (y >= region.y1) & (y < region.y2)
    found[~(rows[:, None] & columns[None, :])] = (0, 0, 0, 1)
    return found


def _mask(context: Context, label: str, frame: Frame) -> Plane:
    channel = mask_channel(context.params, label)
    if channel is None or not context.connected(label):
        return np.zeros(frame.pixels.shape[:2])
    found: Plane = frame.pixels[..., channel].astype(np.float64)
    return found


def _gather(context: Context, window: Window, frames: Sequence[Frame]) -> _Inputs:
    params = context.params
    fg = _picture(context, "Fg", window, frames[0])
    pfg = _picture(context, "PFg", window, frames[1]) if context.connected("PFg") else fg
    inside = np.clip(_mask(context, "InM", frames[4]), 0, 1)
    # What shows the matte alone does not look at Fg beside a picture to key.
    alone = context.connected("PFg") and not params.flag("noKey")
    looked_at = not (alone and params.choice("show") in ("matte", "status"))
    if params.choice("sourceAlphaHandling") == "inside" and looked_at:
        inside = np.clip(np.maximum(inside, fg[..., 3]), 0, 1)
    plate = _plate(context, window, frames[2])
    bg = _picture(context, "Bg", window, frames[3])
    if not _uses_background(params):
        bg[...] = (0, 0, 0, 1)
    outside = np.clip(_mask(context, "OutM", frames[5]), 0, 1)
    return _Inputs(fg, pfg, plate, bg, inside, outside)


def _uses_background(params: Params) -> bool:
    return params.flag("ubl") or params.flag("ubc")


def _weigh(rgb: Plane, math: str) -> Plane:
    found: Plane = luminance(rgb.astype(np.float32), math)[..., 0].astype(np.float64)
    return found


def _biases(params: Params) -> tuple[Pixels, Pixels]:
    """What the plate is divided by, and by how much more of it is subtracted.

    In single precision, as the plug-in: a key of exactly 0 is a matte of 1, and the least bit more
    of the screen's colour may be one of 0.
    """
    alpha = np.maximum(1e-4, params.numbers("alphaBias")[:3]).astype(np.float32)
    despill = alpha
    if not params.flag("despillBiasIsAlphaBias"):
        despill = np.maximum(1e-4, params.numbers("despillBias")[:3]).astype(np.float32)
    red, green, blue = alpha * np.array(LUMINANCE_WEIGHTS["rec709"], np.float32)
    light = red + green + blue
    return alpha / light, despill / light


def _unbiased(picture: Plane, bias: Pixels) -> Plane:
    found: Plane = (picture[..., :3].astype(np.float32) / bias).astype(np.float64)
    return found


def _screen(context: Context, given: _Inputs, bias: Pixels) -> tuple[Plane, int]:
    """The clean plate (h, w, 3) and the screen's channel."""
    params = context.params
    kind = params.choice("screenType")
    if kind == "pick":
        colour = (np.array(params.numbers("color")[:3]) / bias).astype(np.float32)
        return np.broadcast_to(colour, given.fg[..., :3].shape), 1 if colour[1] > colour[2] else 2
    if not context.connected("C"):
        raise RenderError(
            f"{context.node.name} needs a clean plate: connect its C input, or set Screen Type "
            "to pick and choose a colour."
        )
    return _unbiased(given.plate, bias), 1 if kind == "green" else 2


def _pull(params: Params, given: _Inputs, plate: Plane, channel: int, bias: Pixels) -> Plane:
    """The raw matte: 1 where nothing of the screen is seen."""
    if params.flag("noKey"):
        return given.fg[..., 3]
    picture = _unbiased(given.pfg, bias)
    red, other = params.number("redWeight"), params.number("blueGreenWeight")

    def key(rgb: Plane) -> Plane:
        found: Plane = rgb[..., channel] - rgb[..., 0] * red - rgb[..., 3 - channel] * other
        return found

    seen, screen = key(picture), key(plate)
    lit = (plate[..., channel] > 0) & (seen > 0) & (screen > 0)
    ratio = seen / np.where(lit, screen, 1)
    # Natron's luminance match, autolevels and "legalize" switches do nothing.
    found: Plane = np.where(lit, 1 - ratio, 1)
    return found


def _replacement(params: Params, name: str, fg: Plane) -> Plane | float:
    """The colour that fills what a clip or the inside mask adds to the matte."""
    rule = params.choice(f"{name}Replace")
    if rule == "none":
        return 0.0
    if rule == "source":
        return fg[..., :3]
    colour = np.array(params.numbers(f"{name}ReplaceColor")[:3])
    if rule == "hardcolor":
        return colour
    colour = colour / float(_weigh(colour, "rec709")) if colour.any() else np.ones(3)
    return colour * _weigh(fg[..., :3], params.choice("colorspace"))[..., None]


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    given, show = _gather(context, window, frames), params.choice("show")
    simple = _simple(context, given, frames, show)
    if simple is not None:
        return simple.astype(np.float32)
    bias, despill = _biases(params)
    plate, channel = _screen(context, given, bias)
    if show == "cleanplate":
        return _grey_alpha(plate, 1.0)
    alpha = _pull(params, given, plate, channel, bias)
    if show == "screenmatte":
        return _grey_alpha(alpha[..., None], 1.0)
    status = np.repeat(np.where(alpha <= 0, 0, np.where(alpha >= 1, 1, 0.5))[..., None], 3, -1)
    out = given.fg[..., :3].copy()
    if params.flag("ss"):
        freed = np.maximum(out + plate * despill * (alpha[..., None] - 1), 0)
        out = np.where((alpha >= 1)[..., None], out, freed)
    if params.flag("clampAlpha"):
        alpha = np.clip(alpha, 0, 1)
    alpha, out = _clip(params, given, alpha, out, status)
    alpha, out = _garbage(params, given, alpha, out, status)
    if show == "status":
        return _grey_alpha(status, 1.0)
    if show == "matte":
        return _grey_alpha(alpha[..., None], 1.0)
    if show == "intermediate":
        return _grey_alpha(given.fg[..., :3], alpha)
    if not params.flag("ss"):
        out = out * alpha[..., None]
    if _uses_background(params):
        out = _tinted(context, out, given.bg[..., :3], alpha)
    if show == "unpremultiplied":
        out = np.where(alpha[..., None] > 0, out / np.where(alpha > 0, alpha, 1)[..., None], 0)
    elif show == "composite":
        seen = (alpha > 0)[..., None]
        below = given.bg * (1 - alpha[..., None])
        whole = np.dstack([out, alpha])
        return np.where(seen, whole + below, given.bg).astype(np.float32)
    return _grey_alpha(out, alpha)


def _simple(context: Context, given: _Inputs, frames: Sequence[Frame], show: str) -> Plane | None:
    """What shows a mask or an alpha as it is."""
    if show in ("insidemask", "outsidemask"):
        label = "InM" if show == "insidemask" else "OutM"
        mask = _mask(context, label, frames[_LABELS.index(label)])
        there = np.full_like(mask, float(context.connected(label)))
        return np.dstack([mask, mask, mask, there])
    if show == "sourcealpha":
        alpha = given.pfg[..., 3]
        return np.dstack([alpha, alpha, alpha, np.ones_like(alpha)])
    return None


def _grey_alpha(rgb: Plane, alpha: Plane | float) -> Pixels:
    pixels = np.empty((*rgb.shape[:2], 4), np.float32)
    pixels[..., :3] = rgb
    pixels[..., 3] = alpha
    return pixels


def _clip(
    params: Params, given: _Inputs, alpha: Plane, out: Plane, status: Plane
) -> tuple[Plane, Plane]:
    """The matte stretched between the clips; what it gains is filled, what it loses removed."""
    low = params.number("screenClipMin")
    high = max(low + 1e-4, params.number("screenClipMax"))
    clipped = np.clip((alpha - low) / (high - low), 0, 1)
    gain, loss = np.maximum(clipped - alpha, 0), np.maximum(alpha - clipped, 0)
    status[..., 1] += gain / 2
    gone, less = (loss > 0) & (clipped == 0), (loss > 0) & (clipped > 0)
    status[gone] = np.stack([np.zeros_like(loss), loss / 2, np.zeros_like(loss)], -1)[gone]
    half = np.full_like(loss, 0.5)
    status[less] = np.stack([half - loss / 2, half, half - loss / 2], -1)[less]
    filled = out + _replacement(params, "screen", given.fg) * gain[..., None]
    shrunk = (loss > 0) & (alpha > 0)
    share = np.where(shrunk, clipped / np.where(shrunk, alpha, 1), 1)
    return clipped, np.where((gain > 0)[..., None], filled, out * share[..., None])


def _garbage(
    params: Params, given: _Inputs, alpha: Plane, out: Plane, status: Plane
) -> tuple[Plane, Plane]:
    """The inside mask, then the outside one, which wins."""
    gain = np.where(given.inside > 0, np.maximum(given.inside - alpha, 0), 0)
    status[..., 2] += gain / 2
    out = out + _replacement(params, "inside", given.fg) * gain[..., None]
    alpha = alpha + gain
    most = 1 - given.outside
    cut = (given.outside > 0) & (alpha > most)
    status[..., 1:] -= np.where(cut, alpha - most, 0)[..., None] / 2
    share = np.where(cut, most / np.where(cut, alpha, 1), 1)
    return np.where(cut, most, alpha), out * share[..., None]


def _to_xyz(space: str) -> Plane:
    """The 3×3 matrix from linear RGB of a colour space to CIE XYZ."""
    x, z = _TO_XYZ[space]
    return np.array([x, LUMINANCE_WEIGHTS[space], z])


def _chroma(xyz: Plane) -> tuple[Plane, Plane]:
    total = xyz.sum(-1)
    scale = np.where(total > 0, 1 / np.where(total > 0, total, 1), 0)
    return xyz[..., 0] * scale, xyz[..., 1] * scale


def _tinted(context: Context, out: Plane, bg: Plane, alpha: Plane) -> Plane:
    """The edges take the background's chroma (ubc) or luminance (ubl)."""
    params = context.params
    to_xyz = _to_xyz(params.choice("colorspace"))
    # Natron takes the background's colours as Rec.709 in any case.
    ours, theirs = out @ to_xyz.T, bg @ _to_xyz("rec709").T
    x, y = _chroma(ours)
    light, share = ours[..., 1], np.maximum(alpha, 0)
    if params.flag("ubc"):
        there = theirs[..., 1] > 0
        their_x, their_y = _chroma(theirs)
        x = np.where(there, share * x + (1 - share) * their_x, x)
        y = np.where(there, share * y + (1 - share) * their_y, y)
    if params.flag("ubl"):
        light = light * (share + (1 - share) * _BRIGHT * theirs[..., 1])
    scale = np.where(y == 0, 0, light / np.where(y == 0, 1, y))
    mixed = np.stack([x * scale, light, (1 - x - y) * scale], -1)
    rgb: Plane = mixed @ np.linalg.inv(to_xyz).T
    return rgb


def _same(context: Context) -> Same | None:
    """What shows an input as it is, over the region of that input."""
    show = context.params.choice("show")
    if show == "source":
        return Same("PFg" if context.connected("PFg") else "Fg")
    if show == "cleanplate" and context.params.choice("screenType") != "pick":
        return Same("C")
    return None


NODE = NodeType(
    plugins=("net.sf.openfx.PIK",),
    main="Fg",
    components=always_rgba,
    depth=no_bytes,
    region=lambda context: context.region("Fg"),
    wants=_wants,
    same=_same,
    render=_render,
)
