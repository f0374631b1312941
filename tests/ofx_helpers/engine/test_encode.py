"""What a writer makes of pixels with alpha, as Natron's own files have it."""

from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.engine.encode import encode
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.params import Params
from tests.ofx_helpers.engine.graphs import WRITE, linear, node


@pytest.mark.parametrize("plugin", ["fr.inria.openfx.WriteOIIO", WRITE])
def test_writeoiio_rounds_a_png_before_it_divides_by_alpha(plugin: str) -> None:
    codes = np.array([[[128, 128, 128, a] for a in (1, 3, 5, 15, 19, 29, 255)]], np.uint8)
    pixels = linear(codes)
    pixels[..., :3] *= pixels[..., 3:]
    window = Window(0, 0, 7, 1)
    writer = node("W", plugin, ocioOutputSpace="linear")
    found = encode(Params(writer, 1.0, {}), Frame(pixels, window), window, Path("a.png")).pixels
    # Seen on the real one; WritePNG, which a Write takes for PNG, keeps what was there.
    late = [255, 170, 153, 136, 134, 131, 128]
    wanted = late if plugin != WRITE else [128] * 7
    np.testing.assert_array_equal(found[0, :, 0], wanted)
    np.testing.assert_array_equal(found[..., 3], codes[..., 3])
