"""Judges a render by its files.

A file must be whole, of the right size, depth and channels, and must not be black or transparent
where it should show something. Whether it should is asked only of a file that shows nothing:

- The embedded engine renders that frame too, in memory. Where its picture shows nothing either
  (nothing above 2 of 255), black is meant: a fade, a frame out of a clip's range, a black matte.
- Where the engine lacks one of the nodes, the files that the frame reads are looked at. If none
  shows anything, black is right. If one does, and no parameter of the project changes with time,
  the frame is refused; if one does change, it may be a fade: the frame is rendered once more,
  alone, and believed when it comes out the same, with a word about it.
"""

from dataclasses import dataclass
from pathlib import Path

from driver.render.facts import Expected, Facts
from ofx_helpers.engine.media_types import VIDEO_SUFFIXES
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.look import Look, look, look_at_film


@dataclass(frozen=True)
class Verdict:
    """`reason` is empty for a good file; `doubt` says what to look at in one that is believed."""

    reason: str = ""
    doubt: str = ""


GOOD = Verdict()


class Judge:
    """Judges the files of one project."""

    def __init__(self, facts: Facts) -> None:
        """`facts` are the project's."""
        self._facts = facts

    def image(self, path: Path, writer: str, frame: int, *, again: bool) -> Verdict:
        """The file of a frame; `again` says that it is rendered alone after it failed before."""
        if not path.exists():
            return Verdict("there is no file")
        try:
            found = look(path)
        except MediaError as error:
            return Verdict(_without_folder(str(error), path))
        wrong = _wrong(found, self._facts.expected(writer, frame, path), path)
        if wrong:
            return Verdict(wrong)
        if found.black or found.clear:
            what = "black" if found.black else "transparent"
            return self._dark(path, writer, frame, what, again=again)
        return GOOD

    def film(self, path: Path, writer: str, frames: tuple[int, ...], *, again: bool) -> Verdict:
        """A video that should hold these frames."""
        if not path.exists():
            return Verdict("there is no file")
        try:
            found = look_at_film(path)
        except MediaError as error:
            return Verdict(_without_folder(str(error), path))
        if found.frames != len(frames):
            return Verdict(f"it holds {found.frames} frames, not {len(frames)}")
        size = self._facts.expected(writer, frames[0], path).size
        # Codecs want even sides: a writer repeats or drops the last row and column.
        if size and any(abs(a - b) > 1 for a, b in zip(size, found.size, strict=True)):
            return Verdict(f"it is {_by(found.size)}, not {_by(size)}")
        for index in found.dark:
            verdict = self._dark(path, writer, frames[index], "black", again=again)
            if verdict.reason:
                return Verdict(f"its frame {frames[index]} {verdict.reason.removeprefix('it ')}")
        return GOOD

    def _dark(self, path: Path, writer: str, frame: int, what: str, *, again: bool) -> Verdict:
        """`what` is black or transparent: whether the file should be."""
        meant = self._facts.picture(writer, frame, path)
        if meant is not None:
            if meant.black if what == "black" else meant.clear:
                return GOOD
            return Verdict(f"it is {what}, though the project's picture is not")
        showing = self._showing_input(writer, frame)
        if showing is None:
            return GOOD
        if not self._facts.fades([writer]):
            return Verdict(f"it is {what}, though {showing} is not")
        if not again:
            return Verdict(f"it is {what}, though {showing} is not")
        names = ", ".join(node.name for node in self._facts.unknown([writer])[:3])
        return Verdict(
            doubt=f"frame {frame} of {writer} is {what}, though {showing} is not: look at it, "
            f"since only its renderer knows {names or 'its nodes'}"
        )

    def _showing_input(self, writer: str, frame: int) -> str | None:
        """The name of a file that the frame reads and that shows something."""
        for path in self._facts.inputs(writer, frame):
            if path.suffix.lower() in VIDEO_SUFFIXES:
                return path.name
            try:
                if not look(path).black:
                    return path.name
            except MediaError:
                continue
        return None


def _wrong(found: Look, expected: Expected, path: Path) -> str:
    # OpenFX's EXR writer stores a display window that is one pixel too wide and too high.
    spare = 1 if path.suffix.lower() == ".exr" else 0
    if expected.size and not _is_of_size(found.size, expected.size, spare):
        return f"it is {_by(found.size)}, not {_by(expected.size)}"
    if expected.depth and found.depth != expected.depth:
        return f"its samples are {found.depth}, not {expected.depth}"
    if expected.channels and found.channels != expected.channels:
        return f"it has {found.channels} channels, not {expected.channels}"
    return ""


def _is_of_size(size: tuple[int, int], wanted: tuple[int, int], spare: int) -> bool:
    return any(size == (wanted[0] + more, wanted[1] + more) for more in {0, spare})


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def _without_folder(text: str, path: Path) -> str:
    """The sentence about the file, which has a temporary name and folder, as one about 'it'."""
    return text.replace(str(path), "it").rstrip(".")
