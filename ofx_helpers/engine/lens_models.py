"""Lens distortion models: where a point of the distorted picture lies in the straight one.

Formulas: the published models of Nuke's and PFTrack's radial lenses, of 3DEqualizer's lens
distortion plug-in kit, and of PanoTools' lens correction. Points are pixels with edges at whole
numbers, y up; a model works in its own normalised units. One direction has a formula, the other
is found by the iteration that openfx-misc uses, so that both agree with it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
Place = tuple[Grid, Grid]
Map = Callable[[Grid, Grid], Place]
Numbers = Mapping[str, Sequence[float]]
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 of the format in pixels."""

_STEP = 1e-3
_CLOSE = 1e-4
_ROUNDS = 10


@dataclass(frozen=True)
class Lens:
    """A model with its numbers in place: the two directions."""

    distort: Map
    undistort: Map


def inverse(known: Map) -> Map:
    """The other direction of a map: at most ten steps, each axis by its own derivative."""

    def find(x_goal: Grid, y_goal: Grid) -> Place:
        x, y = x_goal.astype(np.float64), y_goal.astype(np.float64)
        going = np.ones(np.broadcast(x, y).shape, bool)
        x, y = np.broadcast_to(x, going.shape).copy(), np.broadcast_to(y, going.shape).copy()
        for _ in range(_ROUNDS):
            x0, y0 = known(x, y)
            x1, y1 = known(x + _STEP, y)
            x2, y2 = known(x, y + _STEP)
            across, up = np.hypot(x1 - x0, y1 - y0) / _STEP, np.hypot(x2 - x0, y2 - y0) / _STEP
            tiny = np.finfo(np.float64).eps
            going &= (across >= tiny) & (up >= tiny)
            with np.errstate(divide="ignore", invalid="ignore"):
                new_x, new_y = x - (x0 - x_goal) / across, y - (y0 - y_goal) / up
            moved = (x - new_x) ** 2 + (y - new_y) ** 2
            x, y = np.where(going, new_x, x), np.where(going, new_y, y)
            going &= ~(moved < _CLOSE)
            if not going.any():
                break
        return x, y

    return find


def lens(model: str, numbers: Numbers, box: Box, aspect: float) -> Lens:
    """The model by its id in Natron's menu, with the node's parameters by name.

    Raises KeyError for an unknown model.
    """
    if model == "panotools":
        known = _panotools(numbers, box, aspect)
        return Lens(known, inverse(known))
    if model == "nuke":
        known = _nuke(numbers, box, aspect)
    elif model == "pfbarrel":
        known = _pf_barrel(numbers, box)
    else:
        known = _in_diagonals(_MODELS_3DE[model](numbers), numbers, box)
    return Lens(inverse(known), known)


def is_straight(model: str, numbers: Numbers) -> bool:
    """Whether the model changes nothing with these numbers."""
    names = _COEFFICIENTS[model]
    return bool(names) and not any(value for name in names for value in numbers[name])


def _nuke(numbers: Numbers, box: Box, aspect: float) -> Map:
    (k1,), (k2,) = numbers["k1"], numbers["k2"]
    cx, cy = numbers["center"]
    ax, ay = numbers["asymmetricDistortion"]
    squeeze = max(0.001, numbers["anamorphicSqueeze"][0])
    size = max(box[2] - box[0], box[3] - box[1]) / 2
    mx, my = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

    def known(xd: Grid, yd: Grid) -> Place:
        x, y = aspect * (xd - mx) / size - cx, (yd - my) / size - cy
        x2, y2 = x * x, y * y
        radial = (k2 * (x2 + y2) + k1) * (x2 + y2)
        xu = x / (1 + (radial + ax * y2) / squeeze) + cx
        yu = y / (1 + radial + ay * x2) + cy
        return xu / aspect * size + mx, yu * size + my

    return known


def _pf_barrel(numbers: Numbers, box: Box) -> Map:
    (c3,), (c5,), (squeeze,) = numbers["pfC3"], numbers["pfC5"], numbers["pfSqueeze"]
    px, py = numbers["pfP"]
    width, height = box[2] - box[0], box[3] - box[1]
    norm = np.sqrt(2.0 / (width * width + height * height))

    def known(xd: Grid, yd: Grid) -> Place:
        # About the corner of the pixel, as PFTrack's own node does.
        x, y = (xd - 0.5) * norm, (yd - 0.5) * norm / squeeze
        dx, dy = x - px * width * norm, y - py * height * norm / squeeze
        r2 = dx * dx + dy * dy
        grow = r2 * (c3 + r2 * c5)
        return (x + dx * grow) / norm + 0.5, (y + dy * grow) * squeeze / norm + 0.5

    return known


