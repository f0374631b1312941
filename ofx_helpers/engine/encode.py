"""From a writer's linear premultiplied frame to the picture that its file stores."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.colour import apply, between, encode_8
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.film import film_options, is_film
from ofx_helpers.engine.finish import premultiply, unpremultiply
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.media_types import Picture, WriteOptions
from ofx_helpers.engine.ocio import config_of
from ofx_helpers.engine.params import Params, catalogue

WRITE = "fr.inria.built-in.Write"
OIIO = "fr.inria.openfx.WriteOIIO"
_ENCODERS = {".png": "fr.inria.openfx.WritePNG", ".pfm": "fr.inria.openfx.WritePFM"}
_FLOAT = (".exr", ".pfm", ".hdr")
_NO_ALPHA = (".jpg", ".jpeg", ".bmp", ".hdr")
_UNPREMULTIPLIED = (".png",)
# Encoders that take colours that are not multiplied by alpha, even where the file keeps none.
_STRAIGHT = tuple(f"fr.inria.openfx.Write{name}" for name in ("PNG", "FFmpeg", "PFM"))
_BIT_DEPTHS = {"8u": "8u", "8i": "8u", "16u": "16u", "16i": "16u", "16f": "16f", "32f": "32f"}


def encoder_of(params: Params, path: Path) -> str:
    """The id of the writer that makes the file; a Write chooses one by the suffix."""
    chosen = params.text("encodingPluginID") if "encodingPluginID" in params else ""
    chosen = chosen or params.node.plugin
    if chosen not in catalogue() or chosen == WRITE:
        usual = "fr.inria.openfx.WriteFFmpeg" if is_film(path) else OIIO
        return _ENCODERS.get(path.suffix.lower(), usual)
    return chosen


def colour_space(params: Params, path: Path) -> str:
    """The colour space of the file: the writer's, else the usual one of its kind."""
    if params.is_set("ocioOutputSpace"):
        return params.text("ocioOutputSpace")
    if is_film(path):
        return "nuke_rec709"
    return "scene_linear" if path.suffix.lower() in _FLOAT else "sRGB"


def bit_depth(params: Params, path: Path) -> str:
    """One of 8u, 16u, 16f, 32f, as the encoder would choose."""
    if is_film(path):
        return "16u" if film_options(params, path, 24.0).deep else "8u"
    suffix = path.suffix.lower()
    encoder = encoder_of(params, path)
    if encoder.endswith("WriteEXR"):
        return params.choice("dataType") if params.is_set("dataType") else "32f"
    if params.is_set("bitDepth"):
        chosen = params.choice("bitDepth")
        if chosen.isdecimal():
            options = catalogue()[encoder]["params"].get("bitDepth", {}).get("options", ())
            chosen = str(options[int(chosen)]) if int(chosen) < len(options) else chosen
        if chosen in _BIT_DEPTHS:
            return _BIT_DEPTHS[chosen]
        if chosen != "auto":
            raise RenderError(
                f"{params.node.name} writes {chosen}, which the embedded engine does not: "
                "choose 8, 16, 16f or 32f bits."
            )
    if suffix in _FLOAT:
        return "16f" if suffix == ".exr" else "32f"
    return "16u" if suffix in (".tif", ".tiff") else "8u"


def channels_of(params: Params, path: Path) -> str:
    """RGBA, RGB or Alpha: what the file keeps."""
    if path.suffix.lower() in _NO_ALPHA or is_film(path):
        return "RGB"
    return _asked(params)


def _asked(params: Params) -> str:
    chosen = params.choice("outputComponents") if "outputComponents" in params else "RGBA"
    return chosen if chosen in ("RGB", "Alpha") else "RGBA"


