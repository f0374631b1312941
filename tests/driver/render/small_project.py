"""A project of a few nodes for tests of the renderers."""

from pathlib import Path

import numpy as np

from driver.project.document import Document
from driver.project.template import fill, load_template
from ofx_helpers.media.images import write_image


def small_project(folder: Path, body: str, name: str = "a.ntp", frames: int = 2) -> Document:
    """Writes the project of a template's text, 8×6 pixels, and `in.png` beside it; returns it."""
    templates = folder / "templates" / name
    templates.mkdir(parents=True)
    (templates / "template.toml").write_text('help = "A test."')
    head = f"{{{{ project(width=8, height=6, first=1, last={frames}, fps=25) }}}}\n"
    (templates / "template.ntp.j2").write_text(head + body)
    document = fill(load_template(name, folder / "templates"), {}, folder / name)
    document.write(folder / name)
    pixels = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(6, 8, 3)
    write_image(folder / "in.png", pixels)
    return document
