"""Nodes that mix their input at several times: FrameBlend, TimeBlur, Retime, AppendClip."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.finish import uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.graph import Expression
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, always
from ofx_helpers.engine.params import Params

_EMPTY = Window(0, 0, 0, 0)


def _union(context: Context, times: Sequence[float]) -> Window:
    region = _EMPTY
    for time in times:
        region = region.union(context.region("Source", time))
    return region


def _inside(region: Window, window: Window) -> tuple[slice, slice]:
    part = region.intersect(window)
    if part.empty:
        return slice(0, 0), slice(0, 0)
    return (
        slice(part.y1 - window.y1, part.y2 - window.y1),
        slice(part.x1 - window.x1, part.x2 - window.x1),
    )


# FrameBlend


def _blend_times(context: Context) -> list[float]:
    params = context.params
    first, last = (round(value) for value in params.pair("frameRange"))
    interval = max(1, params.whole("frameInterval"))
    count = (abs(last - first) + 1) // interval
    step = -interval if first > last else interval
    start = last - (count - 1) * step + (0 if params.flag("absolute") else context.time)
    return [float(start + index * step) for index in range(count)]


def _blend_region(context: Context) -> Window:
    """Of every frame from the first at the interval; those blended are counted from the last."""
    params = context.params
    first, last = sorted(round(value) for value in params.pair("frameRange"))
    start = first + (0 if params.flag("absolute") else context.time)
    interval = max(1, params.whole("frameInterval"))
    steps = range(0, last - first + 1, interval)
    return _union(context, [float(start + step) for step in steps])


def _blend_wants(context: Context, window: Window) -> Sequence[Want]:
    times = _blend_times(context)
    wants = [Want("Source", window, time) for time in times]
    if uses_mask(context, "FgM"):
        wants += [Want("FgM", window, time) for time in times]
    return [*wants, Want("Source", window)] if _has_original(context) else wants


def _has_original(context: Context) -> bool:
    """Whether FrameBlend reads the picture of its own time; channels left alone are black else."""
    return uses_mask(context) or context.params.number("mix") != 1


def _blend_same(context: Context) -> Same | None:
    """One frame is that frame, whatever the mix; no frame at all is black."""
    params = context.params
    off = not any(params.flag(f"NatronOfxParamProcess{channel}") for channel in "RGBA")
    if params.number("mix") == 0 or off:
        return Same("Source")
    first, last = (round(value) for value in params.pair("frameRange"))
    if first != last or params.flag("outputCount") or context.connected("FgM"):
        return None
    return Same("Source", float(first if params.flag("absolute") else first + context.time))


_STARTS = {"min": math.inf, "max": -math.inf, "product": 1.0}


def _accumulate(operation: str, total: Pixels, pixels: Pixels) -> Pixels:
    if operation in ("average", "sum"):
        return total + pixels
    # A total that is no number, which a decay of 1 makes of the infinite start, gives way.
    if operation == "min":
        return np.where(total < pixels, total, pixels)
    if operation == "max":
        return np.where(total > pixels, total, pixels)
    if operation == "product":
        return np.where((total < 0) & (pixels < 0), pixels, total * pixels)
    return pixels + total * (np.float32(1) - pixels[..., 3:4])


def _blend(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    operation, times = params.choice("operation"), _blend_times(context)
    if not times:
        # An interval longer than the range: Natron writes nothing and shows what its memory held.
        return np.zeros((window.height, window.width, 4), np.float32)
    interval = max(1, params.whole("frameInterval"))
    keep = np.float32((1 - params.number("decay")) ** interval)
    shape = (window.height, window.width, 4)
    total = np.full(shape, _STARTS.get(operation, 0.0), np.float32)
    weights = np.zeros((*shape[:2], 1), np.float32)
    count = np.zeros((*shape[:2], 1), np.float32)
    original = frames[-1].pixels if _has_original(context) else np.zeros(shape, np.float32)
    mattes = frames[len(times) :] if uses_mask(context, "FgM") else ()
    for index, time in enumerate(times):
        used = np.ones((*shape[:2], 1), bool)
        if mattes:
            used = mattes[index].pixels[..., 3:4] <= 0
        total = np.where(used, total * keep, total) if keep != 1 else total
        weights = np.where(used, weights * keep + 1, weights)
        count += used
        part = _inside(context.region("Source", time), window)
        fresh = _accumulate(operation, total[part], frames[index].pixels[part])
        total[part] = np.where(used[part], fresh, total[part])
    if operation == "average":
        total = np.divide(total, weights, out=np.zeros_like(total), where=count > 0)
    if params.flag("outputCount"):
        total[..., 3:4] = count
    for channel, name in enumerate("RGBA"):
        if not params.flag(f"NatronOfxParamProcess{name}"):
            total[..., channel] = original[..., channel]
    return total


# TimeBlur


def _shutter_times(context: Context) -> list[float]:
    params = context.params
    shutter, divisions = params.number("shutter"), max(1, params.whole("division"))
    offset = {
        "centered": -shutter / 2,
        "start": 0.0,
        "end": -shutter,
        "custom": params.number("shutterCustomOffset"),
    }[params.choice("shutterOffset")]
    start = context.time + offset
    return [start + index * shutter / divisions for index in range(divisions)]


def _average(_context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    total = np.zeros((window.height, window.width, 4), np.float32)
    for frame in frames:
        total += frame.pixels
    total /= np.float32(len(frames))
    return total


# Retime


def _integral(context: Context, start: float, end: float) -> float:
    """The speed summed from `start` to `end`."""
    speed = context.node.params.get("speed", (1.0,))[0]
    if isinstance(speed, Expression):
        return _by_frames(context.params, start, end)
    if not isinstance(speed, Curve):
        return context.params.number("speed") * (end - start)
    # Simpson's rule is exact for the cubic between two keys.
    inner = {key.time for key in speed.keys if min(start, end) < key.time < max(start, end)}
    points = sorted({start, end} | inner)
    total = 0.0
    for low, high in pairwise(points):
        middle = speed.at((low + high) / 2)
        # Just inside, so that a constant segment does not see the next key.
        edge = low + (high - low) * (1 - 1e-9)
        total += (high - low) * (speed.at(low) + 4 * middle + speed.at(edge)) / 6
    return total if end >= start else -total


def _by_frames(params: Params, start: float, end: float) -> float:
    """An expression's integral by Simpson's rule: from frame to frame forwards, else at once."""
    whole = [float(frame) for frame in range(math.ceil(start), math.floor(end) + 1)]
    points = list(dict.fromkeys([start, *whole, end]))
    total = 0.0
    for low, high in pairwise(points):
        values = [params.at(time).number("speed") for time in (low, (low + high) / 2, high)]
        total += (high - low) / 6 * (values[0] + 4 * values[1] + values[2])
    return total


def _source_time(context: Context) -> float:
    params = context.params
    first, last = context.frames("Source")
    passed = _integral(context, first, context.time)
    time = last - passed if params.flag("reverseInput") else first + passed
    warp = context.node.params.get("warp", ())
    if warp and isinstance(warp[0], Curve) and last > first:
        time = first + (last - first) * warp[0].at((time - first) / (last - first))
    return time


def _retime_same(context: Context) -> Same | None:
    time, kind = _source_time(context), context.params.choice("filter")
    if time == int(time) or kind == "none":
        return Same("Source", time)
    return Same("Source", float(math.floor(time + 0.5))) if kind == "nearest" else None


def _retime_wants(context: Context, window: Window) -> Sequence[Want]:
    before = float(math.floor(_source_time(context)))
    return (Want("Source", window, before), Want("Source", window, before + 1))


def _retime_region(context: Context) -> Window:
    """Between frames Natron leaves it at the box that the source has at the output's own time."""
    same = _retime_same(context)
    return context.region("Source", context.time if same is None else same.time)


