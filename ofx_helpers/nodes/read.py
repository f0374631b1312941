"""Read: image files, sequences and video, as premultiplied linear float."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.colour import apply, between, decode_rgba8, scaled
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import defined, premultiply, unpremultiply
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.media_types import VIDEO_SUFFIXES, Picture
from ofx_helpers.engine.node_type import Codes, Context, NodeType, Want, usual_components
from ofx_helpers.engine.ocio import config_of
from ofx_helpers.engine.params import Params, catalogue
from ofx_helpers.engine.sequences import frame_path, frames_on_disk, is_sequence
from ofx_helpers.nodes._placement import format_of, kept_left, region_of

_EMPTY = Window(0, 0, 0, 0)
# Formats whose alpha is multiplied into the colour even where the node says opaque.
_STRAIGHT = (".png", ".tif", ".tiff", ".exr", ".psd", ".psb", ".xcf")
_SVG = "net.fxarena.openfx.ReadSVG"
_DECODERS = {".png": "fr.inria.openfx.ReadPNG", ".svg": _SVG, ".svgz": _SVG}
_COLOUR_SPACES = {".exr": "scene_linear", ".pfm": "scene_linear", ".hdr": "scene_linear"}


def _pattern(context: Context) -> Path:
    name = context.params.text("filename")
    if not name:
        raise RenderError(f"{context.node.name} reads no file: set its filename.")
    return context.resolve(name)


def _span(context: Context) -> tuple[int, int]:
    """The first and last number of the files, or of a video's frames (from 1)."""
    params, pattern = context.params, _pattern(context)
    if params.is_set("firstFrame") and params.is_set("lastFrame"):
        first, last = params.whole("firstFrame"), params.whole("lastFrame")
        if (first, last) != (0, 0):
            return first, last
    if is_sequence(pattern.name):
        numbers = frames_on_disk(pattern)
        if not numbers:
            raise RenderError(f"{context.node.name} finds no file of {pattern}: check its path.")
        return numbers[0], numbers[-1]
    count = context.media.frames(pattern)
    return 1, count or 1


def _outside(rule: str, time: int, first: int, last: int, name: str) -> int | None:
    """The frame shown before `first` or after `last`, None for black."""
    count = last - first + 1
    if rule == "loop":
        return first + (time - first) % count
    if rule == "bounce":
        step = (time - first) % max(2 * count - 2, 1)
        return first + (step if step < count else 2 * count - 2 - step)
    if rule == "black":
        return None
    if rule == "error":
        raise RenderError(f"{name} has frames {first} to {last}, none for frame {time}.")
    return first if time < first else last


def _file(context: Context) -> tuple[Path, int] | None:
    """The file of this time and which of its pictures: see `Media`; None for black."""
    found, params = _of_time(context), context.params
    if found and _DECODERS.get(found[0].suffix.lower()) == _SVG and "dpi" in params:
        return found[0], params.whole("dpi")
    return found


def _of_time(context: Context) -> tuple[Path, int] | None:
    params, pattern = context.params, _pattern(context)
    sequence = is_sequence(pattern.name)
    video = None if sequence else context.media.frames(pattern)
    if not sequence and video is None:
        return pattern, 0
    first, last = _span(context)
    number = round(context.time - params.number("timeOffset"))
    if not first <= number <= last:
        rule = params.choice("before" if number < first else "after")
        inside = _outside(rule, number, first, last, context.node.name)
        if inside is None:
            return None
        number = inside
    if video is not None:
        return pattern, number - 1
    path = frame_path(pattern, number)
    return (path, 0) if path.exists() else _missing(context, pattern, number)


def _missing(context: Context, pattern: Path, number: int) -> tuple[Path, int] | None:
    rule = context.params.choice("onMissingFrame")
    if rule == "black":
        return None
    numbers = frames_on_disk(pattern)
    before = [n for n in numbers if n < number]
    after = [n for n in numbers if n > number]
    candidates = {
        "previous": before[-1:],
        "next": after[:1],
        "nearest": sorted(before[-1:] + after[:1], key=lambda n: abs(n - number)),
    }.get(rule, [])
    if not candidates:
        path = frame_path(pattern, number)
        raise RenderError(f"{context.node.name}: {path} is missing; the project reads it.")
    return frame_path(pattern, candidates[0]), 0


