import re

import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.nodes import _formula
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

WIDTH, HEIGHT = 11, 7
PICTURE = gradient(WIDTH, HEIGHT, 4, seed=3)
SOURCE = linear(PICTURE).astype(np.float64)
X = np.broadcast_to(np.arange(WIDTH, dtype=float), (HEIGHT, WIDTH))
Y = np.broadcast_to(np.arange(HEIGHT, dtype=float)[:, None], (HEIGHT, WIDTH))
R, G, B, A = np.moveaxis(SOURCE, -1, 0)


def expression(text: str, time: float = 1.0, mask: str | None = None, **params: object):
    inputs = {"Source": "A", **({"Mask": mask} if mask else {})}
    made = graph(
        read("A", "a.png", filePremult="premult"),
        read("M", "m.png", filePremult="premult"),
        node("N", "net.sf.cimg.CImgExpression", inputs, expression=text, **params),
        size=(WIDTH, HEIGHT),
    )
    files = {"a.png": PICTURE, "m.png": gradient(WIDTH, HEIGHT, 4, seed=5)}
    return render(made, "N", files, time=time, window=Window(0, 0, WIDTH, HEIGHT)).pixels


def each(values) -> np.ndarray:
    """The same values in all four channels."""
    return np.repeat(np.broadcast_to(values, (HEIGHT, WIDTH))[..., None], 4, -1)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x/10+y/100", X / 10 + Y / 100),
        ("w/100+h/1000+s", 0.117 + 4),
        ("2^3^2", 64),
        ("-2^2", -4),
        ("7-4+2", 5),
        ("2*9/3*4", 2 * (9 / 3) * 4),
        ("7*9%4", 7 * 1),
        ("-7%5", 3),
        ("50%*3", 1.5),
        ("1--2", 3),
        ("0x1F/10", 3.1),
        ("x%10==0", X % 10 == 0),
        ("x<y?x>2?1:2:3", np.where(X < Y, np.where(X > 2, 1, 2), 3)),
        ("x==y||x>8&&y>3", (X == Y) | (X > 8) & (Y > 3)),
        ("(x&y)+(x|y)*16+(x<<2)+~(x>>1)%2", None),
        (
            "max(x,3,y)-min(x,y,2)",
            np.maximum(np.maximum(X, 3), Y) - np.minimum(np.minimum(X, Y), 2),
        ),
        ("med(x,4,y)", np.median([X, X * 0 + 4, Y], 0)),
        ("kth(2,x,4,y)", np.sort([X, X * 0 + 4, Y], 0)[1]),
        ("std(x,y,3)", np.std([X, Y, X * 0 + 3], 0, ddof=1)),
        ("cut(x-4,0,3)", np.clip(X - 4, 0, 3)),
        ("round(x/3,0.25)", np.floor(X / 3 / 0.25 + 0.5) * 0.25),
        ("gauss(x-4,2)", np.exp(-((X - 4) ** 2) / 8) / np.sqrt(8 * np.pi)),
        ("atan2(y-3,x-5)", np.arctan2(Y - 3, X - 5)),
        ("norm(x,y)", np.hypot(X, Y)),
        ("a=x;b=a*2;a=b+1;a", X * 2 + 1),
        ("a=x;a+=2;a*=3;a", (X + 2) * 3),
        ("a=1;if(x>4,a=2,if(y>2,a=3));a", np.where(X > 4, 2, np.where(Y > 2, 3, 1))),
        ("f(p,q)=p*q;f(x+1,y)", (X + 1) * Y),
        ("f(p)=p+1;f(f(x))", X + 2),
        ("i=0;for(k=0,k<x,k++,i=i+k);i", X * (X - 1) / 2),
        ("for(k=0,k<x,k++,k)", X),
        ("n=0;for(k=0,k<9,k++,if(k==x,break());n=n+1);n", np.minimum(X, 9)),
        ("n=0;for(k=0,k<9,k++,if(k<x,continue());n=n+1);n", np.maximum(9 - X, 0)),
        ("n=0;dowhile(n=n+3,n<x);n", np.maximum(3, np.ceil(X / 3) * 3)),
        ("v=[x,y,3];v[1]=7;v[0]+v[1]*v[2]", X + 21),
        ("v=[1,2,3];v[x%3]", X % 3 + 1),
        ("dot([x,y],[2,3])", 2 * X + 3 * Y),
        ("sum([x,y]+[1,2]*3)", X + Y + 9),
        ("sum([1,2,3,4]*[x,y])", (X + 2 * Y) + (3 * X + 4 * Y)),
        ("([x,1]**[y,2])[0]", X * Y - 2),
        ("1&&x", X),
        ("T+K", 2),
        ("R*A+G-i2", R * A + G - B),
        ("iM-im", SOURCE.max() - SOURCE.min()),
        ("ia", SOURCE.mean()),
        ("s=stats();s[1]+s[2]+s[12]", SOURCE.max() + SOURCE.mean() + SOURCE.sum()),
    ],
)
def test_a_formula_gives_this_everywhere(text: str, values) -> None:
    if values is None:
        x, y = X.astype(int), Y.astype(int)
        values = (x & y) + (x | y) * 16 + (x << 2) + (2**32 - 1 - (x >> 1)) % 2
    np.testing.assert_allclose(expression(text), each(values), rtol=1e-5, atol=1e-6)


def test_each_channel_has_its_own_pixel_and_number() -> None:
    np.testing.assert_allclose(expression("1-i"), 1 - SOURCE, atol=1e-6)
    np.testing.assert_allclose(expression("c+i/4"), np.arange(4) + SOURCE / 4, atol=1e-6)