def _retime(context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    time = _source_time(context)
    share = np.float32(time - math.floor(time))
    return frames[0].pixels + (frames[1].pixels - frames[0].pixels) * share


# AppendClip


class _Clip(NamedTuple):
    label: str
    first: float
    start: float
    """When `first` is shown."""
    end: float


class _Part(NamedTuple):
    label: str
    time: float
    share: float


def _clips(context: Context) -> list[_Clip]:
    """The connected clips on the output's time line, overlapping by the cross dissolve."""
    params = context.params
    dissolve = params.whole("crossDissolve")
    clips: list[_Clip] = []
    for label in context.labels:
        if not context.connected(label):
            continue
        first, last = (float(int(frame)) for frame in context.frames(label))
        if not clips:
            start = float(params.whole("firstFrame"))
            end = max(start + last - first, start)
        else:
            # Never more than two clips at once.
            before = clips[-2].end + 1 if len(clips) > 1 else params.whole("firstFrame")
            start = max(float(before), clips[-1].end + 1 - dissolve)
            end = max(clips[-1].end, start + last - first)
        clips.append(_Clip(label, first, start, end))
    return clips


def _parts(context: Context) -> list[_Part]:
    """What is seen now: nothing, one clip, or two during a dissolve, with their shares."""
    clips, params, time = _clips(context), context.params, context.time
    fade_in, fade_out = params.whole("fadeIn"), params.whole("fadeOut")
    dissolve = params.whole("crossDissolve")
    if not clips:
        return []
    if time < clips[0].start:
        clip = clips[0]
        return [_Part(clip.label, clip.first + time - clip.start, float(fade_in == 0))]
    if time > clips[-1].end:
        clip = clips[-1]
        return [_Part(clip.label, clip.first + time - clip.start, float(fade_out == 0))]
    shown = [clip for clip in clips if clip.start <= time <= clip.end][:2]
    shares = [1.0]
    if len(shown) == 2:
        first = 1 - (time + 1 - shown[1].start) / (dissolve + 1)
        shares = [first, max(0.0, 1 - first)]
    fade = 1.0
    if shown[0] is clips[0] and time - clips[0].start < fade_in:
        fade *= (time - clips[0].start + 1) / (fade_in + 1)
    if shown[-1] is clips[-1] and clips[-1].end - time < fade_out:
        fade *= (clips[-1].end - time + 1) / (fade_out + 1)
    return [
        _Part(clip.label, clip.first + time - clip.start, share * fade)
        for clip, share in zip(shown, shares, strict=True)
    ]


def _append_same(context: Context) -> Same | None:
    parts = _parts(context)
    if not parts:
        return Same(None)
    return Same(parts[0].label, parts[0].time) if parts[0].share == 1 else None


def _append_region(context: Context) -> Window:
    parts = _parts(context)
    return context.region(parts[0].label, parts[0].time) if parts else _EMPTY


def _append_wants(context: Context, window: Window) -> Sequence[Want]:
    return [Want(part.label, window, part.time) for part in _parts(context)]


def _append(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    total = np.zeros((window.height, window.width, 4), np.float32)
    for part, frame in zip(_parts(context), frames, strict=True):
        total += frame.pixels * np.float32(part.share)
    return total


def _append_frames(context: Context) -> tuple[float, float]:
    clips = _clips(context)
    start = float(context.params.whole("firstFrame"))
    return start, clips[-1].end if clips else start


NODES = (
    NodeType(
        plugins=("net.sf.openfx.FrameBlend",),
        mask="Mask",
        region=_blend_region,
        same=_blend_same,
        wants=_blend_wants,
        render=_blend,
    ),
    NodeType(
        plugins=("net.sf.openfx.TimeBlur",),
        process=True,
        region=lambda context: _union(context, _shutter_times(context)),
        wants=lambda context, window: [
            Want("Source", window, time) for time in _shutter_times(context)
        ],
        render=_average,
    ),
    NodeType(
        plugins=("net.sf.openfx.Retime",),
        cut=always,
        region=_retime_region,
        same=_retime_same,
        wants=_retime_wants,
        render=_retime,
    ),
    NodeType(
        plugins=("net.sf.openfx.AppendClip",),
        main="1",
        region=_append_region,
        same=_append_same,
        frames=_append_frames,
        varies=lambda _context: True,
        wants=_append_wants,
        render=_append,
    ),
)
