"""What a writer's parameters say about a video file: container, codec, pixels, quality, rate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.params import Params, catalogue

_CONTAINERS = {
    ".mov": "mov", ".mp4": "mp4", ".m4v": "mp4", ".mkv": "matroska", ".avi": "avi",
    ".mpg": "mpeg", ".mpeg": "mpeg", ".ts": "mpegts", ".flv": "flv", ".webm": "webm",
}  # fmt: skip
# The plug-in's own default is ProRes 4444; other containers cannot hold it, or hardly do.
_USUAL = {"mov": "prores_ksap4h", "avi": "mpeg4", "mpeg": "mpeg2video", "flv": "flv"}
_PRORES = {"ap4h": 4, "apch": 3, "apcn": 2, "apcs": 1, "apco": 0}
# Pixels that each encoder takes where it has no choice.
_FIXED = {
    "mpeg4": "yuv420p", "msmpeg4": "yuv420p", "msmpeg4v2": "yuv420p", "flv": "yuv420p",
    "avrp": "gbrp10le",
    "svq1": "yuv410p", "png": "rgb24", "qtrle": "rgb24", "targa": "bgr24",
    "cinepak": "rgb24", "v210": "yuv422p10le", "cfhd": "yuv422p10le",
    "libvpx-vp9": "yuv420p", "ffvhuff": "yuv422p", "huffyuv": "yuv422p", "ffv1": "yuv422p",
}  # fmt: skip
_CHOSEN = ("libx264", "libx265", "mjpeg", "mpeg2video", "tiff", "jpeg2000")
_DNX = {"dnxhr444": "gbrp10le", "dnxhrhqx": "yuv422p10le"}
_BETWEEN = ("mpeg4", "msmpeg4", "msmpeg4v2", "flv", "svq1", "mpeg2video")
_WITH_SCALE = (*_BETWEEN, "mjpeg")
CODECS = (*(f"prores_ks{name}" for name in _PRORES), "dnxhd", *_CHOSEN, *_FIXED)
"""The codecs that are written, by the names of WriteFFmpeg's menu."""


@dataclass(frozen=True, kw_only=True)
class FilmOptions:
    """How a video is encoded; names and options are ffmpeg's."""

    container: str
    encoder: str
    pixel_format: str
    fps: Fraction
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def deep(self) -> bool:
        """Whether the codec keeps more than 8 bits, so that it is fed 16."""
        return "10" in self.pixel_format

    @property
    def rgb(self) -> bool:
        """Whether the codec stores RGB."""
        return not self.pixel_format.startswith("yuv")


def is_film(path: Path) -> bool:
    """Whether the name is that of a video file."""
    return path.suffix.lower() in _CONTAINERS


def film_options(params: Params, path: Path, fps: float) -> FilmOptions:
    """From the writer's parameters, else the plug-in's defaults; `fps` is the project's rate.

    Raises RenderError naming the codecs that are supported.
    """
    # By the name alone: older projects hold the menu's number, which other builds count otherwise.
    container = _CONTAINERS[path.suffix.lower()]
    codec = _codec(params, container)
    rate = params.number("fps") if params.is_set("fps") else fps
    encoder, pixels, options = _encoder(params, codec)
    known = Fraction(rate).limit_denominator(1001)
    return FilmOptions(
        container=container, encoder=encoder, pixel_format=pixels, fps=known, options=options
    )


def _codec(params: Params, container: str) -> str:
    # The name is kept beside the menu's number, which other builds of the plug-in count otherwise.
    codec = params.text("codecShortName") if params.is_set("codecShortName") else ""
    if not codec and params.is_set("codec"):
        codec = _id(params.choice("codec"))
    codec = codec or _USUAL.get(container, "libvpx-vp9" if container == "webm" else "libx264")
    if codec not in CODECS:
        near = get_close_matches(codec, CODECS, 3) or sorted(CODECS)
        raise RenderError(
            f"{params.node.name} writes the codec {codec}, which the embedded engine does not: "
            f"choose {', '.join(near)}, or one of {len(CODECS)} in all."
        )
    return codec


