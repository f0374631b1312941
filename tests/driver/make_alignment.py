"""An alignment as `align` would find it, for tests of what comes after."""

from typing import Any

from driver.shot import geometry
from driver.shot.alignment import Alignment, Grade, Residual
from driver.shot.geometry import Rect


def make_alignment(
    *,
    canvas: tuple[int, int] = (64, 36),
    wide: tuple[int, int] = (64, 20),
    dvd: tuple[int, int] = (12, 9),
    factor: int = 4,
    feather: int = 2,
    frames: int = 1,
    **changes: Any,
) -> Alignment:
    """Both copies centred on the canvas, the DVD's first frame 3 after the widescreen's."""
    wide_rect = geometry.place(canvas, wide, 1)
    dvd_rect = geometry.place(canvas, dvd, factor)
    bands = geometry.bands(dvd_rect, dvd[1], wide_rect, factor, feather)
    top, bottom = geometry.band_rects(dvd_rect, bands, factor)

    def plain(rect: Rect) -> tuple[int, int, int, int]:
        return rect.x, rect.y, rect.width, rect.height

    values: dict[str, Any] = {
        "matched_pair_indices": tuple((frame + 3, frame) for frame in range(1, frames + 1)),
        "fps": 25.0,
        "canvas": canvas,
        "factor": factor,
        "wide_size": wide,
        "wide_padded": wide,
        "wide": plain(wide_rect),
        "dvd_size": dvd,
        "dvd": plain(dvd_rect),
        "band_rows": (bands.top, bands.bottom),
        "top": plain(top),
        "bottom": plain(bottom),
        "measured_offsets": (0.0, 0.0, 3),
        "measured_scale": float(factor),
        "scale_residual": 0.0,
        "wide_scale": 1.0,
        "grade": Grade(),
        "apply_residual": False,
        "residual": Residual(),
        "manual": False,
        "score": 0.99,
    }
    return Alignment(**{**values, **changes})
