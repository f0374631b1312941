"""Templates filled, rendered by the embedded engine and read back."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from driver.demo.pair import Pair, truth
from driver.project.document import read
from driver.project.template import fill, load_template
from driver.render.graph import graph_of
from ofx_helpers.engine.render import render
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.nodes import collect

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
WIDTH, HEIGHT = 160, 90


@cache
def film_frames(count: int = 3) -> tuple[Bytes, ...]:
    """Frames of the demo's film, (90, 160, 3) RGB."""
    frames = islice(truth(Pair(first=60)), count)
    return tuple(cv2.resize(frame, (WIDTH, HEIGHT), None, 0, 0, cv2.INTER_AREA) for frame in frames)


def save(folder: Path, name: str, frames: Iterable[NDArray[np.uint8]]) -> Path:
    """Frames as `name.####.png` from 1 on; the pattern."""
    for index, pixels in enumerate(frames, 1):
        Image.fromarray(pixels).save(folder / f"{name}.{index:04}.png")
    return folder / f"{name}.####.png"


def rendered(
    name: str, folder: Path, frames: Sequence[int] = (1,), **values: object
) -> dict[int, Bytes]:
    """The frames of a template's result; the size is the film's unless given."""
    given = {"canvas_width": WIDTH, "canvas_height": HEIGHT, "first": 1, "last": max(frames)}
    path = folder / f"{name}.ntp"
    fill(load_template(name), given | values, path).write(path)
    graph = graph_of(read(path))
    done = render(
        graph, ["Write1"], list(frames), resolve=collect().get, media=EngineMedia(), threads=1
    )
    return {file.frame: np.asarray(Image.open(file.path)) for file in done}


def linear(pixels: NDArray[np.uint8]) -> Floats:
    """IEC 61966-2-1, 0 to 1."""
    x = pixels / 255.0
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def srgb(light: Floats) -> Floats:
    """IEC 61966-2-1, 0 to 255, not rounded."""
    x = np.clip(light, 0, 1)
    return np.asarray(255 * np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055))
