import numpy as np
import pytest

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

CLOCK = Curve((Key(0, 0, Interpolation.LINEAR, 1, 1), Key(9, 9, Interpolation.LINEAR, 1, 1)))


def film(width: int, height: int, smooth: bool = False):
    """Three frames; smooth ones hold a slanted edge that moves to the right."""
    if not smooth:
        return [gradient(width, height, 4, seed=seed) for seed in range(3)]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    frames = [np.clip(40 * (x - 0.7 * y - 2 * step), 0, 255) for step in range(3)]
    return [np.repeat(frame[..., None], 4, axis=2).astype(np.uint8) for frame in frames]


def deinterlaced(frames, **params: object):
    images = {f"{index}.png": frame for index, frame in enumerate(frames)}
    reads = [read(f"R{index}", name) for index, name in enumerate(images)]
    film = node("F", "switchPlugin", {str(i): f"R{i}" for i in range(len(reads))}, which=CLOCK)
    made = graph(*reads, film, node("N", "Deinterlace", {"Source": "F"}, **params))
    return render(made, "N", images, time=1.0).pixels


def yadif(frames, y: int, x: int, c: int, past: bool, spatial: bool) -> float:
    """One value of Yadif, as Niedermayer describes it, pixel by pixel."""
    before, now, after = (linear(frame)[..., c].astype(float) for frame in frames)
    height, width = now.shape
    low = y - 1 if y > 0 else 1
    high = y + 1 if y < height - 1 else height - 2
    one, two = (before, now) if past else (now, after)
    guess, best = (now[low, x] + now[high, x]) / 2, None
    if 3 <= x < width - 3:

        def unlike(step: int) -> float:
            return sum(abs(now[low, x + k + step] - now[high, x + k - step]) for k in (-1, 0, 1))

        best = unlike(0)
        for side in (-1, 1):
            for step in (side, 2 * side):
                if unlike(step) >= best:
                    break
                best, guess = unlike(step), (now[low, x + step] + now[high, x - step]) / 2
    middle = (one[y, x] + two[y, x]) / 2

    def change(other) -> float:
        return (abs(other[low, x] - now[low, x]) + abs(other[high, x] - now[high, x])) / 2

    room = max(abs(one[y, x] - two[y, x]) / 2, change(before), change(after))
    if spatial:
        far_low, far_high = 2 * low - y, 2 * high - y
        b = (one[far_low, x] + two[far_low, x]) / 2 - now[low, x]
        f = (one[far_high, x] + two[far_high, x]) / 2 - now[high, x]
        up, down = middle - now[high, x], middle - now[low, x]
        room = max(room, min(up, down, max(b, f)), -max(up, down, min(b, f)))
    return min(max(guess, middle - room), middle + room)


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("parity", ["lower", "upper"])
@pytest.mark.parametrize("order", ["lower", "upper"])
@pytest.mark.parametrize("mode", ["yadif", "mean"])
def test_every_other_row_is_made_of_its_neighbours_in_space_and_time(
    smooth, parity, order, mode
) -> None:
    frames = film(13, 10, smooth)
    got = deinterlaced(frames, parity=parity, fieldOrder=order, mode=mode)
    kept = 1 if parity == "upper" else 0
    np.testing.assert_array_equal(got[kept::2], linear(frames[1])[kept::2])
    past = (parity == "upper") != (order == "upper")
    for y in range(1 - kept, 10, 2):
        spatial = mode == "yadif" and y not in (1, 8)
        wanted = [[yadif(frames, y, x, c, past, spatial) for c in range(4)] for x in range(13)]
        np.testing.assert_allclose(got[y], wanted, atol=1e-6)


def test_the_field_order_of_a_wide_picture_is_the_upper_one_by_itself() -> None:
    wide, narrow = film(1030, 6), film(16, 6)
    np.testing.assert_array_equal(deinterlaced(wide), deinterlaced(wide, fieldOrder="upper"))
    np.testing.assert_array_equal(deinterlaced(narrow), deinterlaced(narrow, fieldOrder="lower"))
    assert (deinterlaced(wide) != deinterlaced(wide, fieldOrder="lower")).any()


def test_a_picture_of_two_rows_or_columns_is_left_as_it_is() -> None:
    for size in ((2, 8), (8, 2)):
        frames = film(*size)
        np.testing.assert_array_equal(deinterlaced(frames), linear(frames[1]))
