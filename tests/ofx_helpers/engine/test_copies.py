"""Copied bytes equal computed ones, and are taken only where they do."""

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ofx_helpers.engine import sheet
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Animated, Graph, Node
from ofx_helpers.engine.media_types import Picture
from ofx_helpers.engine.render import render
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.nodes import collect

WIDTH, HEIGHT = 90, 60
MOVE = "net.sf.openfx.TransformPlugin"


def node(name: str, plugin: str, inputs: dict[str, str], **params: object) -> Node:
    values: dict[str, tuple[Animated, ...]] = {
        key: value if isinstance(value, tuple) else (value,)  # type: ignore[dict-item]
        for key, value in params.items()
    }
    return Node(name=name, plugin=plugin, inputs=inputs, params=values)


def picture(path: Path, seed: int, width: int, height: int, channels: int = 3) -> Node:
    shape = (height, width) if channels == 1 else (height, width, channels)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    Image.fromarray(pixels).save(path)
    return node(path.stem, "fr.inria.built-in.Read", {}, filename=str(path))


def over(name: str, below: str, above: str, mask: str | None = None, **params: object) -> Node:
    inputs = {"B": below, "A": above} | ({"Mask": mask} if mask else {})
    return node(name, "net.sf.openfx.MergePlugin", inputs, **params)


