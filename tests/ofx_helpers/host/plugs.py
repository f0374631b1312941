"""Our test plug-ins in this process: described, made, rendered, in few words."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host import bundle
from ofx_helpers.host.effect import LocalEffect
from ofx_helpers.host.types import Clip, Description, Project
from tests.ofx_plugins import build

FORMAT = Window(0, 0, 16, 12)
Source = Callable[[str, float], Frame]


@lru_cache(maxsize=1)
def descriptions() -> dict[str, Description]:
    """Every test plug-in by its identifier without `memecomp.test.`, and our own."""
    made = {}
    for binary in bundle.binaries([build.folder()]):
        found, failed = bundle.describe(binary)
        assert not failed
        made |= {item.identifier.removeprefix("memecomp.test."): item for item in found}
    return made


def noise(name: str, time: float, window: Window = FORMAT) -> Frame:
    """An input's picture: other values for each input and frame."""
    seed = [sum(name.encode()), int(time) + 100]
    values = np.random.default_rng(seed).random((window.height, window.width, 4), np.float32)
    return Frame(values, window)


def pixels(name: str = "Source", time: float = 5.0) -> NDArray[np.float32]:
    return noise(name, time).pixels


@contextmanager
def effect(
    name: str,
    inputs: Sequence[str] = ("Source",),
    *,
    region: Window = FORMAT,
    components: str = "RGBA",
    premultiplication: Any = "premultiplied",
    **params: Any,
) -> Iterator[LocalEffect]:
    """An instance with its inputs connected and parameters set; values are tuples or single."""
    made = LocalEffect(descriptions()[name], Project(format=FORMAT, first=1, last=20))
    try:
        for key, value in params.items():
            made.set(key, value if isinstance(value, tuple | list) or callable(value) else (value,))
        x1, y1, x2, y2 = (float(side) for side in region)
        clip = Clip(
            region=lambda time: (x1, y1, x2, y2),
            frames=(1, 20),
            components=components,
            premultiplication=premultiplication,
        )
        made.connect(dict.fromkeys(inputs, clip))
        yield made
    finally:
        made.close()


def render(
    name: str,
    inputs: Sequence[str] = ("Source",),
    *,
    time: float = 5.0,
    window: Window = FORMAT,
    source: Source = noise,
    region: Window = FORMAT,
    **params: Any,
) -> NDArray[np.float32]:
    """One frame over a window, rows from the bottom."""
    with effect(name, inputs, region=region, **params) as made:
        return made.render(time, window, lambda n, t, w: source(n, t).crop(w)).pixels
