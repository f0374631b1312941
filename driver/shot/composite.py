"""What the `priority_composite` template is told about a shot."""

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.alignment import Alignment
from driver.shot.colour import to_linear
from driver.shot.paths import ShotPaths, pattern
from driver.shot.settings import Settings, relative_to
from driver.shot.tracking import CameraKey, FaceColour, Tracking
from ofx_helpers.media.images import read_rgb8

# Luminance of linear Rec.709 light (ITU-R BT.709).
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
GAIN_LIMITS = (0.25, 4.0)


def values(
    settings: Settings, folder: Path, paths: ShotPaths, found: Alignment, tracked: Tracking
) -> dict[str, Any]:
    """The template's parameters by name; files are absolute, rectangles top-down."""
    wide = found.wide_rect
    return {
        "canvas_width": found.canvas[0],
        "canvas_height": found.canvas[1],
        "first": 1,
        "last": found.frames,
        "fps": found.fps,
        "wide_file": pattern(paths.aligned("wide", 0)),
        "wide_x": wide.x,
        "wide_y": wide.y,
        "wide_width": wide.width,
        "wide_height": wide.height,
        "seam_feather": settings.seam.feather_px,
        "plate_file": paths.plate_key,
        "final_file": pattern(paths.final(0)),
        **_bands(paths, found),
        **_camera(found, tracked),
        **(_foreground(settings, paths) if settings.segment.model != "none" else {}),
        **(_face(settings, folder, paths, tracked) if settings.face.asset else {}),
    }


def _bands(paths: ShotPaths, found: Alignment) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for side in ("top", "bottom"):
        if not found.band_rect(side).empty:
            chosen[f"{side}_file"] = pattern(paths.band(side, 0))
            rect = found.band_rect(side)
            chosen[f"{side}_paste"] = [rect.x, rect.y, rect.width, rect.height]
    chosen["grade_multiply"] = list(found.grade.multiply)
    chosen["grade_offset"] = list(found.grade.offset)
    chosen["grade_gamma"] = list(found.grade.gamma)
    if found.apply_residual:
        rest = found.residual
        chosen["residual"] = [rest.scale, rest.dx, rest.dy]
    return chosen


def _camera(found: Alignment, tracked: Tracking) -> dict[str, Any]:
    """The plate's motion: a similarity as translate, rotate and scale, a homography as corners."""
    if tracked.camera is None:
        return {}
    if tracked.camera_model == "homography":
        return {"camera_corners": [_corners(key, found.canvas) for key in tracked.camera]}
    return {"camera": [_similarity(key, found.canvas) for key in tracked.camera]}


def _similarity(key: CameraKey, canvas: tuple[int, int]) -> tuple[float, ...]:
    """Frame, x, y, rotation and scale, about the canvas's centre: the template's default."""
    matrix = np.array(key.matrix)
    centre = np.array([canvas[0] / 2, canvas[1] / 2, 1.0])
    x, y, _ = matrix @ centre - centre
    a, b = matrix[0, 0], matrix[0, 1]
    return key.frame, float(x), float(y), math.degrees(math.atan2(b, a)), math.hypot(a, b)


def _corners(key: CameraKey, canvas: tuple[int, int]) -> tuple[float, ...]:
    """Frame, then x and y of where the canvas's corners go, from the top left clockwise."""
    width, height = canvas
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    moved = cv2.perspectiveTransform(corners, np.array(key.matrix))
    return key.frame, *(float(value) for value in moved.ravel())


def _foreground(settings: Settings, paths: ShotPaths) -> dict[str, Any]:
    look = settings.foreground
    return {
        "foreground_mask_file": pattern(paths.tracked("foreground", 0)),
        "foreground_file": pattern(paths.foreground(0)),
        "hue": look.hue,
        "saturation": look.saturation,
        "aberration_red": list(look.aberration_red),
        "aberration_blue": list(look.aberration_blue),
        "restore": look.restore,
    }


def _face(settings: Settings, folder: Path, paths: ShotPaths, tracked: Tracking) -> dict[str, Any]:
    """The asset covers the face's box on the key frame and follows the track from there."""
    if tracked.face is None or tracked.face_box is None:
        return {}
    asset = relative_to(folder, settings.face.asset)
    image = read_rgb8(asset)
    height, width = image.shape[:2]
    # The soft edge lies half outside the box, and it must not run over the asset's border.
    edge = settings.segment.feather_px + 2 * settings.face.feather_px
    cover = max((tracked.face_box[2] + edge) / width, (tracked.face_box[3] + edge) / height)
    keys = [
        # The tracked masks fade already where the face is lost.
        (key.frame, key.x, key.y, key.scale * cover, key.rotation, 1.0)
        for key in tracked.face
    ]
    chosen = {
        "face_file": asset,
        "face_width": width,
        "face_height": height,
        "face_mask_file": pattern(paths.tracked("face", 0)),
        "face_feather": settings.face.feather_px,
        "face": keys,
    }
    if settings.face.colour_match and tracked.face_colour is not None:
        chosen["face_gain"] = face_gain(image, tracked.face_colour)
    return chosen


def face_gain(image: NDArray[np.uint8], around: FaceColour) -> list[float]:
    """Gain of red, green and blue in linear light that fits the asset to the face around it.

    Exposure is matched in full, by luminance. White balance goes half of the way, in stops: all of
    it would give the asset the face's own colour and take its drawing away.
    """
    own = to_linear(image.reshape(-1, 3).astype(np.float64) / 255.0).mean(axis=0)
    target = np.array(around.mean)
    exposure = (target @ LUMINANCE) / max(own @ LUMINANCE, 1e-6)
    balance = (target / max(target @ LUMINANCE, 1e-6)) / (own / max(own @ LUMINANCE, 1e-6))
    gain = exposure * np.sqrt(np.clip(balance, *GAIN_LIMITS))
    return [round(float(value), 5) for value in np.clip(gain, *GAIN_LIMITS)]
