"""The demo's shot: sources, face and settings in a folder of their own."""

from pathlib import Path

from driver.demo import face
from driver.demo.pair import Pair, make
from driver.shot.commented import commented_toml
from ofx_helpers.media.atomic import write_bytes
from ofx_helpers.media.images import write_image

PAIR = Pair()
SETTINGS = {
    "name": "demo",
    # Rendered film: weights made for drawn video come nearer to it and do not flicker.
    "bands": {"weights": "realesr-animevideov3-x4"},
    "wide": {"path": "wide.mp4"},
    "dvd": {"path": "dvd.mp4"},
    "segment": {"face": "box", "face_box": [418, 62, 118, 130]},
    # The whole animal is found there: both arms are down and inside the widescreen's picture.
    "inpaint": {"key_frame": 16},
    "foreground": {
        "hue": 140.0,
        "saturation": 1.6,
        "aberration_red": [3, 0],
        "aberration_blue": [-3, 1],
    },
    "face": {"asset": face.NAME},
}


def prepare(folder: Path) -> Path:
    """Makes what is missing of the demo in `folder`; returns its `shot.toml`.

    What is there stays, so that a second demo does only what changed and a person may edit the
    settings between the two.
    """
    if not (folder / face.NAME).exists():
        write_image(folder / face.NAME, face.draw())
    if not (folder / "wide.mp4").exists() or not (folder / "dvd.mp4").exists():
        make(PAIR, folder / "wide.mp4", folder / "dvd.mp4")
    project = folder / "shot.toml"
    if not project.exists():
        write_bytes(project, commented_toml(SETTINGS).encode())
    return project
