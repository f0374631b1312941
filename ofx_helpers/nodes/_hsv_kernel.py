"""The inner loop of HSVTool, compiled: a branch or two for each pixel, 25 numpy passes else.

1280×720 on one core: 14 ms here, 95 ms in numpy. Formulas: A. R. Smith, "Color gamut transform
pairs" (1978), hues in degrees.
"""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled, inlined
from ofx_helpers.engine.undefined import watched


@inlined
def _within(angle: float, start: float, end: float) -> bool:
    if end < start:
        return bool(angle <= end or start <= angle)
    return bool(start <= angle and angle <= end)


@inlined
def _share(value: float, low: float, high: float, rolloff: float) -> float:
    if low <= value and value <= high:
        return 1.0
    outside = low - value if value < low else value - high
    return max(0.0, 1 - outside / rolloff) if rolloff > 0 else 0.0


@watched
@compiled
def turn(
    pixels: Any,
    hue: Any,
    saturation: Any,
    value: Any,
    clamp_black: bool,
    clamp_white: bool,
    wanted: Any,
    alpha: Any,
) -> None:
    """Change the RGB of (h, w, 4) pixels in place and write the selection to `alpha` (h, w).

    `hue`: start, end, roll-off, middle (degrees), turn, gain; `saturation` and `value`: low,
    high, roll-off, shift, gain. `wanted` (3,) says which of the three shares go into the
    selection, whose smallest is taken; none of them leaves `alpha` alone.
    """
    h, w, _ = pixels.shape
    low_hue, high_hue = (hue[0] - hue[2]) % 360, (hue[1] + hue[2]) % 360
    keep = not (wanted[0] or wanted[1] or wanted[2])
    for y in range(h):
        for x in range(w):
            r, g, b = pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2]
            top, bottom = max(r, g, b), min(r, g, b)
            delta = top - bottom
            angle, s, v = 0.0, 0.0, float(top)
            if top != 0:
                s = delta / top
                if delta != 0:
                    if r == top:
                        angle = (g - b) / delta
                    elif g == top:
                        angle = 2 + (b - r) / delta
                    else:
                        angle = 4 + (r - g) / delta
                    angle *= 60
                    if angle < 0:
                        angle += 360
            share_h = 0.0
            if _within(angle, hue[0], hue[1]):
                share_h = 1.0
            elif hue[2] > 0:
                if _within(angle, low_hue, hue[0]):
                    share_h = ((angle - low_hue) % 360) / hue[2]
                if _within(angle, hue[1], high_hue):
                    share_h = max(share_h, ((high_hue - angle) % 360) / hue[2])
            share_s = _share(s, saturation[0], saturation[1], saturation[2])
            share_v = _share(v, value[0], value[1], value[2])
            share = min(share_h, share_s, share_v)
            if not keep:
                chosen = 1.0
                if wanted[0]:
                    chosen = share_h
                if wanted[1]:
                    chosen = min(chosen, share_s)
                if wanted[2]:
                    chosen = min(chosen, share_v)
                alpha[y, x] = chosen
            if share > 0:
                signed = (angle - hue[3] + 180) % 360 - 180
                angle += share * (hue[4] + (hue[5] - 1) * signed)
                middle = (saturation[0] + saturation[1]) / 2
                s = max(0.0, s + share * (saturation[3] + (saturation[4] - 1) * (s - middle)))
                middle = (value[0] + value[1]) / 2
                v += share * (value[3] + (value[4] - 1) * (v - middle))
                sector = angle / 60
                whole = np.floor(sector)
                f = sector - whole
                p, q, t = v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f))
                i = int(whole) % 6
                if s == 0:
                    r, g, b = v, v, v
                elif i == 0:
                    r, g, b = v, t, p
                elif i == 1:
                    r, g, b = q, v, p
                elif i == 2:
                    r, g, b = p, v, t
                elif i == 3:
                    r, g, b = p, q, v
                elif i == 4:
                    r, g, b = t, p, v
                else:
                    r, g, b = v, p, q
            if clamp_black:
                r, g, b = max(r, 0.0), max(g, 0.0), max(b, 0.0)
            if clamp_white:
                r, g, b = min(r, 1.0), min(g, 1.0), min(b, 1.0)
            pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2] = r, g, b
