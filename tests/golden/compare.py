"""How close a picture must come to Natron's, by what the project does."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

# Filters and resampling are held to 1e-3; everything else to 1e-5.
_FILTERS = (
    "net.sf.cimg.",
    "eu.cimg.",
    "net.sf.openfx.Transform",
    "net.sf.openfx.CornerPin",
    "net.sf.openfx.Reformat",
    "net.sf.openfx.Position",
    "net.sf.openfx.DirBlur",
    "net.sf.openfx.GodRays",
    "net.sf.openfx.LensDistortion",
    "net.sf.openfx.IDistort",
    "net.sf.openfx.STMap",
)
_ROTO = ("fr.inria.built-in.Roto",)
# Text is drawn by another rasteriser than Natron's: Natron's own tolerance holds.
_TEXT = ("net.fxarena.openfx.Text",)


def difference(got: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Absolute below 1, relative above: unpremultiplied values reach hundreds."""
    distance: NDArray[np.float32] = np.abs(got - wanted) / np.maximum(1, np.abs(wanted))
    return distance


def assert_close(
    got: NDArray[np.float32], wanted: NDArray[np.float32], plugins: Iterable[str]
) -> None:
    """Both (h, w, 4) linear. Every case also keeps the tolerance of Natron's own tests."""
    plugins = list(plugins)
    distance = difference(got, wanted)
    worst = float(distance.max())
    assert worst <= 0.08, f"{worst:.3f} off: no pixel may be over 0.08"
    far = float((distance.max(-1) > 0.008).mean())
    assert far <= 0.002, f"{far:.2%} of the pixels are over 0.008 off"
    if any(plugin.startswith(_TEXT) for plugin in plugins):
        return
    if any(plugin.startswith(_ROTO) for plugin in plugins):
        edge = (wanted[..., 3] > 0) & (wanted[..., 3] < 1)
        mean = float(distance[edge].mean()) if edge.any() else 0.0
        assert mean <= 0.02, f"the shape's edge is {mean:.4f} off on average"
        return
    limit = 1e-3 if any(plugin.startswith(_FILTERS) for plugin in plugins) else 1e-5
    where = np.unravel_index(int(distance.argmax()), distance.shape)
    assert worst <= limit, (
        f"{worst:.2e} off at (row, column, channel) {tuple(map(int, where))}: "
        f"{got[where[:2]]} instead of {wanted[where[:2]]}"
    )
