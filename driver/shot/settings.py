"""The settings of a shot: one frozen model a section of `shot.toml`.

Each field's description is at once its documentation, its command-line help and its comment in a
new `shot.toml`. Values resolve as defaults → preset → project file → command line; see
`driver.shot.resolve`.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(gt=0)]
Percent = Annotated[float, Field(ge=0, le=1)]
Above0 = Annotated[float, Field(gt=0)]
Aspect = Annotated[float, Field(ge=0.1, le=10)]
Rate = Annotated[float, Field(gt=0, lt=1000)]
Cut = Annotated[int, Field(ge=0)]
Side = Annotated[int, Field(ge=0, le=16384)]
"""A side of the canvas: H.264 knows no longer one."""


class Section(BaseModel):
    """What every section shares: no unknown key, no change after reading, keywords only."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )


class Source(Section):
    """One of the two copies: a video file or a numbered sequence."""

    path: str = ""
    """Video file, or numbered images as 'name.%04d.png' or 'name.####.png'."""
    fps: Rate | None = None
    """Frames a second to take it as; needed for images, and to map two different rates."""
    pixel_aspect: Aspect | None = None
    """Width of a pixel over its height; found when not set. 720×480 and 720×576 become 720×540."""
    interlaced: Literal["auto", "no", "tff", "bff"] = "auto"
    """Deinterlace: by the file's flag, never, or with the top or the bottom field first."""
    telecine: bool = False
    """Remove 3:2 pulldown: 29.97 frames a second become 23.976."""
    pal_speedup: bool = False
    """Undo the speed-up from 24 to 25 frames a second: frames stay, the rate is taken as 24."""
    matrix: Literal["auto", "601", "709"] = "auto"
    """Colour matrix of the video: by its tag, else Rec.601 up to 1024×576 and Rec.709 above."""
    range: Literal["auto", "limited", "full"] = "auto"
    """Range of its luma: by its tag, else limited."""
    crop: tuple[Cut, Cut, Cut, Cut] | None = None
    """Left, top, right and bottom pixels to cut off; black borders are found when not set."""
    cuts: Literal["refuse", "ignore"] = "refuse"
    """Refuse a cut inside the shot and trim at one outside, or ignore those that are found."""


class Canvas(Section):
    """The frame that is rebuilt."""

    width: Side = 0
    """Width in pixels; 0 takes what both copies cover."""
    height: Side = 0
    """Height in pixels; 0 takes what both copies cover."""


class Align(Section):
    """Where the copies lie on each other. What is set here wins over what would be found."""

    measured_center_sample: tuple[Above0, Above0] | None = None
    """Width and height, in DVD pixels, of what fills the canvas, measured by hand on an overlay.
    The factor is the canvas's width over this width: with a canvas of 3840×2160, (960, 540) gives
    3840 / 960 = 2160 / 540 = 4. Where the canvas is not set, the widescreen copy's width counts."""
    time_offset: int | None = None
    """Frame of the widescreen copy that shows what the DVD's first frame shows, minus 1."""
    scale: Above0 | None = None
    """Widescreen pixels for one DVD pixel."""
    offset_x: float | None = None
    """How far right of the widescreen's centre the DVD's centre lies, in widescreen pixels, once
    black borders are cut off."""
    offset_y: float | None = None
    """How far below the widescreen's centre the DVD's centre lies, in widescreen pixels, once
    black borders are cut off."""
    colour_match: bool = True
    """Grade the DVD to the widescreen's colours, fitted where the two overlap."""


class Bands(Section):
    """The rows that only the DVD has."""

    factor: int = Field(default=4, gt=0, le=16)
    """Integer upscale factor."""
    allow_fractional: bool = False
    """Accept a scale more than 1 % off the factor; the rest becomes a sub-pixel Transform."""
    backend: str = "auto"
    """Upscaler: auto, openvino, realesrgan or ncnn; auto takes the best that is installed."""
    weights: str = "realesrgan-x4plus"
    """Weights by name, as `memecomp models list` shows them."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """Arithmetic; auto takes the fastest that the processor has."""
    tile: int = Field(default=0, ge=0)
    """Tile width in DVD pixels; 0 takes the whole band unless memory is short."""
    overlap: int = Field(default=24, ge=8, le=32)
    """Overlap of tiles in DVD pixels, blended."""
    context_rows: int = Field(default=6, ge=0)
    """Rows of the core upscaled along with a band, then cut off."""


class Segment(Section):
    """The foreground and the face, found once a shot."""

    model: str = "u2netp"
    """Foreground model of rembg, as `memecomp models list` shows them; 'none' for a shot without a
    foreground."""
    threshold: Percent = 0.5
    """Foreground where the model's mask, 0 to 1, is above this."""
    feather_px: int = Field(default=12, ge=8, le=20)
    """Width of the feathered masks' ramp in pixels."""
    face: Literal["auto", "box", "mask", "none"] = "auto"
    """Where the face is: a detector, `face_box`, `face_mask`, or no face."""
    face_box: tuple[float, float, float, float] | None = None
    """Left, top, width and height of the face in canvas pixels on the key frame."""
    face_mask: str | None = None
    """Image of the canvas's size, white on the face, on the key frame."""


