"""SVG pictures by librsvg, as Natron's ReadSVG draws them; an error in words where it is missing.

librsvg and Cairo are libraries of the system, loaded when the first SVG is read. A picture is drawn
from its own text alone: files that it refers to are not opened, and such a picture is refused.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box, Image

SUFFIXES = (".svg", ".svgz")
DPI = 90
"""Dots an inch where nothing says otherwise, as ReadSVG has it."""

_LIBRARIES = {
    "rsvg": ("librsvg-2.so.2", "librsvg-2.2.dylib"),
    "cairo": ("libcairo.so.2", "libcairo.2.dylib"),
    "gobject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
}
_ARGB32 = 0
_LARGEST = 16_384
"""Pixels of a side that are drawn: Cairo can do twice that, and would need 4 GB."""
_INFLATED = 1 << 28
_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|!DOCTYPE\s+svg|!--|svg)", re.IGNORECASE)
_ELSEWHERE = re.compile(rb"<(?:\w+:)?image\b[^>]*?href\s*=\s*[\"'](?!data:|#)([^\"']{0,80})")
_DECLARATIONS = """
    typedef struct { int width; int height; double em; double ex; } RsvgDimensionData;
    void *rsvg_handle_new_from_data(const unsigned char *data, size_t length, void **error);
    void rsvg_handle_set_dpi(void *handle, double dpi);
    void rsvg_handle_get_dimensions(void *handle, RsvgDimensionData *dimensions);
    int rsvg_handle_has_sub(void *handle, const char *id);
    int rsvg_handle_render_cairo(void *handle, void *cr);
    int rsvg_handle_render_cairo_sub(void *handle, void *cr, const char *id);
    void g_object_unref(void *object);
    void *cairo_image_surface_create_for_data(
        unsigned char *data, int format, int width, int height, int stride);
    void *cairo_create(void *surface);
    void cairo_scale(void *cr, double x, double y);
    int cairo_status(void *cr);
    void cairo_destroy(void *cr);
    void cairo_surface_flush(void *surface);
    void cairo_surface_destroy(void *surface);
"""


def drawable() -> bool:
    """Whether this machine has what draws an SVG."""
    return _loaded() is not None


def looks_like_svg(path: Path, data: bytes) -> bool:
    """Whether a file is to be read as an SVG: by its beginning, or packed, by its name."""
    if path.suffix.lower() not in SUFFIXES:
        return b"<svg" in data[:4096] and _START.match(data) is not None
    return data[:2] == b"\x1f\x8b" or _START.match(data) is not None


def read_svg(path: Path, data: bytes, layer: str = "", dpi: int = DPI) -> Image:
    """The picture, or the element with the id `layer` where it has that: RGBA, premultiplied.

    uint8, in the colours of the file (sRGB). With another `dpi` all of it is larger or smaller, and
    lengths in inches twice so, as ReadSVG does. Raises MediaError: no librsvg, damaged, too large,
    or it shows files of its own.
    """
    ffi, rsvg, cairo, gobject = _libraries(path)
    text = _unpacked(path, data)
    elsewhere = _ELSEWHERE.search(text)
    if elsewhere:
        name = elsewhere[1].decode("utf-8", "replace")
        raise MediaError(f"{path} shows the file {name!r}, which is not opened: embed it.")
    handle = rsvg.rsvg_handle_new_from_data(text, len(text), ffi.NULL)
    if handle == ffi.NULL:
        raise MediaError(f"{path} is no SVG that librsvg can read: open it in an editor.")
    try:
        rsvg.rsvg_handle_set_dpi(handle, float(dpi))
        sizes = ffi.new("RsvgDimensionData *")
        rsvg.rsvg_handle_get_dimensions(handle, sizes)
        width, height = (int(size * dpi / DPI) for size in (sizes.width, sizes.height))
        if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
            raise MediaError(
                f"{path} is {width}×{height} pixels; SVGs of 1 to {_LARGEST} a side are read."
            )
        pixels = np.zeros((height, width, 4), np.uint8)
        buffer = ffi.from_buffer("unsigned char[]", pixels)
        surface = cairo.cairo_image_surface_create_for_data(
            buffer, _ARGB32, width, height, 4 * width
        )
        context = cairo.cairo_create(surface)
        cairo.cairo_scale(context, width / sizes.width, height / sizes.height)
        name = f"#{layer}".encode()
        if layer and rsvg.rsvg_handle_has_sub(handle, name):
            rsvg.rsvg_handle_render_cairo_sub(handle, context, name)
        else:
            rsvg.rsvg_handle_render_cairo(handle, context)
        status = cairo.cairo_status(context)
        cairo.cairo_surface_flush(surface)
        cairo.cairo_destroy(context)
        cairo.cairo_surface_destroy(surface)
    finally:
        gobject.g_object_unref(handle)
    if status:
        raise MediaError(f"{path} cannot be drawn: Cairo's status is {status}.")
    box = Box(0, 0, width, height)
    # Cairo keeps whole words: blue is the first byte.
    return Image(np.ascontiguousarray(pixels[..., [2, 1, 0, 3]]), box, box, premultiplied=True)


def _unpacked(path: Path, data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    import gzip
    import zlib

    try:
        with gzip.open(path) as file:
            text = file.read(_INFLATED + 1)
    except (OSError, EOFError, zlib.error):
        raise MediaError(f"{path} is damaged or cut off: make or copy it again.") from None
    if len(text) > _INFLATED:
        raise MediaError(f"{path} unpacks to more than {_INFLATED} bytes.")
    return text


@lru_cache(maxsize=1)
def _loaded() -> Any:
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(_DECLARATIONS)
    found = []
    for names in _LIBRARIES.values():
        for name in names:
            try:
                found.append(ffi.dlopen(name))
                break
            except OSError:
                continue
        else:
            return None
    return (ffi, *found)


def _libraries(path: Path) -> Any:
    loaded = _loaded()
    if loaded is None:
        raise MediaError(
            f"{path} is an SVG, which is drawn by librsvg, and this machine has none: install it "
            f"(Debian: librsvg2-2; Homebrew: librsvg), or use a picture of pixels."
        )
    return loaded
