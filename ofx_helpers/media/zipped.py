"""OpenRaster and Krita: zip files with the merged picture, and OpenRaster's layers by name.

Format: the OpenRaster specification. Krita's own layers are not read.
"""

import io
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box, Image

MAGIC = b"PK\x03\x04"
_MERGED = "mergedimage.png"


def read_zipped(
    path: Path, data: bytes, layer: str, decode: Callable[[Path, bytes], Image]
) -> Image:
    """The merged picture, or an OpenRaster's layer of that name, without opacity and blending.

    `decode` reads the PNGs inside. Raises MediaError.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if _MERGED not in names:
                raise MediaError(f"{path} holds no {_MERGED}: save it as OpenRaster or by Krita.")
            merged = decode(path, archive.read(_MERGED))
            if layer and "stack.xml" in names:
                for element in ElementTree.fromstring(archive.read("stack.xml")).iter("layer"):
                    if element.get("name") == layer:
                        found = decode(path, archive.read(element.get("src", "")))
                        left, top = int(element.get("x", 0)), int(element.get("y", 0))
                        width, height = found.size
                        box = Box(left, top, left + width, top + height)
                        return replace(found, window=box, display=merged.display)
            return merged
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, EOFError) as error:
        raise MediaError(f"{path} is damaged or cut off: make or copy it again.") from error
