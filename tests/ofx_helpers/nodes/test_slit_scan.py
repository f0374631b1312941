import numpy as np
import pytest

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.scene import Scene
from ofx_helpers.nodes import collect
from tests.golden.still_media import MemoryMedia, gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

FRAMES = [gradient(6, 5, 4, seed=seed) for seed in range(12)]
MAP = gradient(6, 5, 4, seed=40)
IMAGES = {f"{index}.png": frame for index, frame in enumerate(FRAMES)} | {"map.png": MAP}
CLOCK = Curve((Key(0, 0, Interpolation.LINEAR, 1, 1), Key(20, 20, Interpolation.LINEAR, 1, 1)))


def scanned(inputs: dict[str, str] | None = None, time: float = 6.0, **params: object):
    reads = [read(f"R{index}", f"{index}.png") for index in range(len(FRAMES))]
    film = node("F", "switchPlugin", {str(i): f"R{i}" for i in range(len(FRAMES))}, which=CLOCK)
    joined = {"Source": "F"} | (inputs or {})
    made = graph(
        *reads,
        film,
        read("M", "map.png"),
        node("Bright", "ConstantPlugin", color=(1.0, 1.0, 1.0, 4.0)),
        node("N", "SlitScan", joined, **params),
        size=(6, 5),
    )
    return render(made, "N", IMAGES, time=time).pixels


def test_each_row_has_its_own_frame_from_now_below_to_the_gain_above() -> None:
    got = scanned(retimeGain=-4.0)
    for row in range(5):
        np.testing.assert_array_equal(got[row], linear(FRAMES[6 - row])[row])


def test_a_vertical_slit_does_so_by_columns_and_halves_go_up() -> None:
    # Columns lie 0.7 frames apart, from 1.5 frames ahead.
    got = scanned(retimeFunction="verticalslit", retimeGain=3.5, retimeOffset=1.5)
    for column, frame in enumerate((8, 8, 9, 10, 10, 11)):
        np.testing.assert_array_equal(got[:, column], linear(FRAMES[frame])[:, column])


def test_between_frames_both_are_blended() -> None:
    got = scanned(retimeGain=1.0, retimeOffset=3.0, retimeAbsolute=True, filter="linear")
    for row in range(5):
        part = row / 4
        wanted = linear(FRAMES[3])[row] * (1 - part) + linear(FRAMES[4])[row] * part
        np.testing.assert_allclose(got[row], wanted, atol=1e-6)


@pytest.mark.parametrize(("chosen", "channel"), [("Color.R", 0), ("Color.A", 3), (2, 1)])
def test_a_map_gives_each_pixel_its_time_by_one_channel(chosen, channel) -> None:
    got = scanned(
        {"Retime Map": "M"},
        retimeFunction="retimemap",
        retimeGain=-5.0,
        inputChannel_Retime_Map=chosen,
    )
    # 0.5 is added before rounding down.
    at = np.floor(6.5 - 5.0 * linear(MAP)[..., channel].astype(float)).astype(int)
    film = np.stack([linear(frame) for frame in FRAMES])
    np.testing.assert_array_equal(got, np.take_along_axis(film, at[None, ..., None], 0)[0])


def test_without_the_map_that_it_asks_for_all_is_of_one_time() -> None:
    got = scanned(retimeFunction="retimemap", retimeOffset=-2.0)
    np.testing.assert_array_equal(got, linear(FRAMES[4]))
    blended = scanned(retimeFunction="retimemap", retimeOffset=-2.25, filter="linear")
    wanted = linear(FRAMES[3]) * 0.25 + linear(FRAMES[4]) * 0.75
    np.testing.assert_allclose(blended, wanted, atol=1e-6)


def test_a_map_may_reach_beyond_the_range_with_values_to_1_and_no_further() -> None:
    options = {"retimeFunction": "retimemap", "frameRange": (0, 1), "filter": "linear"}
    got = scanned({"Retime Map": "M"}, retimeGain=-3.0, **options)
    at = 6 - 3 * linear(MAP)[..., 3].astype(float)
    film = np.stack([linear(frame) for frame in FRAMES]).astype(float)
    low, part = np.floor(at).astype(int), (at % 1)[..., None]
    lower, upper = (
        np.take_along_axis(film, frame[None, ..., None], 0)[0] for frame in (low, low + 1)
    )
    np.testing.assert_allclose(got, lower * (1 - part) + upper * part, atol=1e-5)
    with pytest.raises(
        RenderError, match=r"N's Retime Map asks for frames 18 to 18, and has 6 to 9"
    ):
        scanned({"Retime Map": "Bright"}, retimeGain=3.0, **options)


@pytest.mark.parametrize(("slit", "gain"), [("horizontalslit", 4.0), ("verticalslit", -5.0)])
def test_of_each_frame_only_the_slit_is_asked_for(slit: str, gain: float) -> None:
    """A line a frame is what the node is for, and whole pictures would fill the memory."""
    made = graph(
        read("M", "map.png"),
        node("N", "SlitScan", {"Source": "M"}, retimeFunction=slit, retimeGain=gain),
        size=(6, 5),
    )
    kind = collect()["net.sf.openfx.SlitScan"]
    context = Scene(made, collect().get, MemoryMedia(IMAGES)).context("N", 6.0)
    wants = kind.wants(context, Window(0, 0, 6, 5))
    count = 5 if slit == "horizontalslit" else 6
    assert len({want.time for want in wants}) == len(wants) == count
    assert all(want.window.width * want.window.height == 30 // count for want in wants)
