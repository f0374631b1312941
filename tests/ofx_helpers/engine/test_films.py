"""A Write of a video: every frame in order in one file, which appears whole or not at all."""

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.film import film_options
from ofx_helpers.engine.graph import Graph
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.render import render
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.engine_video import EngineVideo
from ofx_helpers.media.images import write_image
from ofx_helpers.media.probe import probe
from ofx_helpers.nodes import collect
from tests.ofx_helpers.engine.graphs import READ, WRITE, graph, node

COUNT = 12


def project(folder: Path, name: str, **params: Any) -> Graph:
    """Twelve greys, each brighter than the one before, into one file."""
    for frame in range(1, COUNT + 1):
        grey = np.full((32, 48, 3), 18 * frame, np.uint8)
        write_image(folder / f"in.{frame:04d}.png", grey)
    return graph(
        node("Read1", READ, filename=str(folder / "in.####.png"), ocioInputSpace="nuke_rec709"),
        node("Write1", WRITE, {"Source": "Read1"}, filename=str(folder / name), **params),
        size=(48, 32),
        last=COUNT,
    )


class Uneven(EngineMedia):
    """Early frames take longest, so that threads finish them in the wrong order."""

    def read(self, path: Path, frame: int, layer: str = "") -> Any:
        number = int(path.stem[-4:])
        if number % 3 == 1:
            time.sleep(0.05)
        if self.broken == number:
            raise RenderError("broken")
        return super().read(path, frame, layer)

    broken = 0


def run(made: Graph, media: EngineMedia, **options: Any) -> list[int]:
    return [
        item.frame
        for item in render(made, resolve=collect().get, media=media, threads=4, **options)
    ]


@pytest.mark.parametrize(
    ("name", "codec", "wrote"),
    [
        ("a.mp4", "", "h264"),
        ("a.mkv", "libx264", "h264"),
        ("a.mov", "", "prores"),
        ("a.mov", "prores_ksapcn", "prores"),
        ("a.mov", "png", "png"),
        ("a.mov", "mjpeg", "mjpeg"),
        ("a.avi", "", "mpeg4"),
        ("a.mov", "dnxhd", "dnxhd"),
    ],
)
def test_all_frames_are_in_the_file_in_order(
    tmp_path: Path, name: str, codec: str, wrote: str
) -> None:
    params = {"codecShortName": codec} if codec else {}
    if codec == "dnxhd":
        params["DNxHDCodecProfile"] = "dnxhrhq"
    made = project(tmp_path, name, fps=25.0, **params)
    if codec == "dnxhd":
        # The codec knows no smaller pictures; the grey lies in the corner.
        made = graph(*made.nodes.values(), size=(256, 128), last=COUNT)
    assert sorted(run(made, Uneven())) == list(range(1, COUNT + 1))
    facts = probe(tmp_path / name)
    assert (facts.codec, facts.frames, facts.fps) == (wrote, COUNT, Fraction(25))
    video = EngineVideo(tmp_path / name)
    scale = 65535 if video.dtype == np.uint16 else 255
    for index in range(COUNT):
        grey = video.frame(index)[-8, 8, 1] / scale * 255
        assert abs(float(grey) - 18 * (index + 1)) < 3, index
    assert not list(tmp_path.glob(".*"))


def test_an_error_in_one_frame_leaves_no_file_and_ends(tmp_path: Path) -> None:
    media = Uneven()
    media.broken = 4
    with pytest.raises(RenderError, match="broken"):
        run(project(tmp_path, "a.mp4"), media)
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".png"]


def test_a_render_that_is_given_up_leaves_no_file(tmp_path: Path) -> None:
    going = render(
        project(tmp_path, "a.mp4"), resolve=collect().get, media=EngineMedia(), threads=2
    )
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".png"]


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    colour = np.zeros((32, 48, 3), np.uint8)
    colour[:] = (200, 60, 30)
    write_image(tmp_path / "in.0001.png", colour)
    read = node("R", READ, filename=str(tmp_path / "in.####.png"), ocioInputSpace="nuke_rec709")
    for name in ("a.mp4", "b.mov", "c.avi"):
        write = node("W", WRITE, {"Source": "R"}, filename=str(tmp_path / name))
        run(graph(read, write, size=(48, 32)), EngineMedia())
        video = EngineVideo(tmp_path / name)
        got = video.frame(0)[8, 8] / (257 if video.dtype == np.uint16 else 1)
        assert np.allclose(got, (200, 60, 30), atol=5), (name, got)


def options(name: str = "a.mov", **params: Any) -> Any:
    made = node("W", WRITE, **params)
    return film_options(Params(made, 1.0, {}), Path(name), 24.0)


def test_older_labels_are_understood() -> None:
    made = options(
        "a.mp4", format="MP4 (MPEG-4 Part 14) [mp4]", codec="m2v1\tMPEG-2 Video [mpeg2video]"
    )
    assert (made.container, made.encoder, made.fps) == ("mp4", "mpeg2video", 24)


def test_quality_and_speed_reach_the_encoder() -> None:
    made = options("a.mp4", crf="Perceptually Lossless", x26xSpeed="Very Fast")
    assert made.options == {"preset": "veryfast", "crf": "17"}


def test_an_unknown_codec_names_those_that_are_near() -> None:
    with pytest.raises(RenderError, match=r"W writes the codec libx26, .*libx264"):
        options(codecShortName="libx26")


def test_without_a_scale_the_rate_is_ffmpegs_own_on_one_thread() -> None:
    assert options("a.mov", codecShortName="mjpeg").options == {"threads": "1"}
    assert options("a.mov", codecShortName="mjpeg", qscale=3.0).options == {"q:v": "3"}


def test_key_frames_lie_as_far_apart_as_the_writer_says() -> None:
    made = options("a.mp4", codecShortName="mpeg2video", gopSize=12, bFrames=0).options
    assert (made["g"], made["bf"]) == ("12", "0")
    alone = options("a.mp4", codecShortName="mpeg2video", bFrames=0).options
    assert (alone["g"], alone["bf"]) == ("1", "0")
    assert "g" not in options("a.mp4", codecShortName="mpeg2video").options


def test_tiff_and_jpeg_2000_take_the_pixels_that_are_preferred() -> None:
    assert options("a.mov", codecShortName="tiff").pixel_format == "yuv422p"
    chosen = options("a.mov", codecShortName="jpeg2000", prefPixelCoding="yuv444")
    assert chosen.pixel_format == "yuv444p"
