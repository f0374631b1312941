"""Pictures that a plug-in says it needs, fetched before it renders.

Where renders must take turns, what feeds one may have to take its turn too: fetched under the lock
it would wait for ever, and even where it would not, nothing else could go on meanwhile.
"""

from collections.abc import Sequence
from math import ceil, floor, isfinite

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host import names as n
from ofx_helpers.host.actions import Actions
from ofx_helpers.host.geometry import FAR, box_of, to_pixels
from ofx_helpers.host.instance import Instance
from ofx_helpers.host.types import Fetch

_MOST = 16
"""Pictures that are held at a time; others are fetched when the plug-in asks."""
Wanted = Sequence[tuple[str, float, Window]]


def announced(
    actions: Actions, instance: Instance, time: float, window: Window, scale: float
) -> Wanted:
    """Input, time and pixels at the scale, for each picture."""
    aspect = instance.clips[n.OUTPUT].aspect
    interest = actions.interest(time, box_of(window, scale, aspect), scale)
    found: list[tuple[str, float, Window]] = []
    for name, ranges in actions.frames_needed(time).items():
        clip = instance.clips[name]
        for first, last in ranges:
            if not (isfinite(first) and isfinite(last)) or last - first > _MOST:
                continue
            whole_frames = [float(frame) for frame in range(ceil(first), floor(last) + 1)]
            for frame in whole_frames or [first]:
                whole = clip.pixel_region(frame, scale)
                part = to_pixels(interest[name], scale, clip.aspect).intersect(whole)
                if not clip.tiles:
                    part = whole
                if not part.empty and max(map(abs, part)) < FAR:
                    found.append((name, frame, part))
    return found[:_MOST]


def ahead(wanted: Wanted, fetch: Fetch) -> Fetch:
    """Fetches them now; asks `fetch` only for others."""
    held = {(name, time): fetch(name, time, window) for name, time, window in wanted}

    def found(name: str, time: float, window: Window) -> Frame:
        frame = held.get((name, time))
        if frame is not None and frame.window.contains(window):
            return frame
        return fetch(name, time, window)

    return found
