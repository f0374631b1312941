"""The pixel aspect of a PNG: pixels per unit across and up, in its chunk pHYs."""

import struct
import zlib

import numpy as np

_START = 33  # the signature and the first chunk, IHDR
_PER_UNIT = 5346  # across, as Natron writes it


def aspect_in(head: bytes) -> float:
    """The aspect that the beginning of a PNG says, 1 where it says none.

    Single precision, in which Natron finds it.
    """
    _, found, chunk = head.partition(b"IDAT")[0].partition(b"pHYs")
    if not found or len(chunk) < 8:
        return 1.0
    across, up = struct.unpack(">II", chunk[:8])
    return float(np.float32(up) / np.float32(across)) if across and up else 1.0


def with_aspect(png: bytes, aspect: float) -> bytes:
    """The PNG with a chunk that says its pixels' width over their height; as it is for 1."""
    if aspect == 1:
        return png
    body = b"pHYs" + struct.pack(">IIB", _PER_UNIT, int(_PER_UNIT * aspect + 0.5), 0)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_START] + chunk + png[_START:]
