"""One ffmpeg at work: started with pipes, its last words kept, never left behind."""

import contextlib
import re
import subprocess
import tempfile
from typing import IO

from ofx_helpers.media.ffmpeg_binary import FfmpegBinary

_LAST_LINES = 4
_WHO = re.compile(r"^(\[[^]]* @ 0x[0-9a-f]+\] )+")
"""Which part of ffmpeg speaks: '[out#0/mp4 @ 0x55e64be378c0] '."""


class Child:
    """A running ffmpeg. `close` or `kill` must be called; both may be called again."""

    def __init__(self, binary: FfmpegBinary, arguments: list[str], *, feed: bool) -> None:
        """Starts it; `feed` gives it a standard input to write to, else its output is read.

        Its complaints go to a temporary file: a pipe that nobody reads would stop it.
        """
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function
        quiet = ["-hide_banner", "-nostats", "-loglevel", "warning"]
        self._process = subprocess.Popen(
            [binary.path, *quiet, *arguments],
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if feed else subprocess.PIPE,
            stderr=self._log,
            # A Ctrl-C is for us: ffmpeg would end by itself, and look like a failure.
            start_new_session=True,
        )

    @property
    def stdin(self) -> IO[bytes]:
        """Where frames are written to."""
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """Where frames are read from."""
        assert self._process.stdout is not None
        return self._process.stdout

    def close(self) -> int:
        """Ends the input, waits, and gives the exit status."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        status = self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return status

    def kill(self) -> None:
        """Ends it at once."""
        if self._process.poll() is None:
            self._process.kill()
        self.close()

    def log(self) -> list[str]:
        """All that it said so far, line by line."""
        self._log.seek(0)
        text = self._log.read().decode(errors="replace")
        return [line.strip() for line in text.splitlines() if line.strip()]

    def last_words(self) -> str:
        """Its last lines, joined, as the end of a sentence; a full disk in plain words."""
        lines = [_WHO.sub("", line).rstrip(".") for line in self.log()]
        if any("No space left on device" in line for line in lines):
            return "the disk is full (No space left on device): free some space"
        return " | ".join(lines[-_LAST_LINES:]) or "it gave no reason"


def run(binary: FfmpegBinary, arguments: list[str]) -> tuple[int, str]:
    """Runs ffmpeg to its end without pipes: the exit status and its last words."""
    child = Child(binary, arguments, feed=True)
    try:
        return child.close(), child.last_words()
    finally:
        child.kill()
