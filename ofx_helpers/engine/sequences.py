"""File names with a frame number: `name.####.png`, `name.%04d.png`."""

import re
from pathlib import Path

_NUMBER = re.compile(r"#+|%0?(\d*)d")


def is_sequence(pattern: str) -> bool:
    """Whether the file name (not its folder) holds a place for a frame number."""
    return _NUMBER.search(Path(pattern).name) is not None


def frame_path(pattern: Path, frame: int) -> Path:
    """The file of a frame; the pattern itself where it has no place for a number."""

    def number(match: re.Match[str]) -> str:
        width = len(match.group()) if match.group()[0] == "#" else int(match.group(1) or 1)
        return f"{frame:0{width}d}"

    return pattern.with_name(_NUMBER.sub(number, pattern.name))


def frames_on_disk(pattern: Path) -> list[int]:
    """The frame numbers of the files that match, sorted; empty when the folder is missing."""
    parts = _NUMBER.split(pattern.name)
    # `split` also returns the group of each number's width: keep the text between.
    texts = [re.escape(text or "") for text in parts[::2]]
    wanted = re.compile(r"(-?\d+)".join(texts))
    try:
        names = [path.name for path in pattern.parent.iterdir()]
    except OSError:
        return []
    return sorted(int(match.group(1)) for match in map(wanted.fullmatch, names) if match)
