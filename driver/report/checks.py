"""The runbook's assertions, each on the files and each with a number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from driver.report.measure import Measured, Shot, measure
from driver.report.placed import centres
from driver.report.verdict import Check
from driver.shot import geometry
from ofx_helpers.media.count import count_frames
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_grey8, read_image, read_rgb8


@dataclass(frozen=True)
class Rule:
    """What may be measured at most on any frame, and what a greater number means."""

    number: str
    """Key of `Measured.numbers`."""
    name: str
    limit: float
    unit: str
    layer: str
    text: str
    """Says it for a person; {} stands for the number."""


# The embedded engine and Natron round to the same level or the one beside it.
LEVELS = 2
RULES = (
    Rule("widescreen", "the widescreen's region is bit-identical", 0, "levels", "widescreen",
         "its pixels differ by up to {} levels away from seam, restyle and face"),
    Rule("bands", "the bands are where only they are real", LEVELS, "levels", "bands",
         "they differ from the graded bands by up to {} levels"),
    Rule("generated", "the generated background is in the corners", 6, "levels", "generated",
         "what nobody has differs from the plate by {} levels on average"),
    Rule("beyond", "the foreground covers real pixels only", 0, "px", "foreground",
         "{} pixels of its mask are not real data"),
    Rule("cut-out", "the cut-outs have the mask's alpha", 3, "levels", "foreground",
         "their alpha differs from the mask by up to {} levels"),
    Rule("luminance", "the restyle keeps the foreground's luminance", 3, "%", "foreground",
         "its mean luminance is off by {} % of white"),
    Rule("black", "no frame is black where its inputs are not", 0, "frames", "final",
         "{} frame is black"),
)  # fmt: skip


def run_checks(shot: Shot, progress: Callable[[int, int], None]) -> tuple[Check, ...]:
    """Every check of the runbook; `progress` hears of each frame looked at."""
    frames = measure(shot, progress)
    return (
        *centres(shot.paths, shot.alignment),
        _band_heights(shot),
        _generated_under_foreground(shot),
        _frames_whole(frames),
        *(check for rule in RULES if (check := _ruled(rule, frames, shot)) is not None),
        *_video(shot),
    )


def _ruled(rule: Rule, frames: Sequence[Measured], shot: Shot) -> Check | None:
    """The worst frame against the rule; None where no frame has such a layer."""
    measured = [frame for frame in frames if rule.number in frame.numbers]
    if not measured:
        return None
    worst = max(measured, key=lambda frame: frame.numbers[rule.number])
    number = worst.numbers[rule.number]
    limit, text = rule.limit, rule.text.format(f"{number:g}" if number < 1000 else number)
    if rule.number == "widescreen" and shot.alignment.wide_scale != 1:
        limit, text = LEVELS, f"{text}; it was resampled, so bits are not its own"
    return Check(
        name=rule.name,
        passed=number <= limit,
        number=round(number, 4),
        limit=limit,
        unit=rule.unit,
        frame=worst.frame if number > limit else None,
        layer=rule.layer,
        text=text,
    )


def _band_heights(shot: Shot) -> Check:
    """Runbook: upscaled heights are exactly factor × the DVD's rows, in every file."""
    worst, first, layer = 0, None, ""
    media = EngineMedia()
    for side, rows in zip(("top", "bottom"), shot.alignment.band_rows, strict=True):
        for frame in (None, *shot.frames) if rows else ():
            path = shot.paths.band(side, frame)
            # The header is enough: `measure` decodes every band and says which is broken.
            height = media.header(path, 0).data.height if path.exists() else 0
            off = abs(height - rows * shot.alignment.factor)
            if off > worst:
                worst, first, layer = off, frame, f"up_{side}"
    return Check(
        name="bands exactly upscaled",
        passed=worst == 0,
        number=worst,
        limit=0,
        unit="rows",
        frame=first,
        layer=layer,
        text=f"heights are off {shot.alignment.factor} × the DVD's rows by up to {worst}",
    )


def _generated_under_foreground(shot: Shot) -> Check:
    """Runbook: no generated pixel where the foreground mask is 1."""
    changed = int(read_rgb8(shot.paths.mask_diff).any(axis=2).sum())
    plate = read_image(shot.paths.plate_key).pixels
    real = read_image(shot.paths.real_key).pixels
    mask = shot.paths.mask("foreground", "binary")
    if mask.exists():
        under = read_grey8(mask) > 0
        visible = under & (plate[..., 3] > 0)
        recoloured = under & (real[..., 3] > 0) & (plate[..., :3] != real[..., :3]).any(axis=2)
        changed += int((visible | recoloured).sum())
    return Check(
        name="nothing generated under the foreground",
        passed=changed == 0,
        number=changed,
        limit=0,
        unit="px",
        layer="generated_background_key",
        text=f"{changed} pixels of the generated background lie under the foreground",
    )


def _frames_whole(frames: Sequence[Measured]) -> Check:
    broken = [frame for frame in frames if frame.problem]
    return Check(
        name="every frame of every layer is there",
        passed=not broken,
        number=len(broken),
        limit=0,
        unit="frames",
        frame=broken[0].frame if broken else None,
        layer=broken[0].layer if broken else "",
        text=broken[0].problem if broken else f"all {len(frames)} frames decode at full size",
    )


def _video(shot: Shot) -> Iterator[Check]:
    """Runbook: the MP4 plays and has the frames of its duration, decoded again to count."""
    try:
        video = count_frames(shot.paths.mp4)
        frames, seconds, size, problem = video.frames, video.duration, video.size, ""
    except MediaError as error:
        frames, seconds, size, problem = 0, 0.0, (0, 0), str(error)
    asked = len(shot.frames)
    delivered = geometry.delivered(shot.alignment.canvas)
    yield Check(
        name="the video has every frame",
        passed=frames == asked and size == delivered,
        number=abs(frames - asked),
        limit=0,
        unit="frames",
        layer="final.mp4",
        text=problem or f"{frames} frames of {size[0]}×{size[1]} decode, {asked} were asked for",
    )
    wanted = asked / shot.alignment.fps
    off = abs(seconds - wanted)
    yield Check(
        name="the video has its duration",
        passed=off <= 0.5 / shot.alignment.fps,
        number=round(off, 4),
        limit=round(0.5 / shot.alignment.fps, 4),
        unit="s",
        layer="final.mp4",
        text=problem or f"it lasts {seconds:.3f} s, {wanted:.3f} s were asked for",
    )
