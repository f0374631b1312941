"""Follows the foreground, the face and the camera through the shot."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.shot import alignment
from driver.shot.alignment import Alignment
from driver.shot.camera import solve
from driver.shot.compose import composed
from driver.shot.drift_plot import draw
from driver.shot.face_colour import face_colour
from driver.shot.face_track import keys
from driver.shot.masks import Mask, Soft, bounds, ramp, to_bytes
from driver.shot.motion import to_cv
from driver.shot.paths import ShotPaths
from driver.shot.subject import foreground_of, segmenter_weights
from driver.shot.tracking import CameraKey, Drift, Tracking, as_matrix, face_matrix
from driver.shot.walk import Findings, Subject, Tools, walk
from driver.stages.base import Job, Stage
from models.flow import flow
from ofx_helpers.media.atomic import write_bytes
from ofx_helpers.media.images import read_grey8, read_image, read_rgb8, write_image


def run(job: Job) -> None:
    """Writes a mask of the foreground and the face for every frame, the keys and the plot."""
    paths, key = job.paths, job.settings.inpaint.key_frame
    geometry = alignment.load(paths.align_report)
    frames = _frames(job, geometry)
    real = np.asarray(read_grey8(paths.available("missing")) < 128, dtype=np.bool_)
    subject = Subject(foreground=_binary(job, "foreground"), face=_binary(job, "face"), real=real)
    tools = Tools(
        load=lambda frame: _real(job, geometry, frame),
        flow=flow,
        segment=foreground_of(job.settings, real) if subject.foreground.any() else None,
        drift=job.settings.track.drift_px,
    )
    found = Findings()
    feather = job.settings.segment.feather_px
    for done, (frame, distance) in enumerate(walk(frames, key, subject, tools, found), start=1):
        _write_foreground(job, frame, distance, real, feather)
        job.progress(done, len(frames))
    tracking = _tracking(job, geometry, frames, subject, found)
    _write_faces(job, tracking)
    write_bytes(paths.track, tracking.model_dump_json(indent=1).encode())
    write_image(paths.drift_plot, draw(tracking))
    _say(job, tracking)


def _frames(job: Job, geometry: Alignment) -> list[int]:
    """The frames asked for, what lies between them and the key frame, as far as it is there."""
    key = job.settings.inpaint.key_frame
    if key > geometry.frames:
        raise MemecompError(
            f"inpaint.key_frame is {key}, but the shot has {geometry.frames} frames: "
            f"choose one of 1 to {geometry.frames}"
        )
    asked = set(job.frames or range(1, geometry.frames + 1)) | {key}
    span = range(min(asked), max(asked) + 1)
    there = [f for f in span if f in asked or job.paths.aligned("wide", f).exists()]
    return [f for f in there if f <= geometry.frames]


def _real(job: Job, geometry: Alignment, frame: int) -> NDArray[np.uint8]:
    """The frame's real pixels, 8-bit RGB (h, w, 3) on the canvas, black where there are none.

    A frame between those asked for may have no bands, or bands of an earlier geometry; then it
    shows the widescreen copy alone.
    """
    wide = read_rgb8(job.paths.aligned("wide", frame))
    bands = {}
    for side, path in _band_files(job.paths, geometry, frame):
        rect = geometry.band_rect(side)
        size = (rect.width, rect.height)
        if path.exists() and (frame in job.frames or read_image(path).size == size):
            bands[side] = read_rgb8(path, size=size)
    return np.ascontiguousarray(composed(wide, bands, geometry)[0][..., :3])


def _band_files(paths: ShotPaths, geometry: Alignment, frame: int) -> Iterator[tuple[str, Path]]:
    """The sides that have a band, each with its file of that frame."""
    for side in ("top", "bottom"):
        if not geometry.band_rect(side).empty:
            yield side, paths.band(side, frame)


def _binary(job: Job, layer: str) -> Mask:
    return np.asarray(read_grey8(job.paths.mask(layer, "binary")) > 127, dtype=np.bool_)


def _write_foreground(job: Job, frame: int, distance: Soft, real: Mask, feather: float) -> None:
    soft = ramp(distance, feather)
    soft[~real] = 0
    write_image(job.paths.tracked("foreground", frame), to_bytes(soft))


def _tracking(
    job: Job, geometry: Alignment, frames: Sequence[int], subject: Subject, found: Findings
) -> Tracking:
    box = bounds(subject.face)
    face = None
    if box is not None:
        centre = (box[0] + box[2] / 2, box[1] + box[3] / 2)
        face = keys(found.sights, frames, centre, job.settings.track.smooth)
    model, matrices = solve(found.cameras, list(frames), geometry.canvas)
    camera = None
    if model != "still":
        camera = tuple(CameraKey(frame=f, matrix=as_matrix(matrices[f])) for f in frames)
    drift = tuple(
        Drift(frame=f, error=round(found.error[f], 4), face_error=_face_error(found, f))
        for f in frames
    )
    return Tracking(
        key_frame=job.settings.inpaint.key_frame,
        canvas=geometry.canvas,
        face_box=box,
        face=face,
        camera=camera,
        camera_model=model,
        drift=drift,
        drift_threshold=job.settings.track.drift_px,
        resegmented=tuple(sorted(found.resegmented)),
        rejected=tuple(sorted(found.rejected)),
        face_colour=face_colour(
            read_rgb8(job.paths.real_key), subject.face, subject.foreground, subject.real
        ),
    )


def _face_error(found: Findings, frame: int) -> float | None:
    sight = found.sights.get(frame)
    return round(sight.error, 4) if sight is not None and sight.seen else None


def _write_faces(job: Job, tracking: Tracking) -> None:
    """The key frame's soft face, moved as its keys say and weakened by their opacity."""
    if tracking.face is None or tracking.face_box is None:
        for item in tracking.drift:  # of a face that there was before
            job.paths.tracked("face", item.frame).unlink(missing_ok=True)
        return
    soft = read_grey8(job.paths.mask("face", "feathered")).astype(np.float32) / 255
    left, top, width, height = tracking.face_box
    for key in tracking.face:
        matrix = np.array(face_matrix(key, (left + width / 2, top + height / 2)))
        if np.array_equal(matrix, np.eye(3)):
            moved = soft
        else:
            size = (soft.shape[1], soft.shape[0])
            moved = cv2.warpAffine(soft, to_cv(matrix)[:2], size, flags=cv2.INTER_LINEAR)
        write_image(
            job.paths.tracked("face", key.frame),
            to_bytes(np.asarray(moved * key.opacity, np.float32)),
        )


