"""Still images in and out: PNG, JPEG, TIFF and OpenEXR; in alone, those of painting programs.

Pixels are top-down, (height, width, channels), channels 1 (grey), 3 (RGB) or 4 (RGBA), with the
numbers that the file holds: no colour conversion, no premultiplication. On disk, as Natron has it,
PNG and TIFF carry unpremultiplied (straight) colour, OpenEXR premultiplied.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media import gimp, photoshop, svg, zipped
from ofx_helpers.media.atomic import os_reason, write_bytes
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box, Image, Pixels, Size
from ofx_helpers.media.png_aspect import with_aspect

EXTENSIONS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr")
"""Suffixes, in lower case, that can be read and written."""

# Measured on film blown up to 3840×2160 (one core, seconds to write, to read, megabytes):
# level 1 with the filter "up" 0.34 / 0.14 / 7.1; OpenCV's default filters 0.58 / 0.23 / 7.3;
# level 6 2.7 / 0.24 / 6.1; level 0 0.10 / 0.06 / 24.9.
PNG_LEVEL = 1
JPEG_QUALITY = 95


def read_image(
    path: Path | str, *, size: Size | None = None, layer: str = "", dpi: int = 0
) -> Image:
    """Reads any supported image; `MediaError` when it is missing, cut off, or not of `size`.

    `layer` is for OpenEXR, Photoshop, GIMP, OpenRaster and SVG: see `read_exr`; `dpi`, the dots an
    inch, for SVG.
    """
    path = Path(path)
    data = _read_file(path)
    if data[:4] == b"\x76\x2f\x31\x01":
        from ofx_helpers.media.exr import read_exr

        image = read_exr(path, layer)
    elif data.startswith(photoshop.MAGIC):
        image = photoshop.read_photoshop(path, data, layer)
    elif data.startswith(gimp.MAGIC):
        image = gimp.read_gimp(path, data, layer)
    elif data.startswith(zipped.MAGIC):
        image = zipped.read_zipped(path, data, layer, _decode)
    elif svg.looks_like_svg(path, data):
        image = svg.read_svg(path, data, layer, dpi or svg.DPI)
    else:
        image = _decode(path, data)
    if size is not None and image.size != tuple(size):
        raise MediaError(
            f"{path} is {image.size[0]}×{image.size[1]} pixels, not {size[0]}×{size[1]}: "
            "replace it by an image of the right size."
        )
    return image


def read_rgb8(path: Path | str, *, size: Size | None = None) -> NDArray[np.uint8]:
    """RGB, (height, width, 3) uint8, top-down: grey is repeated, alpha dropped, 16 bits rounded."""
    pixels = _eight_bits(Path(path), read_image(path, size=size).pixels)
    rgb = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[..., :3]
    return np.ascontiguousarray(rgb)


def read_grey8(path: Path | str, *, size: Size | None = None) -> NDArray[np.uint8]:
    """A mask, (height, width) uint8, top-down; a colour image must be grey (its red is taken)."""
    pixels = _eight_bits(Path(path), read_image(path, size=size).pixels)
    return np.ascontiguousarray(pixels[..., 0])


def write_image(path: Path | str, pixels: Pixels, *, aspect: float = 1.0, **exr: Any) -> None:
    """Writes `pixels` in the format of the suffix, atomically, making missing folders.

    `pixels` is (height, width) or (height, width, 1, 3 or 4), top-down, RGB(A): uint8 or uint16
    for PNG, uint8 without alpha for JPEG, these or float32 for TIFF, float for OpenEXR; straight
    alpha for PNG and TIFF, premultiplied for OpenEXR. The numbers are stored as they are. `aspect`,
    a pixel's width over its height, is said by OpenEXR and PNG. `exr` is passed on to
    `ofx_helpers.media.exr.write_exr` (half, window, display). Raises `MediaError`.
    """
    path = Path(path)
    shaped = pixels[..., None] if pixels.ndim == 2 else pixels
    if shaped.ndim != 3 or shaped.shape[2] not in (1, 3, 4) or 0 in shaped.shape:
        raise MediaError(f"Cannot write {path}: an array of shape {pixels.shape} is no image.")
    suffix = path.suffix.lower()
    if suffix == ".exr":
        from ofx_helpers.media.exr import write_exr

        write_exr(path, shaped, aspect=aspect, **exr)
    elif suffix == ".png":
        _refuse_dtype(path, shaped, "PNG", (np.uint8, np.uint16))
        write_bytes(path, with_aspect(_encode_png(path, shaped), aspect))
    elif suffix in (".jpg", ".jpeg"):
        _write_jpeg(path, shaped, JPEG_QUALITY, halved=False)
    elif suffix in (".tif", ".tiff"):
        _refuse_dtype(path, shaped, "TIFF", (np.uint8, np.uint16, np.float32))
        write_bytes(path, _encode_tiff(shaped))
    else:
        raise MediaError(
            f"Cannot write {path}: '{path.suffix}' is no known image suffix; "
            f"known are {', '.join(EXTENSIONS)}."
        )


def write_jpeg(path: Path, pixels: Pixels, quality: int) -> None:
    """Writes a JPEG as Natron's writer does: `quality` 0 to 100, colour at half the resolution.

    `pixels` is (height, width, 1 or 3) uint8, top-down, RGB. Raises `MediaError`.
    """
    _write_jpeg(path, pixels, quality, halved=True)


def _read_file(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MediaError(f"{path} does not exist: check the path and the frame number.") from error
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {os_reason(error)}.") from error
    if not data:
        raise MediaError(f"{path} is empty: its writing was cut off; make or copy it again.")
    return data


def _decode(path: Path, data: bytes) -> Image:
    kind = _kind(data)
    if kind is None:
        raise MediaError(
            f"{path} is no image that can be read: PNG, JPEG, TIFF, OpenEXR, HDR, PFM, PSD, "
            "PSB, XCF, OpenRaster, Krita and SVG can."
        )
    if _cut_off(kind, data):
        raise MediaError(f"{path} ends too early: it was cut off; make or copy it again.")
    pixels = _cv2_decode(data)
    premultiplied = False
    if kind == "tiff" and pixels is not None and pixels.shape[2] == 4:
        premultiplied = _tiff_premultiplied(data)
        if pixels.dtype == np.uint8 and not premultiplied:
            pixels = _av_decode(path, data)
    if pixels is None or pixels.dtype not in (np.uint8, np.uint16, np.float32):
        raise MediaError(f"{path} is damaged or cut off: make or copy it again.")
    box = Box(0, 0, pixels.shape[1], pixels.shape[0])
    return Image(pixels, box, box, premultiplied)


def _kind(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"#?RADIANCE", b"#?RGBE", b"PF\n", b"Pf\n")):
        return "float"  # Radiance HDR and PFM
    return "tiff" if data[:4] in (b"II*\0", b"MM\0*") else None


def _cut_off(kind: str, data: bytes) -> bool:
    # Decoders differ in how much of a cut file they accept, and some fill the rest with grey.
    if kind == "png":
        return b"IEND" not in data[-4096:]
    if kind == "jpeg":
        return data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")
    return False


def _cv2_decode(data: bytes) -> Pixels | None:
    import cv2

    # Its complaints go to the terminal beside our one sentence.
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        found: Pixels | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if found is None or found.ndim == 2:
        return None if found is None else found[..., None]
    if found.shape[2] == 3:
        return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB))
    if found.shape[2] == 4:
        return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGRA2RGBA))
    return None


def _tiff_premultiplied(data: bytes) -> bool:
    import io

    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page: Any = file.pages[0]
        return any(int(sample) == 1 for sample in page.extrasamples)


def _av_decode(path: Path, data: bytes) -> Pixels | None:
    # OpenCV multiplies the straight alpha of 8-bit TIFFs into the colour; FFmpeg does not.
    import io

    import av

    try:
        with av.open(io.BytesIO(data), format="tiff_pipe") as file:
            frame = next(file.decode(video=0))
            return np.asarray(frame.to_ndarray(format="rgba"))
    except (av.error.FFmpegError, StopIteration) as error:
        raise MediaError(f"{path} is damaged or cut off: make or copy it again.") from error


def _eight_bits(path: Path, pixels: Pixels) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    raise MediaError(f"{path} holds floating point pixels: an 8-bit or 16-bit image is needed.")


def _refuse_dtype(path: Path, pixels: Pixels, name: str, allowed: tuple[type, ...]) -> None:
    if pixels.dtype not in allowed:
        kinds = " or ".join(np.dtype(kind).name for kind in allowed)
        raise MediaError(f"Cannot write {path}: {name} holds {kinds}, not {pixels.dtype}.")


def _encode_png(path: Path, pixels: Pixels) -> bytes:
    import cv2

    options = [
        *(cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL),
        *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT),
    ]
    # OpenCV 4.10 has no choice of filter; files are larger and slower, not different.
    if hasattr(cv2, "IMWRITE_PNG_FILTER"):
        options += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]
    return _cv2_encode(path, ".png", pixels, options)


def _write_jpeg(path: Path, pixels: Pixels, quality: int, *, halved: bool) -> None:
    import cv2

    _refuse_dtype(path, pixels, "JPEG", (np.uint8,))
    if pixels.shape[2] == 4:
        raise MediaError(f"Cannot write {path}: JPEG has no alpha; write a PNG.")
    full, half = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, half if halved else full]
    write_bytes(path, _cv2_encode(path, ".jpg", pixels, options))


def _cv2_encode(path: Path, kind: str, pixels: Pixels, options: list[int]) -> bytes:
    import cv2

    orders = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    channels = pixels.shape[2]
    ordered = pixels if channels == 1 else cv2.cvtColor(pixels, orders[channels])
    done, data = cv2.imencode(kind, ordered, options)
    if not done:
        raise MediaError(f"Cannot write {path}: OpenCV could not encode it.")
    return data.tobytes()


def _encode_tiff(pixels: Pixels) -> bytes:
    import io

    import tifffile

    file = io.BytesIO()
    grey = pixels.shape[2] == 1
    tifffile.imwrite(
        file,
        pixels[..., 0] if grey else pixels,
        photometric="minisblack" if grey else "rgb",
        extrasamples=["unassalpha"] if pixels.shape[2] == 4 else None,
        compression="zlib",
        compressionargs={"level": 1},
        metadata=None,
    )
    return file.getvalue()