def test_a_vector_fills_the_channels_that_it_has() -> None:
    got = expression("[y,x]")
    np.testing.assert_array_equal(got[..., 0], Y)
    np.testing.assert_array_equal(got[..., 1], X)
    np.testing.assert_allclose(got[..., 2:], SOURCE[..., 2:], atol=1e-7)
    np.testing.assert_allclose(expression("I*2"), SOURCE * 2, atol=1e-6)


def test_the_first_row_is_the_lowest() -> None:
    moved = np.zeros_like(SOURCE)
    moved[1:, :-2] = SOURCE[:-1, 2:]
    np.testing.assert_allclose(expression("i(x+2,y-1)"), moved, atol=1e-7)
    np.testing.assert_allclose(expression("j(2,-1)"), moved, atol=1e-7)
    np.testing.assert_allclose(expression("J(2,-1)"), moved, atol=1e-7)


def test_an_offset_goes_on_in_the_next_row_and_channel() -> None:
    along = np.moveaxis(SOURCE, -1, 0).reshape(-1)
    shown = np.moveaxis(np.append(along[13:], np.zeros(13)).reshape(4, HEIGHT, WIDTH), 0, -1)
    np.testing.assert_allclose(expression("j[13]"), shown, atol=1e-7)
    np.testing.assert_allclose(expression("i[5]"), each(along[5]), atol=1e-7)


@pytest.mark.parametrize(
    ("way", "outside", "wanted"),
    [
        (0, 0, [0.0, 0.0, 0.625]),
        (0, 1, [0.0, 0.0, 0.625]),
        (0, 2, [0.25, 0.125, 0.625]),
        (0, 3, [0.375, 0.0, 0.625]),
        (1, 0, [0.0, 0.16875, 0.52625]),
        (1, 1, [0.0, 0.1875, 0.52625]),
        (1, 2, [0.35, 0.2625, 0.52625]),
        (1, 3, [0.3375, 0.1875, 0.52625]),
        (2, 0, [0.0, 0.14439, 0.61692]),
        (2, 1, [0.0, 0.16406, 0.60256]),
        (2, 2, [0.33058, 0.20356, 0.60751]),
        (2, 3, [0.32388, 0.16406, 0.60256]),
    ],
)
def test_between_and_beyond_pixels_it_is_as_measured_in_cimg(way, outside, wanted) -> None:
    from ofx_helpers.nodes._formula import filled

    x, y = np.meshgrid(np.arange(5), np.arange(4))
    picture = ((x * 3 + y * 5) % 7 / 8).astype(np.float32)[..., None]
    got = filled(f"i(x*1.3-2.1,y*1.2-1.3,0,0,{way},{outside})", picture, {})[..., 0]
    np.testing.assert_allclose(got[[0, 1, 3], [0, 2, 4]], wanted, atol=1e-5)


def test_switches_of_channels_do_not_count_and_mask_and_mix_do() -> None:
    off = {f"NatronOfxParamProcess{name}": False for name in "RGBA"}
    np.testing.assert_array_equal(expression("1-i", **off), expression("1-i"))
    mask = linear(gradient(WIDTH, HEIGHT, 4, seed=5))[..., 3:]
    wanted = SOURCE * (1 - mask * 0.5) + (1 - SOURCE) * mask * 0.5
    got = expression("1-i", mask="M", mix=0.5)
    np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_it_changes_with_time_though_nothing_has_keys() -> None:
    assert (expression("T/10", 4.0) == np.float32(0.4)).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("u", "'u' differs from one rendering to the next"),
        ("g+1", "'g' differs"),
        ("u(0,1)", "'u()' differs"),
        ("foo", "'foo' is no variable that it knows"),
        ("flor(x)", "'flor()' is no function that it knows. Near: floor"),
        ("system('ls')", "nothing that it can work with"),
        (">i+1", "makes each pixel depend on those before it"),
        ("i(x,y)=3", "'i(...) =' changes other pixels"),
        ("x+", "a value is missing"),
        ("(x", "')' belongs"),
        ("if(x>3,a=1);a", "'a' is not set for every pixel"),
        ("[1,2]+[1,2,3]", "'+' joins vectors of 2 and 3"),
        ("for(k=0,1,k)", "go round more than"),
        ("f(p)=f(p);f(1)", "nested deeper than"),
        ("(" * 200 + "x" + ")" * 200, "nested deeper than"),
        ("kth(x)", "'kth()' needs a number and values"),
        ("sin(1,2)", "'sin()' is given 2 arguments"),
    ],
)
def test_what_cannot_be_computed_is_said_with_the_node(text: str, said: str) -> None:
    with pytest.raises(RenderError, match=re.escape(said)) as caught:
        expression(text)
    assert str(caught.value).startswith("N (net.sf.cimg.CImgExpression) cannot compute")


def test_long_sums_need_no_depth() -> None:
    assert (expression("+".join(["x"] * 5000)) == each(X * 5000)).all()


def test_parts_and_channels_that_are_computed_apart_are_one_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    formulas = ("x+y*10", "j(1,1)+c", "[y,x]", "n=0;for(k=0,k<x,k++,n+=y);n", "i(x,y,0,2)")
    whole = [expression(text) for text in formulas]
    monkeypatch.setattr(_formula, "_BAND", 2 * WIDTH)
    for text, wanted in zip(formulas, whole, strict=True):
        np.testing.assert_array_equal(expression(text), wanted)
    np.testing.assert_allclose(whole[4], each(B), atol=1e-7)


def test_without_a_source_it_draws_on_black_over_the_format() -> None:
    made = graph(node("N", "net.sf.cimg.CImgExpression", expression="i+x/w"), size=(5, 3))
    frame = render(made, "N")
    assert frame.window == Window(0, 0, 5, 3)
    np.testing.assert_allclose(frame.pixels[1, :, 3], np.arange(5) / 5, atol=1e-7)
