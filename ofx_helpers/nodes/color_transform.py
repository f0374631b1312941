"""RGB to and from HSV, HSL, HSI, Y′CbCr, Y′PbPr, YUV, XYZ, Lab and xyY.

Formulas: A. R. Smith (HSV, HSL), Gonzalez and Woods (HSI), ITU-R BT.601 and BT.709, CIE 15
(Lab, xyY), the Rec.709 matrices of B. Lindbloom. Hues run from 0 to 1, Lab is divided by 100.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.finish import premultiply, unpremultiply
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.engine.rec709 import decode as _rec709_decode
from ofx_helpers.engine.rec709 import encode as _rec709_encode

Array = NDArray[np.float32]
Convert = Callable[[Array], Array]
"""(h, w, 3) to (h, w, 3), float32."""


def _hue(rgb: Array, delta: Array, top: Array) -> Array:
    """0 to 1 from red over yellow; 0 for greys. `delta` is what the differences are shares of,
    `top` the value by which the largest channel is known."""
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    span = np.where(delta == 0, np.float32(1), delta)
    hue = np.where(
        r == top, (g - b) / span, np.where(g == top, 2 + (b - r) / span, 4 + (r - g) / span)
    )
    hue = np.where(delta == 0, np.float32(0), hue / np.float32(6))
    return np.where(hue < 0, hue + 1, hue).astype(np.float32)


def rgb_to_hsv(rgb: Array) -> Array:
    """Hue 0 to 1, saturation, value; (h, w, 3) linear RGB in, HSV out."""
    top = rgb.max(-1)
    delta = top - rgb.min(-1)
    saturation = np.divide(delta, top, out=np.zeros_like(top), where=top != 0)
    hue = np.where(top == 0, np.float32(0), _hue(rgb, delta, top))
    return np.stack([hue, saturation, top], -1).astype(np.float32)


def _sectors(hue: Array, v: Array, p: Array, q: Array, t: Array) -> Array:
    """RGB from the six sectors of the hue circle."""
    sector = np.floor(hue * 6).astype(np.int64) % 6
    columns = ((v, t, p), (q, v, p), (p, v, t), (p, q, v), (t, p, v), (v, p, q))
    channels = [np.choose(sector, [column[c] for column in columns]) for c in range(3)]
    return np.stack(channels, -1).astype(np.float32)


def hsv_to_rgb(hsv: Array) -> Array:
    """The reverse of `rgb_to_hsv`."""
    h, s, v = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    f = h * 6 - np.floor(h * 6)
    return _sectors(h, v, v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f)))


def _rgb_to_hsl(rgb: Array) -> Array:
    low, high = rgb.min(-1), rgb.max(-1)
    lightness = (low + high) / 2
    low, high = np.maximum(low, 0), np.minimum(high, 1)
    delta, total = high - low, high + low
    divisor = np.where(lightness <= 0.5, total, 2 - total)
    saturation = np.divide(delta, divisor, out=np.zeros_like(delta), where=delta != 0)
    return np.stack([_hue(rgb, delta, high), saturation, lightness], -1).astype(np.float32)


def _hsl_to_rgb(hsl: Array) -> Array:
    h, s, lightness = hsl[..., 0], hsl[..., 1], hsl[..., 2]
    v = np.where(lightness <= 0.5, lightness * (1 + s), lightness + s - lightness * s)
    p = 2 * lightness - v
    f = h * 6 - np.floor(h * 6)
    rise = (v * ((v - p) / v) * f).astype(np.float32)
    rgb = _sectors(h, v, p, v - rise, p + rise)
    return np.where((s == 0)[..., None], lightness[..., None], rgb).astype(np.float32)


def _rgb_to_hsi(rgb: Array) -> Array:
    r, g, b = (rgb[..., c] for c in range(3))
    root = np.sqrt(np.maximum(0, (r - g) ** 2 + (r - b) * (g - b)))
    cosine = np.divide(
        np.float32(0.5) * ((r - g) + (r - b)), root, out=np.ones_like(root), where=root > 0
    )
    # Rounded past ±1, the angle is undefined and the hue 0.
    theta = np.where(np.abs(cosine) <= 1, np.arccos(np.clip(cosine, -1, 1)) / (2 * np.pi), 0)
    total = r + g + b
    hue = np.where(theta > 0, np.where(b <= g, theta, 1 - theta), 0)
    share = np.divide(np.float32(3), total, out=np.zeros_like(total), where=total > 0)
    saturation = np.where(total > 0, 1 - share * rgb.min(-1), 0)
    return np.stack([hue, saturation, total / 3], -1).astype(np.float32)


def _hsi_to_rgb(hsi: Array) -> Array:
    h, s, i = (hsi[..., c] for c in range(3))
    # In single precision: a small channel is what two large ones leave.
    third = (h >= np.float32(1 / 3)).astype(np.int64) + (h >= np.float32(2 / 3))
    angle = h - np.array([0, 1 / 3, 2 / 3], np.float32)[third]
    rest = (np.float32(1 / 6) - angle).astype(np.float64)
    ratio = np.cos(angle.astype(np.float64) * (2 * np.pi)) / np.cos(rest * (2 * np.pi))
    low, high = i * (1 - s), (i * (1 + s * ratio)).astype(np.float32)
    rest = 3 * i - (low + high)
    columns = ((high, rest, low), (low, high, rest), (rest, low, high))
    channels = [np.choose(third, [column[c] for column in columns]) for c in range(3)]
    return np.stack(channels, -1).astype(np.float32)


def _linear(
    matrix: list[list[float]], before: tuple[float, ...] = (0, 0, 0), after: object = 0
) -> Convert:
    """x to matrix · (x − before) + after."""
    weights, offset = np.array(matrix, np.float32).T, np.array(before, np.float32)
    shift = np.array(after, np.float32)

    def convert(rgb: Array) -> Array:
        converted: Array = ((rgb - offset) @ weights + shift).astype(np.float32)
        return converted

    return convert


def _colour_difference(kr: float, kb: float) -> tuple[Convert, Convert]:
    """Y′PbPr from the luma weights of red and blue, and back."""
    kg = 1 - kr - kb
    pb, pr = 2 * (1 - kb), 2 * (1 - kr)
    there = [
        [kr, kg, kb],
        [-kr / pb, -kg / pb, (1 - kb) / pb],
        [(1 - kr) / pr, -kg / pr, -kb / pr],
    ]
    return _linear(there), _linear(np.linalg.inv(there).tolist())


def _srgb_encode(linear: Array) -> Array:
    return np.where(
        linear < 0.0031308,
        np.maximum(linear, 0) * 12.92,
        1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055,
    ).astype(np.float32)


def _srgb_decode(encoded: Array) -> Array:
    return np.where(
        encoded < 0.04045,
        np.maximum(encoded, 0) / 12.92,
        ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4,
    ).astype(np.float32)


def _encoded(name: str, convert: Convert) -> Convert:
    """A matrix on encoded RGB: sRGB for the 601 conversions, Rec.709 for the 709 ones."""
    encode = _srgb_encode if name.endswith("601") else _rec709_encode
    return lambda rgb: convert(encode(rgb))


def _decoded(name: str, convert: Convert) -> Convert:
    decode = _srgb_decode if name.endswith("601") else _rec709_decode
    return lambda video: decode(convert(video))


_VIDEO = (16 / 255, 128 / 255, 128 / 255)
_RGB_TO_XYZ = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
]
_XYZ_TO_RGB = [
    [3.2404542, -1.5371385, -0.4985314],
    [-0.9692660, 1.8760108, 0.0415560],
    [0.0556434, -0.2040259, 1.0572252],
]
# The white that the Lab conversions divide by: the row sums of another rounding of the matrix.
_WHITE = np.array(
    [
        0.412453 + 0.357580 + 0.180423,
        0.212671 + 0.715160 + 0.072169,
        0.019334 + 0.119193 + 0.950227,
    ],
    np.float32,
)
_rgb_to_xyz, _xyz_to_rgb = _linear(_RGB_TO_XYZ), _linear(_XYZ_TO_RGB)


def _xyz_to_lab(xyz: Array) -> Array:
    share = xyz / _WHITE
    f = np.where(share >= 0.008856, np.cbrt(np.maximum(share, 0)), 7.787 * share + 16 / 116)
    lab = [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])]
    return (np.stack(lab, -1) / 100).astype(np.float32)


def _lab_to_xyz(lab: Array) -> Array:
    lab = lab * 100
    y = (lab[..., 0] + 16) / 116
    f = np.stack([lab[..., 1] / 500 + y, y, y - lab[..., 2] / 200], -1)
    share = np.where(f >= 0.206893, f**3, (f - 16 / 116) / 7.787)
    return (share * _WHITE).astype(np.float32)


def _xyz_to_xyy(xyz: Array) -> Array:
    total = xyz.sum(-1, keepdims=True)
    share = np.divide(xyz, total, out=np.zeros_like(xyz), where=total > 0)
    return np.stack([share[..., 0], share[..., 1], xyz[..., 1]], -1)


def _xyy_to_xyz(xyy: Array) -> Array:
    x, y, big = xyy[..., 0], xyy[..., 1], xyy[..., 2]
    scale = np.divide(big, y, out=np.zeros_like(y), where=y > 0)
    return np.stack([x * scale, big, (1 - x - y) * scale], -1)


_TO_601, _FROM_601 = _colour_difference(0.299, 0.114)
_TO_709, _FROM_709 = _colour_difference(0.2126390058, 0.07219231534)

_FROM_RGB: dict[str, Convert] = {
    "RGBToHSV": rgb_to_hsv,
    "RGBToHSL": _rgb_to_hsl,
    "RGBToHSI": _rgb_to_hsi,
    "RGBToYCbCr601": _linear(
        [[0.257, 0.504, 0.098], [-0.148, -0.291, 0.439], [0.439, -0.368, -0.071]], after=_VIDEO
    ),
    "RGBToYCbCr709": _linear(
        [[0.183, 0.614, 0.062], [-0.101, -0.339, 0.439], [0.439, -0.399, -0.040]], after=_VIDEO
    ),
    "RGBToYPbPr601": _TO_601,
    "RGBToYPbPr709": _TO_709,
    "RGBToYUV601": _linear(
        [[0.299, 0.587, 0.114], [-0.14713, -0.28886, 0.436], [0.615, -0.51499, -0.10001]]
    ),
    "RGBToYUV709": _linear(
        [[0.2126, 0.7152, 0.0722], [-0.09991, -0.33609, 0.436], [0.615, -0.55861, -0.05639]]
    ),
    "RGB709ToXYZ": _rgb_to_xyz,
    "RGB709ToLab": lambda rgb: _xyz_to_lab(_rgb_to_xyz(rgb)),
}
_TO_RGB: dict[str, Convert] = {
    "HSVToRGB": hsv_to_rgb,
    "HSLToRGB": _hsl_to_rgb,
    "HSIToRGB": _hsi_to_rgb,
    "YCbCrToRGB601": _linear(
        [[1.164, 0, 1.596], [1.164, -0.392, -0.813], [1.164, 2.017, 0]], before=_VIDEO
    ),
    "YCbCrToRGB709": _linear(
        [[1.164, 0, 1.793], [1.164, -0.213, -0.533], [1.164, 2.112, 0]], before=_VIDEO
    ),
    "YPbPrToRGB601": _FROM_601,
    "YPbPrToRGB709": _FROM_709,
    "YUVToRGB601": _linear([[1, 0, 1.13983], [1, -0.39465, -0.58060], [1, 2.03211, 0]]),
    "YUVToRGB709": _linear([[1, 0, 1.28033], [1, -0.21482, -0.38059], [1, 2.12798, 0]]),
    "XYZToRGB709": _xyz_to_rgb,
    "LabToRGB709": lambda lab: _xyz_to_rgb(_lab_to_xyz(lab)),
}
for _name in [name for name in _FROM_RGB if name.endswith(("601", "709"))]:
    _FROM_RGB[_name] = _encoded(_name, _FROM_RGB[_name])
for _name in [name for name in _TO_RGB if name[:2] in ("YC", "YP", "YU")]:
    _TO_RGB[_name] = _decoded(_name, _TO_RGB[_name])
_BETWEEN: dict[str, Convert] = {
    "XYZToLab": _xyz_to_lab,
    "LabToXYZ": _lab_to_xyz,
    "XYZToxyY": _xyz_to_xyy,
    "xyYToXYZ": _xyy_to_xyz,
}


def conversion(name: str) -> Convert:
    """The conversion that a node is named after, such as RGB709ToLab or YPbPrToRGB709."""
    return (_FROM_RGB | _TO_RGB | _BETWEEN)[name]


def _seen(context: Context, window: Window) -> Window:
    """Of alpha alone that is left so, Natron has no colour to put back."""
    kept = not context.params.flag("NatronOfxParamProcessA")
    alone = kept and context.components("Source") == "Alpha"
    return Window(0, 0, 0, 0) if alone else window


def _node(name: str, convert: Convert) -> NodeType:
    def point(context: Context, pixels: Pixels, _window: Window) -> Pixels:
        # Only RGB is premultiplied: divide on the way in, multiply on the way out.
        asked = "premult" in context.params and context.params.flag("premult")
        if asked and name in _FROM_RGB:
            pixels = unpremultiply(pixels)
        pixels[..., :3] = convert(pixels[..., :3])
        if asked and name in _TO_RGB:
            pixels = premultiply(pixels)
        return pixels

    return NodeType(
        plugins=(f"net.sf.openfx.{name}",),
        components=with_colour,
        process=True,
        seen=_seen,
        point=point,
    )


NODES = tuple(_node(name, convert) for name, convert in (_FROM_RGB | _TO_RGB | _BETWEEN).items())
