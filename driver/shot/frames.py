"""Lists of frames as people write them: '1-24,30' or '1-100:10'."""

from collections.abc import Iterable

from driver.errors import MemecompError


def parse(text: str) -> list[int]:
    """Frames in rising order, each once, from '1-24,30,40-60:5'."""
    frames: set[int] = set()
    for part in text.split(","):
        spans, _, step = part.strip().partition(":")
        first, dash, last = spans.partition("-")
        try:
            start = int(first)
            stop = int(last) if dash else start
            stride = int(step) if step else 1
        except ValueError:
            raise MemecompError(f"frames {text!r}: write them as 1-24,30 or 1-100:10") from None
        if stop < start or stride < 1:
            raise MemecompError(f"frames {text!r}: {part.strip()!r} runs backwards")
        frames.update(range(start, stop + 1, stride))
    return sorted(frames)


def choose(text: str | None, last: int) -> list[int]:
    """The frames of `text`, or all of 1 to `last`; frames that the shot lacks are refused."""
    if text is None:
        return list(range(1, last + 1))
    frames = parse(text)
    outside = [frame for frame in frames if not 1 <= frame <= last]
    if outside:
        raise MemecompError(f"frame {outside[0]} is not in the shot, which has frames 1 to {last}")
    return frames


def brief(frames: Iterable[int]) -> str:
    """The reverse of `parse`, for messages: '1-24,30'."""
    runs: list[list[int]] = []
    for frame in sorted(frames):
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in runs)
