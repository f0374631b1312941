"""What each template's contact sheet shows: its values, and the frames beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from driver.gallery.footage import DVD_LEFT, DVD_WIDTH, HEIGHT, WIDE_HEIGHT, WIDE_TOP, WIDTH


@dataclass(frozen=True)
class Tile:
    """A picture of a sheet: a frame of the result, or of the footage `layer`; with a caption."""

    caption: str
    frame: int
    layer: str = ""


@dataclass(frozen=True)
class Show:
    """The tiles, and the values beside size, frames and output.

    Files among `values` are named by their layer: `scene` for `scene.####.png`. `output` is the
    parameter that names the result, `writer` the node that writes it; `also` shows more, below.
    """

    tiles: tuple[Tile, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    output: str = "output_file"
    writer: str = "Write1"
    also: "Show | None" = None


SHOWS: Mapping[str, Show] = {
    "priority_composite": Show(
        (Tile("widescreen", 6, "wide"), Tile("DVD", 6, "dvd"), Tile("rebuilt, restyled", 6)),
        {
            "wide_file": "wide",
            "wide_x": 0,
            "wide_y": WIDE_TOP,
            "wide_width": WIDTH,
            "wide_height": WIDE_HEIGHT,
            "top_file": "top",
            "top_paste": [DVD_LEFT, 0, DVD_WIDTH, WIDE_TOP],
            "bottom_file": "bottom",
            "bottom_paste": [
                DVD_LEFT,
                WIDE_TOP + WIDE_HEIGHT,
                DVD_WIDTH,
                HEIGHT - WIDE_TOP - WIDE_HEIGHT,
            ],
            "plate_file": "generated",
            "foreground_mask_file": "matte",
            "hue": 150.0,
            "aberration_red": [2, 0],
            "aberration_blue": [-2, 0],
        },
        output="final_file",
        writer="WriteFinal",
    ),
    "text_behind_subject": Show(
        (Tile("source", 6, "scene"), Tile("frame 3", 3), Tile("frame 9", 9)),
        {"source_file": "scene", "matte_file": "matte"},
    ),
    "glow": Show(
        (Tile("source", 6, "scene"), Tile("threshold 0.3, amount 1.2", 6)),
        {"source_file": "scene", "threshold": 0.3, "amount": 1.2},
    ),
    "split_screen": Show(
        (Tile("left", 6, "plate"), Tile("right", 6, "scene"), Tile("centred", 6)),
        {"left_file": "plate", "right_file": "scene", "centred": True},
    ),
    "glitch": Show(
        (Tile("frame 3", 3), Tile("frame 5", 5), Tile("frame 6", 6)),
        {"source_file": "scene", "glitches": [[5, 1.0], [6, 0.7]]},
    ),
    "crt": Show((Tile("source", 6, "scene"), Tile("default", 6)), {"source_file": "scene"}),
    "film": Show((Tile("source", 6, "scene"), Tile("default", 6)), {"source_file": "scene"}),
    "lower_third": Show(
        (Tile("opening, frame 4", 4), Tile("frame 7", 7), Tile("closing, frame 9", 9)),
        {"source_file": "scene"},
    ),
    "multi_layer": Show(
        (
            Tile("green screen", 8, "screen"),
            Tile("lights on black", 8, "fireflies"),
            Tile("stacked", 8),
        ),
        {
            "layers": [
                {"file": "plate"},
                {"file": "screen", "key": "colour", "colour": [0.022, 0.45, 0.055]},
                {
                    "file": "fireflies",
                    "key": "luminance",
                    "low": 0.0,
                    "high": 0.1,
                    "operation": "plus",
                },
            ]
        },
    ),
    "defocus": Show(
        (
            Tile("everything sharp", 1, "scene"),
            Tile("60 mm, f/1.8, frame 1", 1),
            Tile("focus pulled, frame 12", 12),
        ),
        {
            "layers": [
                {"file": "plate", "distance": 300.0},
                {"file": "cutout", "distance": 2.5},
                {"file": "grass", "distance": 1.2},
            ],
            "focal_length": 60.0,
            "focus_to": 60.0,
        },
        also=Show(
            (
                Tile("dolly zoom, frame 1", 1),
                Tile("frame 7", 7),
                Tile("frame 12", 12),
            ),
            {
                "layers": [
                    {"file": "plate", "distance": 300.0},
                    {"file": "cutout", "distance": 2.5},
                ],
                "focal_length": 35.0,
                "travel": -2.0,
            },
        ),
    ),
}
