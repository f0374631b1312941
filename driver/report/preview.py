"""One frame and its provenance as two images."""

from pathlib import Path

from driver.report.provenance import frame_provenance, picture
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings
from ofx_helpers.media.images import read_rgb8, write_image


def write_preview(settings: Settings, paths: ShotPaths, frame: int) -> tuple[Path, Path]:
    """Writes `preview/frame.####.png` and `preview/provenance.####.png` of a rendered frame."""
    folder = paths.root / "preview"
    names = folder / f"frame.{frame:04d}.png", folder / f"provenance.{frame:04d}.png"
    write_image(names[0], read_rgb8(paths.final(frame)))
    write_image(names[1], picture(frame_provenance(settings, paths, frame)))
    return names
