"""The two walks of Inpaint, compiled: patches copied one after another, and their blending.

Sums are in single precision and in CImg's order: which patch is the best hangs on the last bit.
"""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled

ZERO = np.float32(0)
_TRIES = 4
"""How often no patch is found before the search is widened; after the third time, less strictly."""


@compiled
def _inside(at: int, size: int) -> int:
    return min(max(at, 0), size - 1)


@compiled
def _slope(known: Any, y: int, x: int) -> Any:
    """The direction across the hole's edge: where the mask of what is known, smoothed, rises."""
    h, w = known.shape
    around = np.zeros((3, 3), np.int64)
    for row in range(3):
        for column in range(3):
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    weight = (2 - abs(dy)) * (2 - abs(dx))
                    there = known[_inside(y + row - 1 + dy, h), _inside(x + column - 1 + dx, w)]
                    around[row, column] += weight * there
    half, sixteen = np.float32(0.5), np.float32(16)
    across = half * (np.float32(around[1, 2]) / sixteen - np.float32(around[1, 0]) / sixteen)
    up = half * (np.float32(around[2, 1]) / sixteen - np.float32(around[0, 1]) / sixteen)
    length = np.sqrt(np.float32(1e-8) + across * across + up * up)
    return across / length, up / length


@compiled
def _confidence(known: Any, trust: Any, y: int, x: int, before: int, patch: int) -> Any:
    """How much of the patch is known, and how surely; all beyond the box is."""
    h, w = known.shape
    total = ZERO
    for row in range(y - before, y - before + patch):
        for column in range(x - before, x - before + patch):
            if row < 0 or row >= h or column < 0 or column >= w:
                total += np.float32(1)
            elif known[row, column]:
                total += trust[row, column]
    return total / np.float32(patch * patch)


@compiled
def _larger(ahead: Any, behind: Any) -> Any:
    return ahead if abs(ahead) > abs(behind) else behind


@compiled
def _structure(
    planes: Any, known: Any, weights: Any, y: int, x: int, oy: int, ox: int, before: int
) -> Any:
    """How strongly lines run into the hole: the patch's structure tensor along its edge."""
    bands, height, width = planes.shape
    h, w = known.shape
    patch = weights.shape[0]
    there = np.ones((patch, patch), np.bool_)
    values = np.empty((patch, patch), np.float32)
    for row in range(patch):
        for column in range(patch):
            at_y, at_x = y - before + row, x - before + column
            if 0 <= at_y < h and 0 <= at_x < w:
                there[row, column] = known[at_y, at_x]
    xx, xy, yy = ZERO, ZERO, ZERO
    last = patch - 1
    for band in range(bands):
        for row in range(patch):
            for column in range(patch):
                values[row, column] = planes[
                    band,
                    _inside(oy + y - before + row, height),
                    _inside(ox + x - before + column, width),
                ]
        for row in range(patch):
            below, above = max(row - 1, 0), min(row + 1, last)
            for column in range(patch):
                if not there[row, column]:
                    continue
                left, right = max(column - 1, 0), min(column + 1, last)
                here = values[row, column]
                ahead = values[row, right] - here if there[row, right] else ZERO
                behind = here - values[row, left] if there[row, left] else ZERO
                ix = _larger(ahead, behind)
                ahead = values[above, column] - here if there[above, column] else ZERO
                behind = here - values[below, column] if there[below, column] else ZERO
                iy = _larger(ahead, behind)
                weight = weights[row, column]
                xx += weight * ix * ix
                xy += weight * ix * iy
                yy += weight * iy * iy
    nx, ny = _slope(known, y, x)
    ux, uy = xx * -ny + xy * nx, xy * -ny + yy * nx
    return np.sqrt(ux * ux + uy * uy)


@compiled
def _most_urgent(
    planes: Any, known: Any, trust: Any, urgency: Any, weights: Any, oy: int, ox: int, before: int
) -> Any:
    """The place on the hole's edge to fill next, y and x in the box; -1 where there is no edge."""
    h, w = known.shape
    patch = weights.shape[0]
    best, best_y, best_x = np.float32(-1), -1, -1
    for y in range(h):
        for x in range(w):
            if known[y, x]:
                continue
            beside = known[max(y - 1, 0), x] or known[min(y + 1, h - 1), x]
            if not (beside or known[y, max(x - 1, 0)] or known[y, min(x + 1, w - 1)]):
                continue
            if not urgency[0, y, x] >= 0:
                urgency[0, y, x] = _confidence(known, trust, y, x, before, patch)
                urgency[1, y, x] = _structure(planes, known, weights, y, x, oy, ox, before)
            priority = urgency[0, y, x] * urgency[1, y, x]
            if priority > best:
                best, best_y, best_x = priority, y, x
    return best_y, best_x


@compiled
def _whole(known: Any, y: int, x: int, before: int, patch: int) -> bool:
    """Whether a patch lies in the box and has no pixel that is unknown by now."""
    h, w = known.shape
    if y - before < 0 or x - before < 0 or y - before + patch > h or x - before + patch > w:
        return False
    for row in range(y - before, y - before + patch):
        for column in range(x - before, x - before + patch):
            if not known[row, column]:
                return False
    return True


@compiled
def _difference(
    planes: Any, known: Any, corner: Any, y: int, x: int, oy: int, ox: int, patch: int, limit: Any
) -> Any:
    """The squared differences of two patches by their corners where the second is known.

    At least `limit` where it is reached: then the rest is not looked at.
    """
    h, w = known.shape
    total = ZERO
    for row in range(patch):
        at_y = y + row - oy
        if at_y < 0 or at_y >= h:
            continue
        for column in range(patch):
            at_x = x + column - ox
            if at_x < 0 or at_x >= w or not known[at_y, at_x]:
                continue
            for band in range(planes.shape[0]):
                step = planes[band, corner[0] + row, corner[1] + column]
                step = step - planes[band, y + row, x + column]
                total += step * step
            if total >= limit:
                return total
    return total