def _panotools(numbers: Numbers, box: Box, aspect: float) -> Map:
    a, b, c, d, e, g, t = (numbers[f"pt_{letter}"][0] for letter in "abcdegt")
    width, height = box[2] - box[0], box[3] - box[1]
    size = min(width, height) / 2
    mx, my = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

    def known(xu: Grid, yu: Grid) -> Place:
        x, y = aspect * (xu - mx) / size, (yu - my) / size
        r2 = x * x + y * y
        scale = (a * r2 + c) * np.sqrt(r2) + b * r2 + 1 - (a + b + c)
        # The image shift's y runs down.
        x, y = x * scale / aspect * size + d, y * scale * size - e
        return x + mx - g / height * y, y + my - t / width * x

    return known


def _in_diagonals(known: Map, numbers: Numbers, box: Box) -> Map:
    """A 3DEqualizer model, which works in half film diagonals from the lens centre."""

    def one(name: str) -> float:
        return numbers[f"tde4_{name}"][0]

    width, height = box[2] - box[0], box[3] - box[1]
    xa, ya = one("field_of_view_xa_unit"), one("field_of_view_ya_unit")
    xs, ys = one("field_of_view_xb_unit") - xa, one("field_of_view_yb_unit") - ya
    film_w, film_h = one("filmback_width_cm"), one("filmback_height_cm")
    cx, cy = one("lens_center_offset_x_cm"), one("lens_center_offset_y_cm")
    radius = np.hypot(film_w, film_h) / 2

    def mapped(xd: Grid, yd: Grid) -> Place:
        x = (((xd / width - xa) / xs - 0.5) * film_w - cx) / radius
        y = (((yd / height - ya) / ys - 0.5) * film_h - cy) / radius
        x, y = known(x, y)
        x = (x * radius + film_w / 2 + cx) / film_w
        y = (y * radius + film_h / 2 + cy) / film_h
        return (x * xs + xa) * width, (y * ys + ya) * height

    return mapped


def _classic(numbers: Numbers) -> Map:
    names = ("Distortion", "Anamorphic_Squeeze", "Curvature_X", "Curvature_Y")
    ld, squeeze, kx, ky = (numbers[f"tde4_{name}"][0] for name in names)
    (quartic,) = numbers["tde4_Quartic_Distortion"]

    def known(x: Grid, y: Grid) -> Place:
        x2, y2 = x * x, y * y
        fourth = quartic * (x2 + y2) ** 2
        xu = x * (1 + (ld * x2 + (ld + kx) * y2 + fourth) / squeeze)
        return xu, y * (1 + (ld + ky) * x2 + ld * y2 + fourth)

    return known


def _polynomial(numbers: Numbers, axis: str, degree: int) -> Map:
    """1 and the even powers of an anamorphic model for one axis, as a pair of the same grid."""

    def c(order: int, power: int) -> float:
        return numbers[f"tde4_C{axis}{order}{power}_Degree_{power}"][0]

    c02, c22, c04, c24, c44 = c(0, 2), c(2, 2), c(0, 4), c(2, 4), c(4, 4)
    sixth = [c(order, 6) for order in (0, 2, 4, 6)] if degree == 6 else [0.0] * 4
    c06, c26, c46, c66 = sixth

    def grow(x: Grid, y: Grid) -> Place:
        x2, y2 = x * x, y * y
        total = 1 + x2 * (c02 + c22) + y2 * (c02 - c22)
        total = total + x2 * x2 * (c04 + c24 + c44) + x2 * y2 * (2 * c04 - 6 * c44)
        total = total + y2 * y2 * (c04 - c24 + c44)
        total = total + x2**3 * (c06 + c26 + c46 + c66) + y2**3 * (c06 - c26 + c46 - c66)
        total = total + x2 * x2 * y2 * (3 * c06 + c26 - 5 * c46 - 15 * c66)
        total = total + x2 * y2 * y2 * (3 * c06 - c26 - 5 * c46 + 15 * c66)
        return total, total

    return grow


def _anamorphic6(numbers: Numbers) -> Map:
    grow_x, grow_y = (_polynomial(numbers, axis, 6) for axis in "xy")
    return lambda x, y: (x * grow_x(x, y)[0], y * grow_y(x, y)[0])