def _layer(params: Params) -> str:
    """The layer of an OpenEXR that is read as colour; "" for the one without a name."""
    chosen = params.text("outputLayerChoice") if "outputLayerChoice" in params else ""
    before, _, last = chosen.rpartition(".")
    name = before if before and set(last) <= set("RGBAXYZUV") else chosen
    return "" if name in ("Color", "RGBA", "RGB", "Alpha") else name


def _region(context: Context) -> Window:
    found = _file(context)
    if found is None:
        return _EMPTY
    params, header = context.params, context.media.header(*found)
    return region_of(params, header) if _by_oiio(params, found[0]) else header.data


def _format(context: Context) -> Window:
    found = _file(context)
    return format_of(context.params, context.media.header(*found)) if found else context.format


def _aspect(context: Context) -> float | None:
    """That of the first file, which Natron takes for all; None where it is missing.

    Who needs its pixels hears of that.
    """
    try:
        path = _pattern(context)
        if is_sequence(path.name):
            path = frame_path(path, _span(context)[0])
    except RenderError:
        return None
    return context.media.aspect(path) if path.is_file() else None


def _frames(context: Context) -> tuple[float, float]:
    pattern = _pattern(context)
    if not is_sequence(pattern.name) and context.media.frames(pattern) is None:
        # Of a single picture Natron goes by what is stored, whatever is in the file's name.
        first, last, start = (
            float(context.params.whole(name))
            for name in ("firstFrame", "lastFrame", "startingTime")
        )
        return start, start + last - first
    first, last = _span(context)
    offset = context.params.number("timeOffset")
    return first + offset, last + offset


def _varies(context: Context) -> bool:
    pattern = _pattern(context)
    return is_sequence(pattern.name) or context.media.frames(pattern) is not None


def _decoder(params: Params, path: Path) -> str:
    """The plug-in that decodes the file; "" for ReadOIIO where nothing names it."""
    decoder = params.text("decodingPluginID") if "decodingPluginID" in params else ""
    if path.suffix.lower() in VIDEO_SUFFIXES:
        decoder = decoder or "fr.inria.openfx.ReadFFmpeg"
    return decoder or _DECODERS.get(path.suffix.lower(), "")


def _by_oiio(params: Params, path: Path) -> bool:
    return _decoder(params, path) in ("", "fr.inria.openfx.ReadOIIO")


def _colour_space(params: Params, path: Path) -> str:
    if params.is_set("ocioInputSpace"):
        return params.text("ocioInputSpace")
    entry = catalogue().get(_decoder(params, path))
    if entry:
        return str(entry["params"]["ocioInputSpace"]["default"])
    return _COLOUR_SPACES.get(path.suffix.lower(), "sRGB")


def _rgba(
    pixels: NDArray[Any],
) -> NDArray[Any]:
    """Any (h, w, 1 to 4) image as RGBA of the same type, opaque where it has no alpha."""
    channels = pixels.shape[2]
    pixels = np.ascontiguousarray(pixels)
    if channels == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)
    elif channels == 1:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGBA)
    elif channels == 2:
        pixels = cv2.merge([pixels[..., 0], pixels[..., 0], pixels[..., 0], pixels[..., 1]])
    return pixels


