"""Draws the contact sheet in each template's folder: `python -m driver.gallery.contact_sheet`.

Names of templates may follow; without them every sheet is drawn. The pictures are drawn by
formula, so no footage of others is in the repository.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from driver.gallery.footage import FRAMES, HEIGHT, WIDTH, draw
from driver.gallery.shows import SHOWS, Show
from driver.prepare import prepared
from driver.project.template import fill, load_template
from driver.project.template_params import Parameter
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
    tiles = list(_pictures(name, show, footage, work))
    if show.also:
        tiles += _pictures(name, show.also, footage, work / "also")
    return _laid_out(tiles)


def _pictures(name: str, show: Show, footage: Path, work: Path) -> Iterator[tuple[str, Path]]:
    """Caption and file of each tile, rendered into the folder `work`."""
    template = load_template(name)
    values = {
        key: _on_disk(template.parameters[key], value, footage)
        for key, value in show.values.items()
    }
    size = {"canvas_width": WIDTH, "canvas_height": HEIGHT, "first": 1, "last": FRAMES, "fps": 25}
    project = work / f"{name}.ntp"
    given = {**size, **values, show.output: f"{name}.####.png"}
    fill(template, prepared(template, given, project), project).write(project)
    frames = sorted({tile.frame for tile in show.tiles if not tile.layer})
    EmbeddedRenderer().render(RenderJob(project=project, frames=frames, writers=(show.writer,)))
    for tile in show.tiles:
        folder, start = (footage, tile.layer) if tile.layer else (work, name)
        yield tile.caption, folder / f"{start}.{tile.frame:04}.png"


def _on_disk(parameter: Parameter, value: Any, footage: Path) -> object:
    """A value with the names of layers made the names of their files, in entries too."""
    if parameter.type == "file":
        return footage / f"{value}.####.png"
    if parameter.type == "list":
        return [
            {key: _on_disk(parameter.fields[key], part, footage) for key, part in entry.items()}
            for entry in value
        ]
    return value


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
    """A PNG of at most `LIMIT` bytes: of 256 colours, else of fewer, else a smaller picture."""
    data = b""
    for scale in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5):
        size = round(picture.width * scale), round(picture.height * scale)
        resized = picture if scale == 1 else picture.resize(size, Image.Resampling.LANCZOS)
        for colours in (256, 192, 128):
            buffer = BytesIO()
            palette = resized.quantize(colours)
            found = resized.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
            found.save(buffer, "PNG", optimize=True)
            data = buffer.getvalue()
            if len(data) <= LIMIT:
                return data
    return data


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