def _anamorphic4(numbers: Numbers) -> Map:
    grow_x, grow_y = (_polynomial(numbers, axis, 4) for axis in "xy")
    angle = np.radians(numbers["tde4_Lens_Rotation"][0])
    (sx,), (sy,) = numbers["tde4_Squeeze_X"], numbers["tde4_Squeeze_Y"]
    (aspect,) = numbers["tde4_pixel_aspect"]
    c, s = np.cos(angle), np.sin(angle)

    def known(xd: Grid, yd: Grid) -> Place:
        x, y = c * xd / aspect + s * yd, -s * xd / aspect + c * yd
        x, y = x * grow_x(x, y)[0] * aspect * sx, y * grow_y(x, y)[0] * sy
        return c * x - s * y, s * x + c * y

    return known


def _fish_eye8(numbers: Numbers) -> Map:
    names = ("Distortion_Degree_2", "Quartic_Distortion_Degree_4", "Degree_6", "Degree_8")
    c2, c4, c6, c8 = (numbers[f"tde4_{name}"][0] for name in names)
    film = (numbers["tde4_filmback_width_cm"][0], numbers["tde4_filmback_height_cm"][0])
    focal = numbers["tde4_focal_length_cm"][0] / (np.hypot(*film) / 2)

    def known(x: Grid, y: Grid) -> Place:
        r = np.hypot(x, y)
        phi = 2 * np.arcsin(np.minimum(1.0, r / (2 * focal)))
        flat = np.where(phi >= np.pi / 2, 5.0, np.minimum(5.0, focal * np.tan(phi)))
        share = np.divide(flat, r, out=np.zeros_like(r), where=r > 0)
        x, y = x * share, y * share
        r2 = x * x + y * y
        q = 1 + c2 * r2 + c4 * r2**2 + c6 * r2**3 + c8 * r2**4
        return x * q, y * q

    return known


def _radial4(numbers: Numbers) -> Map:
    names = ("Distortion_Degree_2", "U_Degree_2", "V_Degree_2")
    c2, u1, v1 = (numbers[f"tde4_{name}"][0] for name in names)
    names = ("Quartic_Distortion_Degree_4", "U_Degree_4", "V_Degree_4")
    c4, u3, v3 = (numbers[f"tde4_{name}"][0] for name in names)
    angle = np.radians(numbers["tde4_Phi_Cylindric_Direction"][0])
    bend = np.sqrt(1 + numbers["tde4_B_Cylindric_Bending"][0])
    c, s = np.cos(angle), np.sin(angle)
    xx, xy, yy = c * c * bend + s * s / bend, (bend - 1 / bend) * c * s, c * c / bend + s * s * bend

    def known(x: Grid, y: Grid) -> Place:
        x2, y2 = x * x, y * y
        r2 = x2 + y2
        q, u, v = 1 + c2 * r2 + c4 * r2 * r2, u1 + u3 * r2, v1 + v3 * r2
        xq = x * q + (r2 + 2 * x2) * u + 2 * x * y * v
        yq = y * q + (r2 + 2 * y2) * v + 2 * x * y * u
        return xx * xq + xy * yq, xy * xq + yy * yq

    return known


_MODELS_3DE: Mapping[str, Callable[[Numbers], Map]] = {
    "3declassic": _classic,
    "3deanamorphic6": _anamorphic6,
    "3defisheye8": _fish_eye8,
    "3deradial4": _radial4,
    "3deanamorphic4": _anamorphic4,
}

_FOUR = tuple(f"tde4_C{a}{n}_Degree_{n[1]}" for n in ("02", "22", "04", "24", "44") for a in "xy")
_SIX = tuple(f"tde4_C{a}{n}_Degree_6" for n in ("06", "26", "46", "66") for a in "xy")
_RADIAL = ("Distortion_Degree_2", "U_Degree_2", "V_Degree_2", "Quartic_Distortion_Degree_4")

_COEFFICIENTS: Mapping[str, tuple[str, ...]] = {
    "nuke": ("k1", "k2", "asymmetricDistortion"),
    "pfbarrel": ("pfC3", "pfC5"),
    "3declassic": tuple(
        f"tde4_{n}" for n in ("Distortion", "Curvature_X", "Curvature_Y", "Quartic_Distortion")
    ),
    "3deanamorphic6": _FOUR + _SIX,
    "3defisheye8": (),
    "3deradial4": tuple(
        f"tde4_{n}" for n in (*_RADIAL, "U_Degree_4", "V_Degree_4", "B_Cylindric_Bending")
    ),
    "3deanamorphic4": (*_FOUR, "tde4_Lens_Rotation", "tde4_Squeeze_X", "tde4_Squeeze_Y"),
    "panotools": tuple(f"pt_{letter}" for letter in "abcdegt"),
}
