"""How large a writer's file is, and the pixel aspect that it says.

Facts of openfx-io's writers: the chosen format is made canonical by its own pixel aspect and
counted in pixels of the picture that comes in, whose aspect need not be the same. The project's
format is multiplied by its aspect once more where it should be divided, so that a project whose
pixels are not square gets files that are too wide or too narrow.
"""

from math import floor
from pathlib import Path

from ofx_helpers.engine.canonical import box_of, touched
from ofx_helpers.engine.encode import OIIO, encoder_of
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.scene import Scene


def output_window(scene: Scene, writer: str, frame: int) -> Window:
    """The pixels of the written file."""
    format, aspect = _chosen(scene, writer, frame)
    if _shows_format(scene, writer, frame):
        return format
    return touched(box_of(format, aspect), scene.aspect(writer))


def output_aspect(scene: Scene, writer: str, frame: int) -> float:
    """The width of the file's pixels over their height, as it says."""
    if _shows_format(scene, writer, frame):
        return scene.aspect(writer)
    return _chosen(scene, writer, frame)[1]


def _shows_format(scene: Scene, writer: str, frame: int) -> bool:
    """Whether the file holds the picture as it is, and the format is what it says to show of it."""
    # A Write has the switch of the writer in it, which is on.
    params = Params(scene.node(writer), float(frame), {"clipToRoD": True})
    path = Path(params.text("filename"))
    said = path.suffix.lower() == ".exr" and encoder_of(params, path) == OIIO
    return said and params.flag("clipToRoD")


def _chosen(scene: Scene, writer: str, frame: int) -> tuple[Window, float]:
    """The chosen format and its pixel aspect."""
    params = Params(scene.node(writer), float(frame), {})
    rule = params.choice("formatType")
    if rule == "input":
        return scene.format_seen(writer, float(frame)), scene.aspect(writer)
    if rule == "fixed":
        width, height = params.pair("NatronParamFormatSize")
        return Window(0, 0, round(width), round(height)), params.number("NatronParamFormatPar")
    aspect = scene.graph.pixel_aspect
    x1, y1, x2, y2 = box_of(scene.graph.format, aspect)
    return Window(floor(x1 * aspect + 0.5), int(y1), floor(x2 * aspect + 0.5), int(y2)), aspect
