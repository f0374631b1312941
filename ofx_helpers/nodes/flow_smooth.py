"""CImgSmooth: smoothing along edges and not across them.

Formula: D. Tschumperlé, "Fast anisotropic smoothing of multi-valued images using
curvature-preserving PDE's" (2006): the structure tensor of a smoothed picture says how far to go
in which direction; lines of flow from each pixel, one for each of some angles, are averaged. With
an angle of 0 the picture is moved by its oriented Laplacian instead.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context, Same
from ofx_helpers.engine.smooth import smooth
from ofx_helpers.nodes._filters import bordered, processed, whole_picture

Planes = NDArray[np.float32]

_PER_SIGMA = 2.4  # a smoothing filter's size for a deviation of 1
_WAYS = ("nearest", "linear", "rungekutta")
_LEAST = 1e-5  # what sharpness and a step of the flow are never below
_SHORTEST = 1e-3  # the least step: shorter ones give the same picture, and 0 would never arrive
_SPAN = 255  # the range to which the picture is stretched before its edges are measured


def _four(planes: Planes) -> Pixels:
    four = np.zeros((*planes.shape[:2], 4), np.float32)
    four[..., : planes.shape[-1]] = planes
    return four


def _blurred(planes: Planes, sigma: float) -> Planes:
    size = (sigma * _PER_SIGMA, sigma * _PER_SIGMA)
    return smooth(_four(planes), "gaussian", size, nearest=True)[..., : planes.shape[-1]]


def _neighbours(planes: Planes) -> dict[tuple[int, int], Planes]:
    """The planes moved so that each pixel sees its neighbour at (dx, dy)."""
    around = bordered(_four(planes), 1)[..., : planes.shape[-1]]
    h, w = planes.shape[:2]
    steps = (-1, 0, 1)
    return {(x, y): around[1 + y : 1 + y + h, 1 + x : 1 + x + w] for x in steps for y in steps}


def _tensors(planes: Planes, context: Context) -> Planes:
    """How far to smooth: xx, xy and yy of a symmetric matrix a pixel, (h, w, 3)."""
    params = context.params
    even = _blurred(planes, params.number("alpha"))
    low, high = even.min(), even.max()
    even = (even - low) / (high - low) * np.float32(_SPAN) if high > low else np.zeros_like(even)
    at = _neighbours(even)
    across, up = (at[1, 0] - at[-1, 0]) / 2, (at[0, 1] - at[0, -1]) / 2
    products = (across * across, across * up, up * up)
    structure = np.stack([product.sum(-1) for product in products], -1).astype(np.float32)
    structure = _blurred(structure, params.number("sigma"))
    xx, xy, yy = (structure[..., index].astype(np.float64) for index in range(3))
    total = xx + yy
    root = np.sqrt(np.maximum(total * total - 4 * (xx * yy - xy * xy), 0))
    small, large = (total - root) / 2, (total + root) / 2
    length = np.hypot(large - xx, xy)
    there = length > 0
    u = np.where(there, xy / np.where(there, length, 1), 1)
    v = np.where(there, (large - xx) / np.where(there, length, 1), 0)
    power = max(params.number("sharpness"), _LEAST) / 2
    edge = 1 + np.maximum(small, 0) + np.maximum(large, 0)
    along, over = edge**-power, edge ** -(power / (1e-7 + 1 - params.number("anisotropy")))
    found: Planes = np.stack(
        [
            along * v * v + over * u * u,
            (over - along) * u * v,
            along * u * u + over * v * v,
        ],
        -1,
    ).astype(np.float32)
    return found


def _along_flows(planes: Planes, tensors: Planes, context: Context) -> Planes:
    from ofx_helpers.nodes._flow_kernel import walk

    params = context.params
    angle = np.float32(params.number("da"))
    step = np.float32(max(params.number("dl"), _SHORTEST))
    reach = np.float32(np.sqrt(2 * params.number("amplitude")))
    width, way = np.float32(params.number("prec")), _WAYS.index(params.choice("interpolation"))
    total, count = np.zeros_like(planes), 0
    theta = np.float32(np.fmod(np.float32(360), angle) / np.float32(2))
    while theta < 360:
        radians = np.float32(float(theta) * np.pi / 180)
        vx, vy = np.cos(radians), np.sin(radians)
        u = tensors[..., 0] * vx + tensors[..., 1] * vy
        v = tensors[..., 1] * vx + tensors[..., 2] * vy
        length = np.maximum(np.float32(_LEAST), np.sqrt(u * u + v * v))
        steps = np.stack([u * (step / length), v * (step / length), length], -1)
        even = params.flag("is_fast_approximation")
        walk(planes, steps.astype(np.float32), reach, width, step, way, even, total)
        theta, count = theta + angle, count + 1
    found: Planes = np.clip(total / np.float32(count), planes.min(), planes.max())
    return found


def _by_laplacians(planes: Planes, tensors: Planes, context: Context) -> Planes:
    xx, xy, yy = (tensors[..., index : index + 1] for index in range(3))
    for _ in range(int(context.params.number("amplitude") + 0.5)):
        at = _neighbours(planes)
        bend_x, bend_y = at[1, 0] + at[-1, 0] - 2 * planes, at[0, 1] + at[0, -1] - 2 * planes
        twist = (at[1, 1] + at[-1, -1] - at[1, -1] - at[-1, 1]) / 4
        change = xx * bend_x + 2 * xy * twist + yy * bend_y
        largest = np.abs(change).max()
        if largest == 0:
            break
        planes = (planes + change * np.float32(context.params.number("dl") / largest)).astype(
            np.float32
        )
    return planes


def _smooth(context: Context, pixels: Pixels) -> Pixels:
    channels = processed(context)
    planes: Planes = np.ascontiguousarray(pixels[..., channels])
    change = _by_laplacians if context.params.number("da") <= 0 else _along_flows
    for _ in range(context.params.whole("iterations") if planes.size else 0):
        planes = change(planes, _tensors(planes, context), context)
    result = pixels.copy()
    result[..., channels] = planes
    return result


def _same(context: Context) -> Same | None:
    params = context.params
    idle = params.whole("iterations") <= 0 or params.number("amplitude") <= 0
    return Same("Source") if idle or params.number("dl") <= 0 else None


NODE = whole_picture("net.sf.cimg.CImgSmooth", _smooth, _same)