def _encoder(params: Params, codec: str) -> tuple[str, str, dict[str, str]]:
    if codec.startswith("prores_ks"):
        profile = _PRORES[codec.removeprefix("prores_ks")]
        pixels = "yuv444p10le" if profile == 4 else "yuv422p10le"
        return "prores_ks", pixels, {"profile:v": str(profile)}
    if codec == "dnxhd":
        profile_name = _id(_choice(params, "DNxHDCodecProfile", "dnxhr444"))
        if not profile_name.startswith("dnxhr"):
            raise RenderError(
                f"{params.node.name} writes DNxHD {profile_name}, which the embedded engine does "
                "not: choose a DNxHR profile."
            )
        pixels = _DNX.get(profile_name, "yuv422p")
        return "dnxhd", pixels, {"profile:v": profile_name.replace("dnxhr", "dnxhr_")}
    options: dict[str, str] = {}
    if codec in ("libx264", "libx265"):
        quality = _id(_choice(params, "crf", "crf23"))
        options["preset"] = _id(_choice(params, "x26xSpeed", "medium")).replace(" ", "")
        if quality == "none":
            rate = params.number("bitrateMbps") if params.is_set("bitrateMbps") else 185.0
            options["b:v"] = str(round(rate * 1e6))
        else:
            options["crf"] = quality.removeprefix("crf")
    if codec in _WITH_SCALE:
        scale = params.number("qscale") if params.is_set("qscale") else -1.0
        # Without a scale Natron leaves the rate to ffmpeg, whose 200 kbit/s bound it loosely. The
        # rate follows from all that came before, so there is one thread.
        options |= {"q:v": f"{max(scale, 0.01):g}"} if scale >= 0 else {"threads": "1"}
    if codec in _BETWEEN:
        options |= _between_keys(params, codec)
    return codec, _FIXED.get(codec) or _chosen_pixels(params, codec), options


def _between_keys(params: Params, codec: str) -> dict[str, str]:
    """How far key frames lie apart, and how many frames in between look both ways."""
    apart, both = (
        params.whole(name) if params.is_set(name) else -1 for name in ("gopSize", "bFrames")
    )
    if both == 0 and apart < 0 and codec != "svq1":
        apart = 1
    options = {"g": str(apart)} if apart >= 0 else {}
    if both < 0 or codec == "svq1":
        return options
    return options | {"bf": str(both), "b_strategy": "0", "b_qfactor": "2"}


def _chosen_pixels(params: Params, codec: str) -> str:
    coding = _id(_choice(params, "prefPixelCoding", "yuv422"))
    coding = coding if coding in ("yuv420", "yuv422", "yuv444") else "yuv444"
    if codec == "mpeg2video" and coding == "yuv444":
        coding = "yuv422"
    if codec == "mjpeg":
        return coding.replace("yuv", "yuvj") + "p"
    deep = codec not in ("mpeg2video", "tiff") and _id(_choice(params, "prefBitDepth", "8")) != "8"
    return f"{coding}p10le" if deep else f"{coding}p"


_LABELS = {
    "None": "none", "Lossless": "crf0", "Perceptually Lossless": "crf17", "High Quality": "crf20",
    "Medium Quality": "crf23", "Low Quality": "crf26", "Very Low Quality": "crf29",
    "Lowest Quality": "crf32", "DNxHR 444": "dnxhr444", "DNxHR HQX": "dnxhrhqx",
    "DNxHR HQ": "dnxhrhq", "DNxHR SQ": "dnxhrsq", "DNxHR LB": "dnxhrlb",
}  # fmt: skip


def _choice(params: Params, name: str, default: str) -> str:
    """The chosen option; a number counts the codec's menu, which the wrapper Write has not."""
    if not params.is_set(name):
        return default
    chosen = params.choice(name)
    options = catalogue()["fr.inria.openfx.WriteFFmpeg"]["params"][name].get("options", ())
    if chosen.isdecimal() and chosen not in options and int(chosen) < len(options):
        return str(options[int(chosen)])
    return chosen


def _id(chosen: str) -> str:
    """The name in the brackets that end an older version's label, else the option itself."""
    if chosen in _LABELS:
        return _LABELS[chosen]
    if chosen.endswith("]") and "[" in chosen:
        return chosen[chosen.rindex("[") + 1 : -1]
    return chosen.lower() if chosen[:1].isupper() else chosen