def _render(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels | Frame:
    found = _file(context)
    assert found is not None  # else the region is empty and nothing is asked for
    picture = context.media.read(*found, _layer(context.params))
    moved = kept_left(context.params, context.media.header(*found))
    part = window.shift(-moved, 0).intersect(picture.data)
    if part.empty:
        return np.zeros((window.height, window.width, 4), np.float32)
    return Frame(_linear(context, _cut(picture, part), found[0]), part.shift(moved, 0))


def _cut(picture: Picture, part: Window) -> NDArray[Any]:
    """The picture's pixels over `part`, bottom row first."""
    data = picture.data
    rows = slice(data.y2 - part.y2, data.y2 - part.y1)
    columns = slice(part.x1 - data.x1, part.x2 - data.x1)
    return picture.pixels[rows, columns][::-1]


def _stored_as(params: Params) -> str:
    """opaque, premult or unpremult; older projects have the menu's words."""
    return params.choice("filePremult").lower().removesuffix("iplied")


def _linear(context: Context, pixels: NDArray[Any], path: Path) -> Pixels:
    params = context.params
    if pixels.shape[2] in (2, 4) and usual_components(context) == "RGB":
        # Asked for colour alone, a reader gives it as the file has it.
        pixels = pixels[..., :-1]
    alpha = pixels.shape[2] in (2, 4)
    space = _colour_space(params, path)
    target = params.text("ocioOutputSpace")
    stored = _stored_as(params) if alpha else "opaque"
    wide = pixels.dtype.kind == "f" or stored == "premult"
    config = config_of(params, context.graph.folder)
    decode, encode = between(space, target, context.node.name, config, wide=wide)
    again = alpha and params.choice("outputPremult") == "premult"
    curved = decode is not None or encode is not None
    divide = curved and stored == "premult"
    if pixels.dtype == np.float16:
        pixels = pixels.astype(np.float32)
    rgba = _rgba(pixels)
    if rgba.dtype == np.uint8 and not divide and encode is None:
        # The common case, one look-up: the codes of an opaque picture come back bit for bit.
        result: Pixels = decode_rgba8(rgba.view(np.uint8), space if decode else "linear")
    else:
        if rgba.dtype.kind == "f":
            result = defined(rgba.astype(np.float32))
        else:
            result = scaled(rgba, np.iinfo(rgba.dtype).max)
        if divide:
            result = unpremultiply(result)
        apply(decode, result)
        apply(encode, result)
    if stored == "opaque" and path.suffix.lower() not in _STRAIGHT:
        again = False
    if again and (curved or stored == "unpremult"):
        premultiply(result)
    return result


def _opaque(context: Context) -> Window:
    """A file without alpha is opaque wherever it has pixels."""
    found = _file(context)
    if found is None or _layer(context.params):
        return _EMPTY
    header = context.media.header(*found)
    if header.channels not in (1, 3):
        return _EMPTY
    return header.data.shift(kept_left(context.params, header), 0)


def _codes(context: Context) -> Codes | None:
    """As `_linear` would decode the file: by one table, with alpha 1."""
    found = _file(context)
    if found is None:
        return None
    header = context.media.header(*found)
    if header.channels not in (1, 3) or header.dtype != np.uint8:
        return None
    params = context.params
    space, target = _colour_space(params, found[0]), params.text("ocioOutputSpace")
    config = config_of(params, context.graph.folder)
    decode, encode = between(space, target, context.node.name, config, wide=False)
    if encode is not None:
        return None
    return Codes(*found, space if decode else "linear", header.data, not _varies(context))


def _no_wants(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


_STOCK = NodeType(
    plugins=(
        "fr.inria.built-in.Read",
        "fr.inria.openfx.ReadPNG",
        "fr.inria.openfx.ReadEXR",
        "fr.inria.openfx.ReadOIIO",
        "fr.inria.openfx.ReadPFM",
        "fr.inria.openfx.ReadMisc",
        "fr.inria.openfx.ReadFFmpeg",
    ),
    main="",
    region=_region,
    format=_format,
    aspect=_aspect,
    frames=_frames,
    varies=_varies,
    wants=_no_wants,
    render=_render,
    opaque=_opaque,
    codes=_codes,
    defaults={"outputPremult": "premult"},  # ReadMisc has no such parameter
)


def _as_oiio() -> dict[str, Any]:
    """The defaults of a reader that the catalogue does not know: those of OpenImageIO's."""
    found: dict[str, Any] = {}
    for name, entry in catalogue()["fr.inria.openfx.ReadOIIO"]["params"].items():
        value, options = entry.get("default", ""), entry.get("options")
        found[name] = options[value] if options and isinstance(value, int) else value
    return found


# Readers of painting programs' files that come with Natron's package, but not among its own nodes.
_PAINTED = replace(
    _STOCK,
    plugins=(
        "net.fxarena.openfx.ReadPSD",
        "fr.inria.openfx.OpenRaster",
        "fr.inria.openfx.ReadKrita",
    ),
    defaults=_as_oiio(),
)
# Cairo multiplies the colours by alpha, and ReadSVG says so.
_DRAWN = replace(_STOCK, plugins=(_SVG,), defaults={**_as_oiio(), "filePremult": "premult"})

NODES = (_STOCK, _PAINTED, _DRAWN)