def _say(job: Job, tracking: Tracking) -> None:
    worst = max(tracking.drift, key=lambda item: item.error)
    job.say(f"drift at most {worst.error:.2f} px (frame {worst.frame})")
    if tracking.resegmented:
        job.say("segmented again on frames " + " ".join(map(str, tracking.resegmented)))
    if tracking.rejected:
        job.say(
            "a fresh mask was refused on frames "
            + " ".join(map(str, tracking.rejected))
            + ": look at masks/ there, or set another segment.model"
        )
    lost = [str(key.frame) for key in tracking.face or () if key.opacity == 0]
    if lost:
        job.say("the face is lost on frames " + " ".join(lost))
    job.say(
        "the camera is still"
        if tracking.camera is None
        else f"the camera moves: the plate follows it ({tracking.camera_model})"
    )


def _reads(job: Job) -> Iterator[Path]:
    paths = job.paths
    yield from (paths.align_report, paths.real_key, paths.available("missing"))
    yield from (paths.mask(layer, "binary") for layer in ("foreground", "face"))
    yield paths.mask("face", "feathered")
    if paths.align_report.exists():
        geometry = alignment.load(paths.align_report)
        for frame in _frames(job, geometry):
            yield paths.aligned("wide", frame)
            yield from (path for _, path in _band_files(paths, geometry, frame))


def _writes(job: Job) -> Iterable[Path]:
    paths = job.paths
    return [paths.track, paths.drift_plot, *(paths.tracked("foreground", f) for f in job.frames)]


STAGE = Stage(
    name="track",
    help="Follow the foreground, the face and the camera.",
    after=("align", "bands", "real", "segment"),
    run=run,
    settings=("track", "segment", "inpaint.key_frame"),
    weights=lambda job: segmenter_weights(job.settings),
    reads=_reads,
    writes=_writes,
)
