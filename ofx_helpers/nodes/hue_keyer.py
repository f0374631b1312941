"""HueKeyer: a matte from two curves over the hue, how much to key and how saturated at least."""

import numpy as np

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.nodes._curves import Plane, curves, straight
from ofx_helpers.nodes.color_transform import rgb_to_hsv

_STEPS = 1024
_AMOUNT = straight(*((float(at), float(at in (3, 4))) for at in range(6)))
_THRESHOLD = straight(*((float(at), 0.1) for at in range(6)))


def _over_hue(curve: Curve, position: Plane) -> Plane:
    at = np.linspace(0, 6, _STEPS)
    table = np.clip(np.array([curve.periodic(float(x), 6.0) for x in at]), 0, 1)
    keyed: Plane = np.interp(position, at, table)
    return keyed


def _key(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    amount, threshold = curves(context.params, "hue", (_AMOUNT, _THRESHOLD))
    hsv = rgb_to_hsv(pixels[..., :3])
    saturation = hsv[..., 1].astype(np.float64)
    # Red stands at 1 on the curves, so that they begin and end in magenta.
    position = hsv[..., 0].astype(np.float64) * 6 + 1
    position = np.where(position > 6, position - 6, position)
    keyed, least = _over_hue(amount, position), _over_hue(threshold, position)
    weak = saturation < least
    keyed = np.where(weak, keyed * saturation / np.where(weak, least, 1), keyed)
    pixels[..., 3] = 1 - np.where(saturation == 0, 0, keyed)
    return pixels


NODE = NodeType(plugins=("net.sf.openfx.HueKeyer",), components=always_rgba, point=_key)