class Composite:
    """A base, a layer moved by whole pixels, and a written file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nodes = [
            picture(folder / "Base.png", 1, WIDTH, HEIGHT),
            picture(folder / "Layer.png", 2, 40, 30),
            node("Moved", MOVE, {"Source": "Layer"}, translate=(20.0, 10.0)),
            over("Over", "Base", "Moved"),
        ]
        self.writer: dict[str, object] = {}
        self.suffix = ".png"

    def replace(self, new: Node) -> None:
        self.nodes = [new if old.name == new.name else old for old in self.nodes]

    def render(self, media: EngineMedia | None = None) -> NDArray[np.uint8]:
        path = self.folder / f"out{self.suffix}"
        write = node(
            "Write", "fr.inria.built-in.Write", {"Source": self.nodes[-1].name},
            filename=str(path), **{"bitDepth": "8u", "formatType": "project", **self.writer},
        )  # fmt: skip
        found = {one.name: one for one in [*self.nodes, write]}
        graph = Graph(nodes=found, format=Window(0, 0, WIDTH, HEIGHT), folder=self.folder)
        list(render(graph, resolve=collect().get, media=media or EngineMedia(), threads=1))
        return np.asarray(Image.open(path))

    def both(self, monkeypatch: pytest.MonkeyPatch) -> tuple[NDArray[np.uint8], int]:
        """The picture, which is the computed one, and how many of its pixels were copied."""
        copied: list[int] = []
        find = sheet.find_copies

        def watched(*given: object) -> object:
            copies = find(*given)  # type: ignore[arg-type]
            copied.append(sum(copy.window.width * copy.window.height for copy in copies))
            return copies

        with monkeypatch.context() as patch:
            patch.setattr(sheet, "find_copies", watched)
            fast = self.render()
            patch.setattr(sheet, "find_copies", lambda *_: [])
            with without_shortcuts():
                plain = self.render()
        np.testing.assert_array_equal(fast, plain)
        return fast, sum(copied)


@contextmanager
def without_shortcuts() -> Iterator[None]:
    """Nodes answer nothing about windows: every pixel is computed."""
    kinds = {id(kind): kind for kind in collect().values()}.values()
    known = [(kind, kind.same_over) for kind in kinds]
    for kind in kinds:
        object.__setattr__(kind, "same_over", None)
    try:
        yield
    finally:
        for kind, same_over in known:
            object.__setattr__(kind, "same_over", same_over)


def test_placed_layers_are_copied_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    composite = Composite(tmp_path)
    found, copied = composite.both(monkeypatch)
    assert copied == WIDTH * HEIGHT
    expected = np.asarray(Image.open(tmp_path / "Base.png")).copy()
    expected[HEIGHT - 40 : HEIGHT - 10, 20:60] = np.asarray(Image.open(tmp_path / "Layer.png"))
    np.testing.assert_array_equal(found[..., :3], expected)


@pytest.mark.parametrize(
    ("change", "copied"),
    [
        ({"translate": (20.5, 10.0)}, WIDTH * HEIGHT - 43 * 32),
        ({"translate": (20.0, 10.0), "filter": "mitchell"}, WIDTH * HEIGHT - 42 * 32),
        ({"translate": (-25.0, 50.0)}, WIDTH * HEIGHT),
        ({"translate": (20.0, 10.0), "black_outside": False}, WIDTH * HEIGHT),
    ],
)
def test_only_whole_moves_are_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], copied: int
) -> None:
    composite = Composite(tmp_path)
    composite.replace(node("Moved", MOVE, {"Source": "Layer"}, **change))
    assert composite.both(monkeypatch)[1] == copied


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("mix", [1.0, 0.6])
def test_outside_a_mask_the_layer_below_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invert: bool, mix: float
) -> None:
    composite = Composite(tmp_path)
    composite.nodes[-1:] = [
        picture(tmp_path / "Mask.png", 3, 50, 20, 4),
        over("Over", "Base", "Moved", "Mask", maskInvert=invert, mix=mix),
    ]
    assert composite.both(monkeypatch)[1] == (0 if invert else WIDTH * HEIGHT - 50 * 20)


@pytest.mark.parametrize("operation", ["plus", "multiply", "max", "matte", "under"])
def test_other_operations_are_as_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    composite = Composite(tmp_path)
    composite.replace(over("Over", "Base", "Moved", operation=operation))
    composite.both(monkeypatch)


def test_see_through_files_are_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    composite = Composite(tmp_path)
    composite.replace(picture(tmp_path / "Layer.png", 4, 40, 30, 4))
    assert composite.both(monkeypatch)[1] == WIDTH * HEIGHT - 40 * 30


def test_a_palette_with_a_clear_colour_is_see_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    composite = Composite(tmp_path)
    paletted = Image.fromarray(np.arange(1200, dtype=np.uint8).reshape(30, 40), "P")
    paletted.putpalette(list(np.random.default_rng(5).integers(0, 256, 768)))
    paletted.save(tmp_path / "Layer.png", transparency=7)
    assert composite.both(monkeypatch)[1] == WIDTH * HEIGHT - 40 * 30


@pytest.mark.parametrize(
    ("writer", "suffix", "copied"),
    [
        ({"ocioOutputSpace": "Rec709"}, ".png", False),
        ({"ocioOutputSpace": "linear"}, ".png", False),
        ({"bitDepth": "16u"}, ".png", False),
        ({"outputComponents": "RGBA"}, ".png", True),
        ({"outputComponents": "RGB"}, ".png", True),
        ({"outputComponents": "Alpha"}, ".png", True),
        ({}, ".tif", False),
        ({"formatType": "fixed", "NatronParamFormatSize": (120, 40)}, ".png", True),
    ],
)
def test_what_the_file_stores_decides(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    writer: dict[str, object],
    suffix: str,
    copied: bool,
) -> None:
    composite = Composite(tmp_path)
    composite.writer, composite.suffix = writer, suffix
    found = composite.render()
    assert found.any()
    space = sheet.code_space
    asked: list[str | None] = []
    monkeypatch.setattr(sheet, "code_space", lambda *given: asked.append(space(*given)) or asked[0])
    composite.both(monkeypatch)
    assert (asked[0] == "sRGB") == copied


def test_grey_and_graded_layers_are_as_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    composite = Composite(tmp_path)
    grey = picture(tmp_path / "Grey.png", 6, 30, 25, 1)
    bright = node("Bright", "net.sf.openfx.GradePlugin", {"Source": "Grey"}, multiply=(1.5,) * 4)
    composite.nodes += [
        grey,
        over("Greyed", "Over", "Grey"),
        bright,
        node("Far", "net.sf.openfx.Position", {"Source": "Bright"}, translate=(45.0, 33.0)),
        over("Last", "Greyed", "Far"),
    ]
    assert composite.both(monkeypatch)[1] == WIDTH * HEIGHT - 30 * 25


def test_decoded_files_are_let_go_without_the_garbage_collector(tmp_path: Path) -> None:
    seen: list[weakref.ref[NDArray[np.uint8]]] = []

    class Watched(EngineMedia):
        def read(self, path: Path, frame: int, layer: str = "") -> Picture:
            picture = super().read(path, frame, layer)
            seen.append(weakref.ref(picture.pixels))
            return picture

    composite = Composite(tmp_path)
    gc.disable()
    try:
        composite.render(Watched())
        assert len(seen) == 2
        # The cache of stills is the render's own and goes with it.
        assert [one() for one in seen] == [None, None]
    finally:
        gc.enable()
