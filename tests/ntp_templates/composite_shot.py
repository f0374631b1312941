"""A small shot with known pixels, composed by the template and the embedded engine."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from driver.project.document import read
from driver.project.template import fill, load_template
from driver.render.graph import graph_of
from ofx_helpers.engine.render import render
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.nodes import collect

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
WIDTH, HEIGHT = 64, 48
WIDE_Y, WIDE_HEIGHT = 10, 28


def noise(seed: int, *shape: int) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def linear(pixels: Bytes) -> Floats:
    """IEC 61966-2-1."""
    x = pixels / 255.0
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def srgb(light: Floats) -> Floats:
    x = np.clip(light, 0, 1)
    return 255 * np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)


class Shot:
    """Pictures in a folder, and the project made for them."""

    def __init__(self, folder: Path, *, face: bool = False, foreground: bool = False) -> None:
        self.folder = folder
        self.wide = noise(1, WIDE_HEIGHT, WIDTH, 3)
        self.top = noise(2, 14, 40, 3)
        self.bottom = noise(3, 14, 40, 3)
        self.plate = noise(4, HEIGHT, WIDTH, 4)
        self.plate[..., 3] = 0
        self.plate[:WIDE_Y, :12, 3] = 255
        self.mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        self.face_mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        self.face = np.full((10, 8, 3), (250, 120, 30), np.uint8)
        self.values: dict[str, object] = {
            "canvas_width": WIDTH,
            "canvas_height": HEIGHT,
            "first": 1,
            "last": 1,
            "fps": 25.0,
            "wide_file": folder / "wide.####.png",
            "wide_x": 0,
            "wide_y": WIDE_Y,
            "wide_width": WIDTH,
            "wide_height": WIDE_HEIGHT,
            "top_file": folder / "top.####.png",
            "top_paste": (12, 0, 40, 14),
            "bottom_file": folder / "bottom.####.png",
            "bottom_paste": (12, HEIGHT - 14, 40, 14),
            "plate_file": folder / "plate.png",
            "neutral": (1.0, 0.0, 0.0),
            "seam_feather": 0,
            "final_file": folder / "final.####.png",
        }
        if foreground:
            self.values["foreground_mask_file"] = folder / "mask.####.png"
            self.values["foreground_file"] = folder / "cutout.####.png"
        if face:
            self.values |= {
                "face_file": folder / "face.png",
                "face_width": 8,
                "face_height": 10,
                "face_mask_file": folder / "face_mask.####.png",
                "face": [(1, 32, 24, 2, 0, 1)],
            }

    def expected(self) -> Bytes:
        """Priority by hand: hard edges, whole pixels."""
        canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        canvas[:] = (255, 0, 0)
        generated = self.plate[..., 3] == 255
        canvas[generated] = self.plate[generated][:, :3]
        canvas[:14, 12:52] = self.top
        canvas[HEIGHT - 14 :, 12:52] = self.bottom
        canvas[WIDE_Y : WIDE_Y + WIDE_HEIGHT] = self.wide
        return canvas

    def render(self, **values: object) -> tuple[Bytes, Bytes]:
        """The final frame and, where there is one, the cut-out."""
        for name, pixels in (
            ("wide.0001", self.wide),
            ("top.0001", self.top),
            ("bottom.0001", self.bottom),
            ("plate", self.plate),
            ("mask.0001", self.mask),
            ("face_mask.0001", self.face_mask),
            ("face", self.face),
        ):
            Image.fromarray(pixels).save(self.folder / f"{name}.png")
        path = self.folder / "comp.ntp"
        fill(load_template("priority_composite"), {**self.values, **values}, path).write(path)
        files = list(
            render(graph_of(read(path)), resolve=collect().get, media=EngineMedia(), threads=1)
        )
        found = {done.writer: np.asarray(Image.open(done.path)) for done in files}
        return found["WriteFinal"], found.get("WriteForeground", np.zeros(0, np.uint8))