class Inpaint(Section):
    """What neither copy has, painted exactly once a shot."""

    key_frame: Positive = 1
    """The shot's frame, numbered from 1, that is segmented and painted; the others follow it."""
    method: Literal["patchmatch", "diffusers"] = "patchmatch"
    """Patch match alone, or refined by a diffusion model."""
    model: str = ""
    """Folder or hub name of a diffusers inpainting model."""
    prompt: str = "background scenery, natural continuation, same style and lighting"
    """Words for the background's style only."""
    subject_words: tuple[str, ...] = ("wizard", "face", "person", "man", "woman", "character")
    """A prompt that holds one of these is refused."""
    strength: float = Field(default=0.3, ge=0.2, le=0.35)
    """How far the diffusion may leave the patch match fill."""
    steps: Positive = 30
    """Steps of the diffusion; of these it does about strength × steps."""
    seed: int = 7
    """Seed of the fill and of the diffusion."""


class Track(Section):
    """Masks, face and camera followed through the shot."""

    drift_px: float = Field(default=2.0, gt=0)
    """Forward–backward error in pixels past which a mask is segmented again."""
    smooth: int = Field(default=5, ge=1)
    """Frames over which the face's transform is smoothed."""


class Foreground(Section):
    """The restyle of the foreground: never by generation."""

    hue: float = Field(default=0.0, ge=-180, le=180)
    """Hue rotation in degrees."""
    saturation: float = Field(default=1.0, ge=0, le=4)
    """Saturation; 1 keeps it."""
    aberration_red: tuple[int, int] = (0, 0)
    """Shift of the red channel in pixels, right and down."""
    aberration_blue: tuple[int, int] = (0, 0)
    """Shift of the blue channel in pixels, right and down."""
    restore: bool = False
    """Sharpen the subject without generation before the restyle."""

    @property
    def restyles(self) -> bool:
        """Whether the foreground's look is changed at all."""
        shifts = (*self.aberration_red, *self.aberration_blue)
        return (self.hue, self.saturation) != (0.0, 1.0) or any(shifts) or self.restore


class Face(Section):
    """The picture that goes on the face."""

    asset: str = ""
    """Image for the face (`El_xox_sillyface.jpg`); relative to this file; empty for none."""
    feather_px: int = Field(default=0, ge=0, le=1000)
    """Blur of the face's edge in pixels, added to the feather of the masks."""
    colour_match: bool = True
    """Match the asset's exposure and white balance to the surrounding face."""


class Seam(Section):
    """Where widescreen meets bands."""

    mode: Literal["crossfade", "poisson"] = "crossfade"
    """Crossfade in the project, or bands blended beforehand (Poisson)."""
    feather_px: int = Field(default=8, ge=0)
    """Width of the crossfade in pixels, inside the widescreen's edge; 0 for a hard edge."""


class Render(Section):
    """The composite."""

    engine: Literal["auto", "embedded", "natron"] = "auto"
    """Who renders the project; auto takes NatronRenderer where it is installed."""
    jobs: int = Field(default=1, ge=1, le=256)
    """Renderers at once."""
    on: str = "here"
    """Where they are: here, dask for `jobs` Dask workers, or a scheduler as tcp://host:8786."""
    chunk: int = Field(default=0, ge=0)
    """Frames that one process renders before a new one takes over; 0 takes the renderer's usual."""
    tries: int = Field(default=2, ge=0, le=100)
    """How often a frame that failed is rendered again, alone."""
    silence: float = Field(default=300.0, gt=0)
    """Seconds without a new frame after which a renderer counts as hung; slow frames extend it."""


class Export(Section):
    """What is delivered."""

    crf: int = Field(default=18, ge=18, le=22)
    """Quality of the MP4; lower is better."""
    audio: Literal["wide", "dvd", "none"] = "wide"
    """Whose sound is kept, if it has any."""
    gif: bool = True
    """Write a GIF as well."""
    gif_fps: float = Field(default=12.5, gt=0, le=50)
    """Frames a second of the GIF, at most."""
    gif_width: int = Field(default=480, gt=0)
    """Width of the GIF in pixels, at most."""
    name: tuple[str, str, str, str] | None = None
    """Project, scene, icon and effect: the MP4 is also copied to PROJECT_SC_03_ICON_FX_v01.mp4,
    the version counted up at each export."""


class Settings(Section):
    """Everything about a shot."""

    name: str = "shot"
    """Name of the shot."""
    wide: Source = Source()
    """The sharp widescreen copy."""
    dvd: Source = Source()
    """The soft open-matte copy, with picture above and below."""
    canvas: Canvas = Canvas()
    align: Align = Align()
    bands: Bands = Bands()
    segment: Segment = Segment()
    inpaint: Inpaint = Inpaint()
    track: Track = Track()
    foreground: Foreground = Foreground()
    face: Face = Face()
    seam: Seam = Seam()
    render: Render = Render()
    export: Export = Export()


def relative_to(folder: Path, path: str) -> Path:
    """`path` as the settings give it, relative to the folder of `shot.toml`."""
    return folder / Path(path).expanduser()
