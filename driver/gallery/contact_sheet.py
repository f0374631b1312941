"""Draws the contact sheet in each template's folder: `python -m driver.gallery.contact_sheet`.

Names of templates may follow; without them every sheet is drawn. The pictures are drawn by
formula, so no footage of others is in the repository.
"""

import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from driver.gallery.footage import FRAMES, HEIGHT, WIDTH, draw
from driver.gallery.shows import SHOWS, Show
from driver.project.template import fill, load_template
from driver.project.template_store import templates_folder
from driver.render.base import RenderJob
from driver.render.embedded import EmbeddedRenderer
from ofx_helpers.media.atomic import write_bytes

LIMIT = 150_000
"""Bytes that a sheet may have."""
_GAP, _CAPTION = 8, 22
_PAPER, _INK = (24, 24, 27), (205, 205, 210)


def sheet(name: str, show: Show, footage: Path, work: Path) -> Image.Image:
    """The sheet of one template; `footage` holds the drawn layers, `work` is an empty folder."""
    template = load_template(name)
    values = {
        key: footage / f"{value}.####.png" if template.parameters[key].type == "file" else value
        for key, value in show.values.items()
    }
    size = {"canvas_width": WIDTH, "canvas_height": HEIGHT, "first": 1, "last": FRAMES, "fps": 25}
    project = work / f"{name}.ntp"
    output = {show.output: f"{name}.####.png"}
    fill(template, {**size, **values, **output}, project).write(project)
    frames = sorted({tile.frame for tile in show.tiles if not tile.layer})
    EmbeddedRenderer().render(RenderJob(project=project, frames=frames, writers=(show.writer,)))
    pictures = [
        footage / f"{tile.layer}.{tile.frame:04}.png"
        if tile.layer
        else work / f"{name}.{tile.frame:04}.png"
        for tile in show.tiles
    ]
    return _laid_out(
        [(tile.caption, path) for tile, path in zip(show.tiles, pictures, strict=True)]
    )


def _laid_out(tiles: Sequence[tuple[str, Path]]) -> Image.Image:
    """In rows of at most three."""
    columns = min(len(tiles), 3)
    rows = -(-len(tiles) // columns)
    across, down = WIDTH + _GAP, HEIGHT + _CAPTION + _GAP
    paper = Image.new("RGB", (columns * across + _GAP, rows * down + _GAP), _PAPER)
    pen = ImageDraw.Draw(paper)
    for index, (caption, path) in enumerate(tiles):
        x, y = _GAP + index % columns * across, _GAP + index // columns * down
        with Image.open(path) as picture:
            middle = x + (WIDTH - picture.width) // 2, y + (HEIGHT - picture.height) // 2
            paper.paste(picture.convert("RGB"), middle)
        pen.text((x + 2, y + HEIGHT + 5), caption, _INK, ImageFont.load_default(13))
    return paper


def small_png(picture: Image.Image) -> bytes:
    """A PNG of at most `LIMIT` bytes, in as many colours as fit."""
    for colours in (256, 192, 128, 96, 64, 48, 32):
        buffer = BytesIO()
        palette = picture.quantize(colours)
        found = picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
        found.save(buffer, "PNG", optimize=True)
        if buffer.tell() <= LIMIT:
            break
    return buffer.getvalue()


def main(names: Sequence[str]) -> None:
    """Draws the sheets of these templates, or all of them."""
    with tempfile.TemporaryDirectory() as folder:
        footage = Path(folder) / "footage"
        draw(footage)
        for name in names or SHOWS:
            work = Path(folder) / name
            work.mkdir()
            data = small_png(sheet(name, SHOWS[name], footage, work))
            write_bytes(templates_folder() / name / "contact_sheet.png", data)
            print(f"{name}: {len(data) // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
