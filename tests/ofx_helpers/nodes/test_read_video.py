"""Read of a video: its first frame is 1, its colours Rec.709's, its size the coded one."""

from pathlib import Path

import numpy as np

from ofx_helpers.media.engine_media import EngineMedia
from tests.ofx_helpers.engine.graphs import READ, graph, node, render
from tests.ofx_helpers.media.test_engine_video import clip


def test_the_first_frame_is_1_and_its_curve_rec_709(tmp_path: Path) -> None:
    grey = [(16 + 219 * step // 4, 128, 128) for step in (0, 1, 2, 3, 4)]
    path = clip(tmp_path / "a.mkv", grey)
    made = graph(node("Read1", READ, filename=str(path)), size=(64, 32), last=5)
    media = EngineMedia()
    for time, code in enumerate(grey, 1):
        level = round((code[0] - 16) * 255 / 219) / 255
        linear = level / 4.5 if level < 0.081 else ((level + 0.099) / 1.099) ** (1 / 0.45)
        frame = render(made, "Read1", media=media, time=float(time))
        assert np.allclose(frame.pixels[..., :3], linear, atol=2e-3), time
        assert (frame.pixels[..., 3] == 1).all()


def test_it_holds_its_first_and_last_frame(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mkv", [(60, 128, 128), (180, 128, 128)])
    read = node("Read1", READ, filename=str(path))
    made = graph(read, size=(64, 32), last=5)
    levels = [
        float(render(made, "Read1", media=EngineMedia(), time=time).pixels[0, 0, 0])
        for time in (-3.0, 1.0, 2.0, 9.0)
    ]
    assert levels[0] == levels[1] < levels[2] == levels[3]