@compiled
def copy_patches(
    planes: Any, usable: Any, known: Any, oy: int, ox: int, weights: Any, lookup: int, factor: Any
) -> Any:
    """Fill the hole of `planes` (bands, h, w) float32 in place, patch by patch.

    `usable` (h, w) says around which pixels the patch has no hole at first, `known` (rows, columns)
    what is no hole within the box at (oy, ox), and is changed too; `weights` (patch, patch) are
    those of the structure. Returns source x, y and target x, y of each copied patch, in order, and
    whether the hole could be filled.
    """
    _, height, width = planes.shape
    h, w = known.shape
    patch = weights.shape[0]
    after = patch // 2
    before = patch - after - 1
    most = int((~known).sum())
    copies = np.zeros((most, 4), np.int64)
    candidates = np.zeros((most + 1, 2), np.int64)
    trust = known.astype(np.float32)
    urgency = np.full((2, h, w), np.float32(-1))
    visited = np.zeros((height, width), np.int64)
    count, fails, widened, targets = 0, 0, 0, 0
    reach, strict = lookup, True
    while True:
        y, x = _most_urgent(planes, known, trust, urgency, weights, oy, ox, before)
        if y < 0:
            return copies[:count], True
        sure = urgency[0, y, x]
        target_y, target_x = y + oy, x + ox
        sources = 0
        for index in range(count):
            off_x, off_y = target_x - copies[index, 2], target_y - copies[index, 3]
            if abs(off_x) <= patch and abs(off_y) <= patch:
                candidates[sources, 0] = copies[index, 0] + off_x
                candidates[sources, 1] = copies[index, 1] + off_y
                sources += 1
        candidates[sources, 0], candidates[sources, 1] = target_x, target_y
        sources += 1
        size = reach
        if sources > 1:
            share = np.float32(reach) * factor / np.sqrt(np.float32(sources))
            size = int(np.ceil(share))
            size += 1 - size % 2
        ahead = size // 2
        behind = size - ahead - 1
        targets += 1
        best, best_y, best_x = np.float32(np.finfo(np.float32).max), -1, -1
        for index in range(sources):
            middle_x, middle_y = candidates[index]
            for at_y in range(
                max(before, middle_y - behind), min(height - 1 - after, middle_y + ahead) + 1
            ):
                for at_x in range(
                    max(before, middle_x - behind), min(width - 1 - after, middle_x + ahead) + 1
                ):
                    if visited[at_y, at_x] == targets:
                        continue
                    visited[at_y, at_x] = targets
                    if strict:
                        allowed = usable[at_y, at_x]
                    else:
                        allowed = _whole(known, at_y - oy, at_x - ox, before, patch)
                    if not allowed:
                        continue
                    corner = (at_y - before, at_x - before)
                    off = _difference(
                        planes,
                        known,
                        corner,
                        target_y - before,
                        target_x - before,
                        oy,
                        ox,
                        patch,
                        best,
                    )
                    if off < best:
                        best, best_y, best_x = off, at_y, at_x
        if best_x < 0:
            urgency[0, y, x] /= np.float32(10)
            fails += 1
            if fails >= _TRIES:
                fails = 0
                reach += reach // 2
                widened += 1
                if widened >= 3:
                    if not strict:
                        return copies[:count], False
                    strict, reach, widened = False, lookup, 0
            continue
        reach, widened, fails = lookup, 0, 0
        for row in range(-before, after + 1):
            for column in range(-before, after + 1):
                at_y, at_x = y + row, x + column
                if 0 <= at_y < h and 0 <= at_x < w and not known[at_y, at_x]:
                    for band in range(planes.shape[0]):
                        value = planes[band, best_y + row, best_x + column]
                        planes[band, target_y + row, target_x + column] = value
                    trust[at_y, at_x] = sure
                    known[at_y, at_x] = True
        low_y, low_x = max(y - patch, 0), max(x - patch, 0)
        urgency[0, low_y : y + 3 * after // 2 + 1, low_x : x + 3 * after // 2 + 1] = -1
        copies[count, 0], copies[count, 1] = best_x, best_y
        copies[count, 2], copies[count, 3] = target_x, target_y
        count += 1


@compiled
def add_patches(
    planes: Any, copies: Any, weights: Any, oy: int, ox: int, total: Any, share: Any
) -> None:
    """Add each copied patch, at the size of `weights`, to `total` (bands, rows, columns) by weight.

    The weights are added to `share` (rows, columns). Both are a box at (oy, ox) of the picture.
    """
    bands, height, width = planes.shape
    rows, columns = share.shape
    size = weights.shape[0]
    after = size // 2
    before = size - after - 1
    for index in range(copies.shape[0]):
        source_x, source_y, target_x, target_y = copies[index]
        for row in range(-before, after + 1):
            from_y, to_y = source_y + row, target_y + row - oy
            if from_y < 0 or from_y >= height or to_y < 0 or to_y >= rows:
                continue
            for column in range(-before, after + 1):
                from_x, to_x = source_x + column, target_x + column - ox
                if from_x < 0 or from_x >= width or to_x < 0 or to_x >= columns:
                    continue
                weight = weights[before + row, before + column]
                for band in range(bands):
                    total[band, to_y, to_x] += weight * planes[band, from_y, from_x]
                share[to_y, to_x] += weight
