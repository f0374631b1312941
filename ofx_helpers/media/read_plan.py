"""What is done to a video's frames on the way in, decided before any is read."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Size
from ofx_helpers.media.probe import VideoFacts

DVD_SIZES = ((720, 480), (720, 576))
DVD_SQUARE = (720, 540)
"""Size that every DVD picture gets, whatever shape its file says its pixels have."""

NO_CROP = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How to take a video. The defaults follow what the file says."""

    fps: Fraction | None = None
    """Rate to take it as; no frame is added or dropped."""
    pixel_aspect: float | None = None
    """Width of a pixel over its height."""
    interlaced: Literal["auto", "no", "tff", "bff"] = "auto"
    """Deinterlace when flagged, never, or always with this field first; one frame for each."""
    telecine: bool = False
    """Remove 3:2 pulldown: five frames become the four they were made from."""
    pal_speedup: bool = False
    """Take 25 frames a second as 24; the sound is slowed down alike."""
    matrix: Literal["auto", "601", "709"] = "auto"
    """Matrix; auto: the tag, else Rec.601 up to 1024×576, Rec.709 above."""
    range: Literal["auto", "limited", "full"] = "auto"
    """Range of the luma; auto: the tag, else limited."""
    crop: tuple[int, int, int, int] = NO_CROP
    """Left, top, right and bottom pixels to cut off the square-pixel picture."""
    scale: float = 1.0
    """Factor of the size, after the crop."""
    every: int = 1
    """Read only each n-th frame, from the first; their number is not checked against the rate."""


@dataclass(frozen=True, kw_only=True)
class ReadPlan:
    """What will be done, each decision made."""

    size: Size
    """Width and height of the frames that come out."""
    square: Size
    """Width and height once pixels are square, before crop and scale."""
    fps: Fraction
    """Rate of the frames that come out."""
    tempo: float
    """Speed at which the sound must play to stay with the picture; 1 as it is."""
    deinterlace: Literal["no", "tff", "bff", "auto"]
    telecine: bool
    matrix: Literal["601", "709", "2020", "rgb"]
    range: Literal["limited", "full"]
    crop: tuple[int, int, int, int] = NO_CROP
    filters: tuple[tuple[str, dict[str, str]], ...] = field(repr=False, default=())
    """ffmpeg filters in order, each a name and its options."""


def plan_reading(facts: VideoFacts, options: ReadOptions) -> ReadPlan:
    """Decides everything; `MediaError` when the crop or the scale leaves nothing."""
    square = square_size((facts.width, facts.height), options.pixel_aspect or facts.pixel_aspect)
    cropped, size = sizes_after(square, options.crop, options.scale, str(facts.path))
    deinterlace = _deinterlace(facts, options)
    matrix, full = _matrix(facts, options), _full_range(facts, options)
    fps, tempo = _rate(facts, options)
    filters: list[tuple[str, dict[str, str]]] = []
    if options.telecine:
        # The frames' own flags say the order, or else it is the one of nearly all NTSC tapes.
        order = deinterlace if deinterlace != "no" else "tff"
        # Combed frames that found no partner would otherwise survive; the rest stays untouched.
        filters += [("fieldmatch", {"order": order, "combmatch": "full"})]
        filters += [("yadif", {"deint": "interlaced"}), ("decimate", {})]
    elif deinterlace != "no":
        filters.append(("bwdif", {"mode": "send_frame", "parity": deinterlace, "deint": "all"}))
    if options.every > 1:
        filters.append(("select", {"expr": f"not(mod(n,{options.every}))"}))
    filters.append(("scale", _to_rgb(square, matrix, full)))
    filters.append(("format", {"pix_fmts": "rgb24"}))
    if options.crop != NO_CROP:
        left, top = options.crop[:2]
        place = {"x": str(left), "y": str(top), "exact": "1"}
        filters.append(("crop", {"w": str(cropped[0]), "h": str(cropped[1]), **place}))
    if size != cropped:
        filters.append(("scale", {"w": str(size[0]), "h": str(size[1]), "flags": "area"}))
    return ReadPlan(
        size=size,
        square=square,
        fps=fps,
        tempo=tempo,
        deinterlace="no" if options.telecine else deinterlace,
        telecine=options.telecine,
        matrix=matrix,
        range="full" if full else "limited",
        crop=options.crop,
        filters=tuple(filters),
    )


