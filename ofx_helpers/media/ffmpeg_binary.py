"""Which ffmpeg is used: `MEMECOMP_FFMPEG`, the system's, or the one `imageio-ffmpeg` brings."""

import functools
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from ofx_helpers.media.errors import MediaError

VARIABLE = "MEMECOMP_FFMPEG"


@dataclass(frozen=True)
class FfmpegBinary:
    """A usable ffmpeg."""

    path: str
    version: str
    """As it prints it: '7.1.1', 'n9.0.2-17-g2a571b6068', 'N-1234-gabc'."""
    origin: str
    """'MEMECOMP_FFMPEG', 'system' or 'imageio-ffmpeg'."""

    @property
    def major(self) -> int:
        """First number of the version; 99 for a development build, which counts as newest."""
        found = re.match(r"n?(\d+)\.", self.version)
        return int(found[1]) if found else 99

    @property
    def keep_every_frame(self) -> dict[str, str]:
        """Output option by which frames are neither dropped nor repeated to fit a rate."""
        return {"fps_mode": "passthrough"} if self.major >= 6 else {"vsync": "passthrough"}


def find_ffmpeg() -> FfmpegBinary:
    """The ffmpeg to use; `MediaError` when there is none or it does not start."""
    return _find(os.environ.get(VARIABLE, ""), os.environ.get("PATH", ""))


@functools.cache
def _find(chosen: str, search_path: str) -> FfmpegBinary:
    if chosen:
        return _ask(chosen, VARIABLE)
    if system := shutil.which("ffmpeg", path=search_path):
        return _ask(system, "system")
    try:
        import imageio_ffmpeg

        return _ask(imageio_ffmpeg.get_ffmpeg_exe(), "imageio-ffmpeg")
    except (ImportError, RuntimeError) as error:
        raise MediaError(
            "No ffmpeg is found: install ffmpeg or the package imageio-ffmpeg, "
            f"or set {VARIABLE} to its path."
        ) from error


def _ask(path: str, origin: str) -> FfmpegBinary:
    try:
        answer = subprocess.run(
            [path, "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MediaError(f"ffmpeg at {path} ({origin}) does not start: {error}.") from error
    found = re.match(r"ffmpeg version (\S+)", answer.stdout)
    if not found:
        raise MediaError(
            f"{path} ({origin}) is no ffmpeg: it does not tell its version. "
            f"Set {VARIABLE} to the path of an ffmpeg."
        )
    return FfmpegBinary(path, found[1], origin)
