"""Natron's named formats, which a project may use without describing them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """Width and height in pixels; width of a pixel over its height; empty name: unnamed."""

    width: int
    height: int
    pixel_aspect: float = 1.0
    name: str = ""


BUILT_IN = (
    Format(640, 480, 1, "PC_Video"),
    Format(720, 486, 0.91, "NTSC"),
    Format(720, 576, 1.09, "PAL"),
    Format(720, 486, 1.21, "NTSC_16:9"),
    Format(720, 576, 1.46, "PAL_16:9"),
    Format(1280, 720, 1, "HD_720"),
    Format(1920, 1080, 1, "HD"),
    Format(3840, 2160, 1, "UHD_4K"),
    Format(1024, 778, 1, "1K_Super_35(full-ap)"),
    Format(914, 778, 2, "1K_Cinemascope"),
    Format(2048, 1556, 1, "2K_Super_35(full-ap)"),
    Format(1828, 1556, 2, "2K_Cinemascope"),
    Format(2048, 1080, 1, "2K_DCP"),
    Format(4096, 3112, 1, "4K_Super_35(full-ap)"),
    Format(3656, 3112, 2, "4K_Cinemascope"),
    Format(4096, 2160, 1, "4K_DCP"),
    Format(256, 256, 1, "square_256"),
    Format(512, 512, 1, "square_512"),
    Format(1024, 1024, 1, "square_1K"),
    Format(2048, 2048, 1, "square_2K"),
)
DEFAULT = "HD"
