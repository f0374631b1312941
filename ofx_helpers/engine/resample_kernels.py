"""Compiled sampling loops of `resample`: the filters, and how a picture is reduced.

What they are measured against, and why numba, is in `affine_kernels`. Formulas: the
two-parameter cubic family of Mitchell and Netravali (1988).
"""

from math import ceil, floor, log

import numpy as np

from ofx_helpers.engine.compiled import compiled, inlined
from ofx_helpers.engine.undefined import watched

IMPULSE, BOX, BILINEAR, CUBIC, KEYS, SIMON, RIFMAN, MITCHELL, PARZEN, NOTCH = range(10)

_FAR = 1e9
_INT_MIN = -(2**31)


@inlined
def _bc_weights(b, c, d, w):  # type: ignore[no-untyped-def]
    """The four weights of the (B, C) cubic at distance d past the second sample."""
    for k in range(4):
        x = abs(d + 1.0 - k)
        if x < 1.0:
            w[k] = (
                (12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + (6 - 2 * b)
            ) / 6
        elif x < 2.0:
            w[k] = (
                (-b - 6 * c) * x * x * x
                + (6 * b + 30 * c) * x * x
                + (-12 * b - 48 * c) * x
                + (8 * b + 24 * c)
            ) / 6
        else:
            w[k] = 0.0


@compiled
def _taps(kind, position, low, high, black, index, w):  # type: ignore[no-untyped-def]
    """Sample numbers and weights along one axis; returns how many there are."""
    if kind <= BOX:
        index[0] = floor(position)
        if not black:
            index[0] = min(max(index[0], low), high - 1)
        w[0] = 1.0
        return 1
    first = floor(position - 0.5)
    count = 2 if kind <= CUBIC else 4
    base = first if count == 2 else first - 1
    for k in range(count):
        index[k] = base + k
        if not black:
            index[k] = min(max(index[k], low), high - 1)
    if not black:
        first = min(max(first, low), high - 1)
    # Measured from the clamped sample: beyond the picture d sticks to 0 or 1.
    d = min(max(position - 0.5 - first, 0.0), 1.0)
    if kind == BILINEAR:
        w[0] = 1.0 - d
        w[1] = d
    elif kind == CUBIC:
        s = d * d * (3.0 - 2.0 * d)
        w[0] = 1.0 - s
        w[1] = s
    elif kind == KEYS:
        _bc_weights(0.0, 0.5, d, w)
    elif kind == SIMON:
        _bc_weights(0.0, 0.75, d, w)
    elif kind == RIFMAN:
        _bc_weights(0.0, 1.0, d, w)
    elif kind == MITCHELL:
        _bc_weights(1.0 / 3.0, 1.0 / 3.0, d, w)
    elif kind == PARZEN:
        _bc_weights(1.0, 0.0, d, w)
    else:
        _bc_weights(1.5, -0.25, d, w)
    return count


@compiled
def _sample(kind, clamp, black, src, x0, y0, bounds, fx, fy, scratch, indices, out):  # type: ignore[no-untyped-def]
    """One filtered value at (fx, fy), no reduction. False when no sample lies in the picture."""
    fx = min(max(fx, -_FAR), _FAR)
    fy = min(max(fy, -_FAR), _FAR)
    wx = scratch[0]
    wy = scratch[1]
    ix = indices[0]
    iy = indices[1]
    nx = _taps(kind, fx, bounds[0], bounds[2], black, ix, wx)
    ny = _taps(kind, fy, bounds[1], bounds[3], black, iy, wy)
    height = src.shape[0]
    width = src.shape[1]
    inside = False
    for c in range(4):
        out[c] = 0.0
    limit = clamp and KEYS <= kind <= MITCHELL
    for j in range(ny):
        row = iy[j] - y0
        in_rows = bounds[1] <= iy[j] < bounds[3]
        for c in range(4):
            scratch[2, c] = 0.0
        for i in range(nx):
            if in_rows and bounds[0] <= ix[i] < bounds[2]:
                inside = True
                column = ix[i] - x0
                if 0 <= row < height and 0 <= column < width:
                    for c in range(4):
                        scratch[2, c] += wx[i] * src[row, column, c]
        if limit:
            # Clamping is per axis: within the two samples around the position.
            for c in range(4):
                a = 0.0
                b = 0.0
                if 0 <= row < height:
                    if 0 <= ix[1] - x0 < width:
                        a = src[row, ix[1] - x0, c]
                    if 0 <= ix[2] - x0 < width:
                        b = src[row, ix[2] - x0, c]
                scratch[2, c] = min(max(scratch[2, c], min(a, b)), max(a, b))
                scratch[3 + j, c] = scratch[2, c]
        for c in range(4):
            out[c] += wy[j] * scratch[2, c]
    if limit:
        for c in range(4):
            low = min(scratch[4, c], scratch[5, c])
            high = max(scratch[4, c], scratch[5, c])
            out[c] = min(max(out[c], low), high)
    return inside


@compiled
def _span(low, high, size, black):  # type: ignore[no-untyped-def]
    """First and last sample under [low, high], with the first's and the last's weight.

    Beyond the picture and not black, the edge sample also stands for what lies outside. When both
    ends lie beyond the same edge of a black surround, the edge sample counts whole, as in Natron.
    """
    first_weight = 1.0
    last_weight = 0.0
    if low < 0.0:
        first = 0
        if not black:
            first_weight -= low
    elif size <= low:
        first = size - 1
    else:
        first = floor(low)
        first_weight -= low - first
    if high < 0.0:
        last = 0
    elif size <= high:
        last = size - 1
        if not black:
            last_weight += high - size
    else:
        last = floor(high)
        last_weight -= last + 1 - high
    if last > first:
        last_weight += 1.0
    return first, last, first_weight, last_weight


@compiled
def _box(black, src, x0, y0, bounds, fx, fy, jxx, jxy, jyx, jyy, out):  # type: ignore[no-untyped-def]
    """Mean of the picture under the bounding box of the output pixel; False when it is empty."""
    half_x = 0.5 * (abs(jxx) + abs(jxy))
    half_y = 0.5 * (abs(jyx) + abs(jyy))
    if half_x <= 0.0 or half_y <= 0.0:
        return False
    left = min(max(fx - half_x - bounds[0], -_FAR), _FAR)
    right = min(max(fx + half_x - bounds[0], -_FAR), _FAR)
    bottom = min(max(fy - half_y - bounds[1], -_FAR), _FAR)
    top = min(max(fy + half_y - bounds[1], -_FAR), _FAR)
    x1, x2, wx1, wx2 = _span(left, right, bounds[2] - bounds[0], black)
    y1, y2, wy1, wy2 = _span(bottom, top, bounds[3] - bounds[1], black)
    for c in range(4):
        out[c] = 0.0
    if right <= left or top <= bottom:
        return True  # so far out that nothing is left of the pixel
    for y in range(y1, y2 + 1):
        wy = 1.0
        if y == y1:
            wy = wy1
        if y == y2:
            wy = wy2 if y2 > y1 else wy1 + wy2
        row = y + bounds[1] - y0
        if row < 0 or row >= src.shape[0]:
            continue
        for x in range(x1, x2 + 1):
            wx = 1.0
            if x == x1:
                wx = wx1
            if x == x2:
                wx = wx2 if x2 > x1 else wx1 + wx2
            column = x + bounds[0] - x0
            if 0 <= column < src.shape[1]:
                for c in range(4):
                    out[c] += wx * wy * src[row, column, c]
    area = (right - left) * (top - bottom)
    for c in range(4):
        out[c] /= area
    return True


@compiled
def _outside(x, y, bounds):  # type: ignore[no-untyped-def]
    return x < bounds[0] or bounds[2] <= x or y < bounds[1] or bounds[3] <= y


@compiled
def reduced(kind, clamp, black, src, x0, y0, bounds, fx, fy, jac, scratch, indices, part, out):  # type: ignore[no-untyped-def]
    """A value filtered for the size of the output pixel in the source.

    The centre goes through the chosen filter. Where a step of one output pixel is longer than
    √3 source pixels, 3, 9, 27 or 81 bilinear samples a direction are averaged with it.
    """
    jxx, jxy, jyx, jyy = jac[0], jac[1], jac[2], jac[3]
    flat = jxx == 0.0 and jxy == 0.0 and jyx == 0.0 and jyy == 0.0
    if (
        kind == BOX
        and not flat
        and _box(black, src, x0, y0, bounds, fx, fy, jxx, jxy, jyx, jyy, out)
    ):
        return
    inside = _sample(kind, clamp, black, src, x0, y0, bounds, fx, fy, scratch, indices, out)
    if flat or kind <= BOX:
        return
    if not inside:
        ax, ay = 0.5 * (jxx + jxy), 0.5 * (jyx + jyy)
        bx, by = 0.5 * (jxx - jxy), 0.5 * (jyx - jyy)
        if (
            _outside(fx - ax, fy - ay, bounds)
            and _outside(fx + ax, fy + ay, bounds)
            and _outside(fx + bx, fy + by, bounds)
            and _outside(fx - bx, fy - by, bounds)
        ):
            return
    dx = jxx * jxx + jyx * jyx
    dy = jxy * jxy + jyy * jyy
    if dx <= 1.0 and dy <= 1.0:
        return
    # No literals, for which numba would compile the samplers anew.
    bilinear = np.int64(BILINEAR)
    plain = kind < 0
    power_x = 0 if dx <= 1.0 else ceil(min(log(dx) / (2.0 * log(3.0)), 4.0) - 0.5)
    power_y = 0 if dy <= 1.0 else ceil(min(log(dy) / (2.0 * log(3.0)), 4.0) - 0.5)
    nx = 3**power_x
    ny = 3**power_y
    for j in range(-(ny // 2), ny // 2 + 1):
        for i in range(-(nx // 2), nx // 2 + 1):
            if i == 0 and j == 0:
                continue
            sx = fx + jxx * i / nx + jxy * j / ny
            sy = fy + jyx * i / nx + jyy * j / ny
            _sample(bilinear, plain, black, src, x0, y0, bounds, sx, sy, scratch, indices, part)
            for c in range(4):
                out[c] += part[c]
    for c in range(4):
        out[c] /= nx * ny


@compiled
def pulled(kind, clamp, black, far, src, x0, y0, bounds, m, x, y, jac, scratch, indices, part, out):  # type: ignore[no-untyped-def]
    """Output pixel (x, y) under m (output → source); beyond the picture a point, unless `far`."""
    px = x + 0.5
    py = y + 0.5
    tx = m[0, 0] * px + m[0, 1] * py + m[0, 2]
    ty = m[1, 0] * px + m[1, 1] * py + m[1, 2]
    tz = m[2, 0] * px + m[2, 1] * py + m[2, 2]
    if not tz > 0.0:
        # At infinity or behind the eye.
        for c in range(4):
            out[c] = 0.0
        return
    fx = tx / tz
    fy = ty / tz
    near_x = bounds[0] <= fx + 0.5 and fx - 0.5 < bounds[2]
    near_y = bounds[1] <= fy + 0.5 and fy - 0.5 < bounds[3]
    if far:
        near_x = True
        near_y = True
    elif black and not (near_x and near_y):
        near_x = False
        near_y = False
    jac[0] = (m[0, 0] * tz - tx * m[2, 0]) / (tz * tz) if near_x else 0.0
    jac[1] = (m[0, 1] * tz - tx * m[2, 1]) / (tz * tz) if near_x else 0.0
    jac[2] = (m[1, 0] * tz - ty * m[2, 0]) / (tz * tz) if near_y else 0.0
    jac[3] = (m[1, 1] * tz - ty * m[2, 1]) / (tz * tz) if near_y else 0.0
    reduced(kind, clamp, black, src, x0, y0, bounds, fx, fy, jac, scratch, indices, part, out)


@watched
@compiled
def resample_rows(kind, clamp, black, far, src, x0, y0, bounds, m, dst, ox, oy):  # type: ignore[no-untyped-def]
    """Fill `dst`, whose lower left pixel is (ox, oy), from `src` at (x0, y0) under one matrix."""
    scratch = np.zeros((7, 4), np.float64)
    indices = np.zeros((2, 4), np.int64)
    jac = np.zeros(4, np.float64)
    part = np.zeros(4, np.float64)
    out = np.zeros(4, np.float64)
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            pulled(
                kind, clamp, black, far, src, x0, y0, bounds, m, x + ox, y + oy,
                jac, scratch, indices, part, out,
            )  # fmt: skip
            for c in range(4):
                dst[y, x, c] = out[c]


@compiled
def _hash(a):  # type: ignore[no-untyped-def]
    """Integer hash of Wang, on 32 bits."""
    a &= 0xFFFFFFFF
    a = (a ^ 61) ^ (a >> 16)
    a = (a + (a << 3)) & 0xFFFFFFFF
    a = a ^ (a >> 4)
    a = (a * 0x27D4EB2D) & 0xFFFFFFFF
    return a ^ (a >> 15)


@compiled
def _van_der_corput(n):  # type: ignore[no-untyped-def]
    """The n-th term of the base 2 van der Corput sequence, n of 32 bits."""
    r = 0.0
    step = 0.5
    while n:
        if n & 1:
            r += step
        step *= 0.5
        n >>= 1
    return r


@watched
@compiled
def blur_rows(  # type: ignore[no-untyped-def]
    kind, clamp, black, quality, channels, weights, src, x0, y0, bounds, matrices, dst, ox, oy
):
    """As `resample_rows`, averaged over matrices drawn at random until the mean is steady.

    At least a third of `40 × quality` samples (13 or more), spread evenly; then more, up to
    `40 × quality`, while the variance of one of the first `channels` says so. The draw is fixed by
    pixel and quality. With `weights`, one a matrix, the mean is weighted and the variance is the
    biased one, as in Natron's directional blur; none: `weights` is empty.
    """
    scratch = np.zeros((7, 4), np.float64)
    indices = np.zeros((2, 4), np.int64)
    jac = np.zeros(4, np.float64)
    part = np.zeros(4, np.float64)
    out = np.zeros(4, np.float64)
    total = np.zeros(4, np.float64)
    squares = np.zeros(4, np.float64)
    most = int(quality * 40)
    least = max(13, most // 3)
    error = (quality / 1000.0) ** 2
    number = matrices.shape[0]
    weighted = weights.shape[0] > 0
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            total[:] = 0.0
            squares[:] = 0.0
            weight = 0.0
            seed = _hash(_hash(x + ox + int(0x10000 * quality)) + y + oy)
            sample = 0
            wanted = least
            while sample < wanted:
                while sample < wanted:
                    draw = _van_der_corput(seed)
                    t = int((sample + draw) * number / least if sample < least else draw * number)
                    pulled(
                        kind, clamp, black, False, src, x0, y0, bounds, matrices[t], x + ox, y + oy,
                        jac, scratch, indices, part, out,
                    )  # fmt: skip
                    share = weights[t] if weighted else 1.0
                    weight += share
                    for c in range(4):
                        value = np.float32(out[c])
                        total[c] += value * share
                        squares[c] += np.float32(value * value) * share
                    sample += 1
                    seed = (seed + 1) & 0xFFFFFFFF
                for c in range(channels):
                    if weight <= 0.0 or wanted >= most:
                        continue
                    mean = total[c] / weight
                    if weighted:
                        variance = squares[c] / weight - mean * mean
                    else:
                        variance = (squares[c] - mean * mean * sample) / (sample - 1)
                    # Natron casts to a 32-bit integer, which wraps to its minimum.
                    need = variance / error
                    count = int(need) if -2.0e9 < need < 2.0e9 else _INT_MIN
                    wanted = max(wanted, min(count, most))
            for c in range(4):
                dst[y, x, c] = total[c] / weight if weight > 0.0 else 0.0
