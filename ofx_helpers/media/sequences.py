"""Numbered image sequences: `name.%04d.png`, `name.####.png`, `name.%d.png`, or one still."""

import re
from dataclasses import dataclass
from pathlib import Path

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import EXTENSIONS

_TOKEN = re.compile(r"%(0(?P<zeros>\d+))?d|(?P<hashes>#+)")
_NUMBERED = re.compile(r"^(?P<prefix>.*?)(?P<number>\d+)(?P<suffix>\D*\.[^.\d]\w*)$")


@dataclass(frozen=True)
class Sequence:
    """Where the frames of a sequence lie. `digits` is the least width of the number.

    A still (`digits` None) has one file for every frame.
    """

    folder: Path
    prefix: str
    digits: int | None
    suffix: str

    @classmethod
    def parse(cls, pattern: Path | str) -> "Sequence":
        """A pattern's sequence; a name without `%04d`, `%d` or `####` is a still.

        Only the file's name may hold the number (folders may be called `take #2`), and only once:
        else `MediaError`.
        """
        path = Path(pattern)
        tokens = list(_TOKEN.finditer(path.name))
        if len(tokens) > 1:
            raise MediaError(
                f"{path} has more than one place for the frame number: keep one %04d or ####."
            )
        if not tokens:
            return cls(path.parent, path.stem, None, path.suffix)
        token = tokens[0]
        digits = len(token["hashes"]) if token["hashes"] else int(token["zeros"] or 1)
        return cls(path.parent, path.name[: token.start()], digits, path.name[token.end() :])

    @classmethod
    def guess(cls, folder: Path | str) -> "Sequence":
        """The one numbered sequence of images in a folder; `MediaError` when none or several."""
        folder = Path(folder)
        if not folder.is_dir():
            raise MediaError(f"{folder} is no folder: check the path.")
        names: dict[tuple[str, str], list[str]] = {}
        for file in sorted(folder.iterdir()):
            found = _NUMBERED.match(file.name)
            if found and file.suffix.lower() in EXTENSIONS and not file.name.startswith("."):
                names.setdefault((found["prefix"], found["suffix"]), []).append(found["number"])
        if not names:
            raise MediaError(
                f"{folder} holds no numbered images: it needs files like frame.0001.png."
            )
        longest = max(len(numbers) for numbers in names.values())
        best = [key for key, numbers in names.items() if len(numbers) == longest]
        if len(best) > 1:
            (one, end), (other, other_end) = best[:2]
            raise MediaError(
                f"{folder} holds several sequences: name the one meant, "
                f"'{one}####{end}' or '{other}####{other_end}'."
            )
        numbers = names[best[0]]
        padded = any(len(n) > 1 and n.startswith("0") for n in numbers)
        return cls(folder, best[0][0], min(map(len, numbers)) if padded else 1, best[0][1])

    @property
    def is_still(self) -> bool:
        """Whether one file stands for every frame."""
        return self.digits is None

    @property
    def pattern(self) -> str:
        """The sequence as `folder/name.%04d.png`."""
        if self.digits is None:
            return str(self.path(0))
        number = "%d" if self.digits == 1 else f"%0{self.digits}d"
        return str(self.folder / f"{self.prefix}{number}{self.suffix}")

    def path(self, frame: int) -> Path:
        """The file of a frame."""
        number = "" if self.digits is None else f"{frame:0{self.digits}d}"
        return self.folder / f"{self.prefix}{number}{self.suffix}"

    def frames_on_disk(self) -> list[int]:
        """Numbers of the files that exist, in order; empty for a still or a missing folder."""
        if self.digits is None or not self.folder.is_dir():
            return []
        name = re.compile(f"{re.escape(self.prefix)}(\\d+){re.escape(self.suffix)}")
        found = (name.fullmatch(file.name) for file in self.folder.iterdir())
        numbers = {int(match[1]) for match in found if match}
        # 'a.1.png' is not frame 1 of 'a.####.png': only names that `path` gives count.
        return sorted(n for n in numbers if self.path(n).exists())

    def whole_range(self) -> range:
        """First to last frame on disk; `MediaError` when there is none or one is missing."""
        frames = self.frames_on_disk()
        if not frames:
            raise MediaError(f"No file {self.pattern} exists: check the folder and the name.")
        missing = sorted(set(range(frames[0], frames[-1] + 1)) - set(frames))
        if missing:
            raise MediaError(
                f"{self.pattern} lacks {_list(missing)} between {frames[0]} and {frames[-1]}: "
                "render or copy what is missing."
            )
        return range(frames[0], frames[-1] + 1)


def _list(frames: list[int]) -> str:
    shown = ", ".join(map(str, frames[:5]))
    more = f" and {len(frames) - 5} more" if len(frames) > 5 else ""
    return f"frame{'s' if len(frames) > 1 else ''} {shown}{more}"
