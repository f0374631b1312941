"""NatronRenderer's own statistics: with -s it leaves a text beside each frame."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from driver.render.base import NodeTime
from driver.render.timing import joined
from ofx_helpers.engine.sequences import frame_path

_NODE = re.compile(r"^-{9,} (\S+?)-{9,}\s*$")
_TIME = re.compile(r"^Time spent rendering: (.*)$")
_PART = re.compile(r"([\d.]+(?:e-?\d+)?) (day|hour|minute|second)")
_SECONDS = {"day": 86400.0, "hour": 3600.0, "minute": 60.0, "second": 1.0}


def times_of(staged: Mapping[str, Path], frames: Sequence[int]) -> tuple[NodeTime, ...]:
    """The nodes' times of the frames whose texts lie beside `staged` patterns."""
    found: list[NodeTime] = []
    for pattern in staged.values():
        for frame in frames:
            path = frame_path(pattern, frame)
            found += _read(path.with_name(f"{path.stem}-stats.txt"))
    return tuple(joined(found))


def _read(path: Path) -> Iterator[NodeTime]:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return  # a video has none, nor has a frame that failed
    node = ""
    for line in lines:
        if match := _NODE.match(line):
            node = match[1]
        elif (match := _TIME.match(line)) and node:
            parts = _PART.findall(match[1])
            seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
            yield NodeTime(node=node, seconds=seconds, calls=1)
            node = ""
