"""Names of delivered files by one scheme, `PROJECT_SC_03_ICON_FX_v01.mov`, versions counted up."""

import fcntl
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from driver.errors import MemecompError
from ofx_helpers.media.atomic import os_reason

FIELDS = ("project", "scene", "icon", "fx")
_HIGHEST = 999


def stem(fields: Mapping[str, str]) -> str:
    """`PROJECT_SC_03_ICON_FX` of the four fields; `shot` may stand for `icon`.

    Letters become capitals, a scene's number gets two digits, and signs that a file name should not
    have become `-`.

    Raises:
        MemecompError: fields that are missing, all named.
    """
    given = {**fields, "icon": fields.get("icon") or fields.get("shot", "")}
    words = {name: _plain(given.get(name, "")) for name in FIELDS}
    missing = [name for name, word in words.items() if not word]
    if missing:
        raise MemecompError(
            f"A name PROJECT_SC_03_ICON_FX_v01 needs {', '.join(missing)}: "
            "add a column or a value of that name."
        )
    scene = re.sub(r"^\d+", lambda match: match[0].zfill(2), words["scene"])
    return f"{words['project']}_SC_{scene}_{words['icon']}_{words['fx']}"


@dataclass
class Claim:
    """A version that nobody else takes while this is held. `path` is the file, or the pattern."""

    path: Path
    _handle: int
    _mark: Path

    def release(self) -> None:
        """Gives the mark back; what has been written keeps the version."""
        if self._handle >= 0:
            self._mark.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1

    def leave(self, whose: str) -> None:
        """Lets go of a version that is not finished; `take_up` finds it by the same `whose`."""
        if self._handle >= 0:
            os.pwrite(self._handle, whose.encode(), 0)
            os.close(self._handle)
            self._handle = -1


def take_up(folder: Path, name: str, ending: str, whose: str) -> Claim | None:
    """The version that was left unfinished by the same `whose`; None where there is none."""
    for mark in sorted(folder.glob(f".{name}_v*.claim"), reverse=True):
        try:
            if mark.read_text("utf-8") == whose:
                path = _pattern(folder, mark.stem.removeprefix("."), ending)
                return _held(path, os.open(mark, os.O_WRONLY), mark)
        except (OSError, UnicodeDecodeError):
            continue
    return None


def claim(folder: Path, name: str, ending: str) -> Claim:
    """The next version of a name in a folder: `NAME_v01.mov`, or `NAME_v01.####.png`.

    The version is taken by creating a hidden mark that only one process can create, so two at once
    get two versions. A version counts as used when any file of the folder has it.

    Raises:
        MemecompError: the folder cannot be written to, or there are 999 versions.
    """
    ending = ending.lower().lstrip(".")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for version in range(_latest(folder, name) + 1, _HIGHEST + 1):
            found = _claimed(folder, f"{name}_v{version:02d}", ending)
            if found is not None:
                return found
    except OSError as error:
        raise MemecompError(f"{folder}: {os_reason(error)}.") from None
    raise MemecompError(f"{folder} has {_HIGHEST} versions of {name} already.")


def reclaim(path: Path) -> Claim | None:
    """The claim of a version that was begun and not finished; None where somebody is at it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mark = _mark_of(path.parent, path.name.split(".")[0])
    handle = os.open(mark, os.O_CREAT | os.O_WRONLY, 0o644)
    return _held(path, handle, mark)


def is_film(ending: str) -> bool:
    """Whether files of that ending hold every frame."""
    return ending.lower().lstrip(".") in {"mov", "mp4", "mkv", "avi", "webm", "mpg", "mxf", "gif"}


def _claimed(folder: Path, name: str, ending: str) -> Claim | None:
    mark = _mark_of(folder, name)
    try:
        handle = os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    except FileExistsError:
        return None
    held = _held(_pattern(folder, name, ending), handle, mark)
    # Another process may have finished this very version between the look and the mark.
    if held is not None and any(folder.glob(f"{name}.*")):
        held.release()
        return None
    return held


def _pattern(folder: Path, name: str, ending: str) -> Path:
    return folder / f"{name}.{'' if is_film(ending) else '####.'}{ending}"


def _held(path: Path, handle: int, mark: Path) -> Claim | None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return Claim(path, handle, mark)


def _mark_of(folder: Path, name: str) -> Path:
    return folder / f".{name}.claim"


def _latest(folder: Path, name: str) -> int:
    """The highest version of a name that any file or mark of the folder has; 0 for none."""
    pattern = re.compile(rf"\.?{re.escape(name)}_v(\d+)\..*", re.IGNORECASE)
    found = (pattern.fullmatch(path.name) for path in folder.iterdir())
    return max((int(match[1]) for match in found if match), default=0)


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+|_+", "-", text.strip()).strip("-").upper()
