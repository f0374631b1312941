"""The review page: one HTML file that works offline."""

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from numpy.typing import NDArray

from driver.report import plots, verdict
from driver.report.provenance import ORIGINS, frame_provenance, picture, shares
from driver.shot import alignment, tracking
from driver.shot.alignment import Alignment
from driver.shot.compose import paint
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings
from driver.timings import seconds_by_stage
from ofx_helpers.media.images import read_image, read_rgb8

SHOWN = 5
"""Frames that the page shows; their pictures make up nearly all of its size."""
WIDEST = 960
"""Pixels; larger pictures are reduced for the page."""

DRIFT_COLOURS = {"foreground": "#68ad5c", "face": "#c46abe"}
MAP_WIDTH = 320
"""Pixels; a provenance map of every frame is on the page, a few kilobytes each."""

Image = NDArray[np.uint8]


def build(
    settings: Settings,
    paths: ShotPaths,
    frames: Sequence[int],
    progress: Callable[[int, int], None],
) -> str:
    """The page of a finished shot, from its files."""
    found = alignment.load(paths.align_report)
    tracked = tracking.load(paths.track)
    key = settings.inpaint.key_frame
    # Where only some frames are asked for, the key frame's composite may never have been rendered.
    key = key if key in frames else frames[0]
    shown = set(_spread(frames, key))
    percents: list[Mapping[str, float]] = []
    views, maps = [], []
    for done, frame in enumerate(frames, 1):
        labels = frame_provenance(settings, paths, frame)
        percents.append(shares(labels))
        if frame in shown:
            views.append(
                {
                    "frame": frame,
                    "before": _uri(before(paths, found, frame)),
                    "after": _uri(read_rgb8(paths.final(frame))),
                    "provenance": _uri(picture(labels), exact=True),
                    "shares": percents[-1],
                }
            )
        maps.append({"frame": frame, "uri": _uri(picture(labels), MAP_WIDTH, exact=True)})
        progress(done, len(frames))
    colours = {origin.name: "#{:02x}{:02x}{:02x}".format(*origin.colour) for origin in ORIGINS}
    table = {
        origin.name: [share.get(origin.name, 0.0) for share in percents]
        for origin in ORIGINS
        if any(origin.name in share for share in percents)
    }
    page: str = _template().render(
        name=settings.name,
        alignment=found,
        frames=frames,
        checks=verdict.load(paths.checks),
        views=views,
        maps=maps,
        difference=_uri(read_rgb8(paths.align_difference)),
        layers=_layers(paths, found, key),
        colours=colours,
        shares=table,
        mean={name: sum(values) / len(values) for name, values in table.items()},
        provenance_plot=Markup(plots.stacked(frames, table, colours)),
        drift_colours=DRIFT_COLOURS,
        drift_plot=Markup(_drift(tracked)),
        timing_plot=Markup(plots.bars(seconds_by_stage(paths), "#427ac6")),
        resegmented=tracked.resegmented,
    )
    return page


def before(paths: ShotPaths, found: Alignment, frame: int) -> Image:
    """What there was: the DVD enlarged as it is, the widescreen pasted on it, black elsewhere."""
    image = np.zeros((found.canvas[1], found.canvas[0], 3), np.uint8)
    dvd = found.dvd_rect
    small = read_rgb8(paths.aligned("dvd", frame))
    soft = cv2.resize(small, (dvd.width, dvd.height), interpolation=cv2.INTER_CUBIC)
    paint(image, soft, dvd)
    paint(image, read_rgb8(paths.aligned("wide", frame)), found.wide_rect)
    return image


def _spread(frames: Sequence[int], key: int) -> list[int]:
    """A few frames over the whole range, the key frame among them."""
    step = max(1, (len(frames) - 1) // max(SHOWN - 1, 1))
    return sorted({*frames[::step][: SHOWN - 1], frames[-1], *({key} & set(frames))})


def _layers(paths: ShotPaths, found: Alignment, frame: int) -> list[dict[str, str]]:
    """A frame's layers and the generated plate, lowest first, each on a canvas of its own."""
    plate = read_image(paths.plate_key).pixels
    layers = [{"name": "generated", "uri": _uri(plate.astype(np.uint8))}]
    pieces = {"top band": paths.band("top", frame), "bottom band": paths.band("bottom", frame)}
    places = {"top band": found.band_rect("top"), "bottom band": found.band_rect("bottom")}
    pieces["widescreen"] = paths.aligned("wide", frame)
    places["widescreen"] = found.wide_rect
    for name, path in pieces.items():
        if path.exists():
            canvas = np.zeros((found.canvas[1], found.canvas[0], 4), np.uint8)
            piece = cv2.cvtColor(read_rgb8(path), cv2.COLOR_RGB2RGBA)
            paint(canvas, piece.astype(np.uint8), places[name])
            layers.append({"name": name, "uri": _uri(canvas)})
    if paths.foreground(frame).exists():
        cut = read_image(paths.foreground(frame)).pixels.astype(np.uint8)
        layers.append({"name": "foreground", "uri": _uri(cut)})
    layers.append({"name": "final", "uri": _uri(read_rgb8(paths.final(frame)))})
    return layers


def _uri(image: Image, widest: int = WIDEST, *, exact: bool = False) -> str:
    """An RGB or RGBA image as a data URI: WebP for pictures, PNG where colours are data."""
    scale = min(1.0, widest / image.shape[1])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST if exact else cv2.INTER_AREA)
    code = cv2.COLOR_RGBA2BGRA if small.shape[2] == 4 else cv2.COLOR_RGB2BGR
    kind, options = ("png", []) if exact else ("webp", [cv2.IMWRITE_WEBP_QUALITY, 82])
    _, data = cv2.imencode(f".{kind}", cv2.cvtColor(small, code), options)
    return f"data:image/{kind};base64,{base64.b64encode(data.tobytes()).decode()}"


def _drift(tracked: tracking.Tracking) -> str:
    series = {"foreground": [(drift.frame, drift.error) for drift in tracked.drift]}
    faces = [(d.frame, d.face_error) for d in tracked.drift if d.face_error is not None]
    if faces:
        series["face"] = faces
    return plots.lines(series, DRIFT_COLOURS, tracked.drift_threshold)


def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
