"""SVG by librsvg: what is drawn, and what is said where it cannot be."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.engine.colour import transfer
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.media import svg
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_image
from tests.ofx_helpers.engine.graphs import graph, node, read, render

DRAWN = """<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6">
  <rect width="8" height="2" fill="rgb(200,100,50)"/>
  <g id="half"><rect y="2" width="4" height="4" fill="rgb(127,127,127)" opacity="0.5"/></g>
</svg>"""
there = pytest.mark.skipif(not svg.drawable(), reason="librsvg is not installed")


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "a.svg"
    path.write_text(DRAWN)
    return path


@there
def test_a_drawing_is_rgba_with_colours_multiplied_by_alpha(drawing: Path) -> None:
    image = read_image(drawing)
    assert image.premultiplied
    assert image.pixels.shape == (6, 8, 4)
    assert image.pixels[1, 7].tolist() == [200, 100, 50, 255]
    assert image.pixels[4, 2].tolist() == [64, 64, 64, 128]
    assert not image.pixels[4, 6].any()


@there
def test_lengths_in_inches_have_90_dots(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text(DRAWN.replace('width="8" height="6"', 'width="0.1in" height="0.2in"'))
    assert read_image(path).size == (9, 18)


@there
def test_a_packed_one_and_one_by_another_name_are_the_same(drawing: Path) -> None:
    packed, named = drawing.with_suffix(".svgz"), drawing.with_name("b.dat")
    packed.write_bytes(gzip.compress(DRAWN.encode()))
    named.write_text(f'<?xml version="1.0"?>\n<!-- drawn -->\n{DRAWN}')
    for path in (packed, named):
        np.testing.assert_array_equal(read_image(path).pixels, read_image(drawing).pixels)


@there
def test_a_group_is_drawn_alone_by_its_id(drawing: Path) -> None:
    part = read_image(drawing, layer="half").pixels
    assert part[4, 2, 3] == 128
    assert not part[:2].any()
    np.testing.assert_array_equal(
        read_image(drawing, layer="none").pixels, read_image(drawing).pixels
    )


@there
@pytest.mark.parametrize("plugin", ["fr.inria.built-in.Read", "net.fxarena.openfx.ReadSVG"])
def test_the_engine_reads_it_straight_in_srgb_and_multiplies_in_linear(
    drawing: Path, plugin: str
) -> None:
    made = graph(node("R", plugin, filename=str(drawing)), size=(8, 6))
    got = render(made, "R", media=EngineMedia(), window=Window(0, 0, 8, 6)).pixels
    srgb = transfer("sRGB")
    assert srgb is not None
    codes = np.array([200, 100, 50], np.float32) / 255
    np.testing.assert_allclose(got[5, 7, :3], srgb.decode(codes), atol=1e-6)
    # 64 of 128 is the nearest that is left of 127 of 255.
    half = srgb.decode(np.float32([64 / 128]))[0] * 128 / 255
    np.testing.assert_allclose(got[1, 2], [half, half, half, 128 / 255], atol=1e-6)


@there
@pytest.mark.parametrize("plugin", ["fr.inria.built-in.Read", "net.fxarena.openfx.ReadSVG"])
def test_twice_the_dots_an_inch_draw_it_twice_as_large(drawing: Path, plugin: str) -> None:
    made = graph(node("R", plugin, filename=str(drawing), dpi=180), size=(16, 12))
    frame = render(made, "R", media=EngineMedia())
    assert frame.window == Window(0, 0, 16, 12)
    # What was the last pixel of the rectangle above is now its last two.
    assert (frame.pixels[8:, 14:, 3] == 1).all()
    assert not frame.pixels[:8, 14:].any()


@there
def test_too_many_dots_an_inch_are_refused(drawing: Path) -> None:
    made = graph(node("R", "net.fxarena.openfx.ReadSVG", filename=str(drawing), dpi=1_000_000))
    with pytest.raises(MediaError, match=r"a\.svg is 88888×66666 pixels"):
        render(made, "R", media=EngineMedia())


@there
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DRAWN.replace("</svg>", ""), "no SVG that librsvg can read"),
        (DRAWN.replace('width="8"', 'width="90000"', 1), r"is 90000×6 pixels; SVGs of 1 to 16384"),
        (
            DRAWN.replace("<g", '<image href="file:///etc/passwd"/><g'),
            "shows the file 'file:///etc",
        ),
        (DRAWN.replace("<g", "<image x='1' xlink:href='b.png'/><g"), "shows the file 'b.png'"),
    ],
)
def test_what_cannot_be_drawn_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.svg"
    path.write_text(text)
    with pytest.raises(MediaError, match=f"a.svg.*{said}"):
        read_image(path)


@there
def test_entities_that_grow_end_in_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE svg [<!ENTITY l0 "lol">{entities}]>'
    path.write_text(f'<?xml version="1.0"?>{head}{DRAWN.replace("<g", "<text>&l11;</text><g")}')
    with pytest.raises(MediaError, match="no SVG that librsvg can read"):
        read_image(path)


def test_without_librsvg_it_says_what_to_install(
    drawing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(svg, "_loaded", lambda: None)
    with pytest.raises(MediaError, match=r"a\.svg is an SVG.*install it \(Debian: librsvg2-2"):
        read_image(drawing)
    with pytest.raises(RenderError, match="librsvg"):
        render(graph(read("R", str(drawing))), "R", media=EngineMedia())