def square_size(size: Size, pixel_aspect: float | Fraction) -> Size:
    """Size with square pixels: a DVD's is always 720×540, else the short side is stretched.

    Stretched, never shrunk, so that no detail is lost.
    """
    width, height = size
    if size in DVD_SIZES:
        return DVD_SQUARE
    if pixel_aspect >= 1:
        return round(width * pixel_aspect), height
    return width, round(height / pixel_aspect)


def sizes_after(
    square: Size, crop: tuple[int, int, int, int], scale: float, name: str
) -> tuple[Size, Size]:
    """Size after the crop, and after crop and scale; `MediaError` when nothing is left."""
    left, top, right, bottom = crop
    cropped = (square[0] - left - right, square[1] - top - bottom)
    if min(crop) < 0 or min(cropped) < 1:
        raise MediaError(
            f"{name} is {square[0]}×{square[1]}: a crop of left {left}, top {top}, "
            f"right {right}, bottom {bottom} does not fit; correct the crop."
        )
    size = (round(cropped[0] * scale), round(cropped[1] * scale))
    if min(size) < 1:
        raise MediaError(f"{name} at a scale of {scale} has no pixel left: take a larger scale.")
    return cropped, size


def _to_rgb(size: Size, matrix: str, full: bool) -> dict[str, str]:
    options = {"w": str(size[0]), "h": str(size[1]), "out_range": "full"}
    # Without these flags swscale takes shortcuts that are several levels off.
    options["flags"] = "lanczos+accurate_rnd+full_chroma_int+full_chroma_inp"
    if matrix != "rgb":
        options["in_color_matrix"] = {"601": "bt601", "709": "bt709", "2020": "bt2020"}[matrix]
        options["in_range"] = "full" if full else "limited"
    return options


def _deinterlace(facts: VideoFacts, options: ReadOptions) -> Literal["no", "tff", "bff", "auto"]:
    if options.interlaced != "auto":
        return options.interlaced
    if not facts.interlaced:
        return "no"
    return facts.field_order if facts.field_order in ("tff", "bff") else "auto"


def _matrix(facts: VideoFacts, options: ReadOptions) -> Literal["601", "709", "2020", "rgb"]:
    if facts.matrix == "rgb":
        return "rgb"
    if options.matrix != "auto":
        return options.matrix
    if facts.matrix != "unspecified":
        return facts.matrix
    # Not by height alone: a wide film cut to its picture has few rows, too.
    return "601" if facts.height <= 576 and facts.width <= 1024 else "709"


def _full_range(facts: VideoFacts, options: ReadOptions) -> bool:
    if facts.matrix == "rgb":
        return True
    return (facts.range if options.range == "auto" else options.range) == "full"


def _rate(facts: VideoFacts, options: ReadOptions) -> tuple[Fraction, float]:
    """Rate of the frames that come out, and the sound's tempo."""
    if options.telecine and abs(facts.fps - 30) > Fraction(1, 4):
        raise MediaError(
            f"{facts.path} runs at {float(facts.fps):.3f} frames a second: only 29.97 can hold a "
            "3:2 pulldown; take the telecine setting away."
        )
    played = facts.fps * Fraction(4, 5) if options.telecine else facts.fps
    taken = options.fps or played
    if options.pal_speedup and options.fps is None:
        if abs(played - 25) > Fraction(1, 4):
            raise MediaError(
                f"{facts.path} runs at {float(played):.3f} frames a second: only 25 can be a PAL "
                "speed-up; take that setting away."
            )
        taken = Fraction(24)
    return taken, float(taken / played)