def encode(
    params: Params, frame: Frame, format: Window, path: Path, folder: Path = Path()
) -> Picture:
    """The picture for `path` from a frame over the format's window, ready to be written.

    `folder` is the project's, for a colour configuration that lies there.
    """
    channels = channels_of(params, path)
    given = params.choice("inputPremult") if "inputPremult" in params else "premult"
    space, depth = colour_space(params, path), bit_depth(params, path)
    source = params.text("ocioInputSpace") if params.is_set("ocioInputSpace") else "scene_linear"
    wide = depth in ("16f", "32f")
    decode, curve = between(source, space, params.node.name, config_of(params, folder), wide=wide)
    curved = decode is not None or curve is not None
    pixels = frame.pixels
    alpha = _asked(params) == "RGBA" and given != "opaque" and not _opaque(pixels)
    straight = encoder_of(params, path) in _STRAIGHT
    stored = channels == "RGBA"
    # Only what keeps an alpha is multiplied by it again after a curve.
    if alpha and given == "premult" and (straight or (curved and stored)):
        pixels = unpremultiply(pixels)
    multiply = alpha and not straight and (stored if curved else given == "unpremult")
    if given == "opaque":
        pixels = pixels.copy()
        pixels[..., 3] = 1
    if depth == "8u" and decode is None and not multiply:
        codes = _codes(pixels, space if curved else "linear")
    else:
        if curved or multiply:
            pixels = pixels.copy()
        apply(decode, pixels)
        apply(curve, pixels)
        if multiply:
            premultiply(pixels)
        codes = _quantise(pixels, depth)
    if alpha and stored and not straight and path.suffix.lower() in _UNPREMULTIPLIED:
        # WriteOIIO divides by alpha only after it has rounded to codes.
        codes = _divided(codes)
    if channels != "RGBA":
        codes = codes[..., 3:] if channels == "Alpha" else codes[..., :3]
    return Picture(np.ascontiguousarray(codes[::-1]), format, frame.window)


def code_space(params: Params, path: Path, folder: Path) -> str | None:
    """The built-in colour space whose 8-bit codes `encode` makes of opaque pixels, None if none."""
    source = params.text("ocioInputSpace") if params.is_set("ocioInputSpace") else "scene_linear"
    given = params.choice("inputPremult") if "inputPremult" in params else "premult"
    multiplied = channels_of(params, path) == "RGBA" and given == "premult"
    if bit_depth(params, path) != "8u":
        return None
    if multiplied and path.suffix.lower() not in _UNPREMULTIPLIED:
        return None
    space = colour_space(params, path)
    config = config_of(params, folder)
    decode, curve = between(source, space, params.node.name, config, wide=False)
    if decode is not None:
        return None
    return "linear" if curve is None else space


def with_codes(params: Params, path: Path, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Opaque codes (h, w, 1 or 3) with the channels of the file, where these are more."""
    channels = channels_of(params, path)
    if channels == "Alpha":
        return np.full((*codes.shape[:2], 1), 255, np.uint8)
    rgb = codes if codes.shape[2] == 3 else np.repeat(codes, 3, axis=2)
    if channels == "RGB":
        return rgb
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


def write_options(params: Params, path: Path) -> WriteOptions:
    """What the codec is told."""
    names = ("compression", "quality", "compressionLevel")
    known = {name: params.node.params[name][0] for name in names if params.is_set(name)}
    compression = params.choice("compression") if params.is_set("compression") else "default"
    quality = params.whole("quality") if params.is_set("quality") else 100
    return WriteOptions(
        bit_depth=bit_depth(params, path), compression=compression, quality=quality, params=known
    )


def _opaque(pixels: Pixels) -> bool:
    return bool((pixels[..., 3] == 1).all())


def _codes(pixels: Pixels, space: str) -> NDArray[np.uint8]:
    """8-bit RGB in the colour space and alpha as it is."""
    codes = encode_8(pixels, space)
    if space != "linear":
        codes[..., 3] = encode_8(pixels[..., 3], "linear")
    return codes


def _divided(codes: NDArray[Any]) -> NDArray[Any]:
    """Premultiplied codes (h, w, 4) made straight, in whole numbers."""
    top = np.iinfo(codes.dtype).max
    alpha = codes[..., 3:].astype(np.uint64)
    straight = np.minimum(codes * np.uint64(top) // np.maximum(alpha, 1), top).astype(codes.dtype)
    straight[..., 3] = codes[..., 3]
    return straight


def _quantise(pixels: Pixels, depth: str) -> NDArray[Any]:
    if depth == "32f":
        return pixels
    if depth == "16f":
        return pixels.astype(np.float16)
    kind, top = (np.uint8, 255) if depth == "8u" else (np.uint16, 65535)
    codes: NDArray[Any] = np.rint(np.clip(pixels, 0, 1) * np.float32(top)).astype(kind)
    return codes
