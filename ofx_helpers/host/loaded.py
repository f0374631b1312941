"""A plug-in to call: pictures in, a picture out, nothing remembered between calls."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from difflib import get_close_matches
from functools import lru_cache
from math import ceil, floor, isfinite
from typing import Any

import numpy as np

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.arrays import Picture, to_array, to_frame
from ofx_helpers.host.backend import backend
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.pool import Pool
from ofx_helpers.host.pool import pool as everyones
from ofx_helpers.host.remote import TIME_LIMIT, RemoteEffect
from ofx_helpers.host.types import Clip, Description, Effect, Input, Project

Reader = Callable[[int], Picture]
"""Gives an input's picture of a frame."""
_LARGEST = 1 << 15
"""Pixels; a region beyond it stands for 'everywhere'."""


class Plugin:
    """A plug-in, called with pictures and parameters. See `host.load`; `close` may be forgotten."""

    def __init__(
        self,
        description: Description,
        *,
        in_process: bool = False,
        timeout: float = TIME_LIMIT,
        pool: Pool = everyones,
    ) -> None:
        """Starts nothing yet. `timeout` is in seconds without a sign of life."""
        self.description = description
        self._in_process = in_process
        self._timeout = timeout
        self._pool = pool
        self._parameters = {parameter.name: parameter for parameter in description.parameters}
        self._inputs = {entry.name: entry for entry in description.inputs}
        self._closed = False

    def __call__(
        self,
        *pictures: Picture,
        time: float = 1.0,
        format: tuple[int, int] | None = None,
        parameters: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Picture:
        """Renders one frame.

        Inputs are given in the plug-in's order (masks and optional inputs last), or by name; each
        is an array, float32 RGBA (h, w, 4), linear, premultiplied, top row first, or a `Frame`.
        Every other name is a parameter's: a value or a tuple of values, one number for all
        dimensions, a choice by its id, `{frame: value}` for keys (linear between them), or a
        function of the frame. `parameters` takes those whose names are taken here.

        What goes in comes out: an array over the format, which is the first input's size or
        `format` as (width, height); a `Frame` over all that the plug-in has to show. Without
        inputs it is an array. Plug-ins that read a file need no `format`.

        Raises PluginError: unknown names with near ones, wrong values, the plug-in's own words.
        """
        given, values = self._sort(pictures, named, parameters or {})
        frames = {name: to_frame(picture, name) for name, picture in given.items()}
        as_frame = any(isinstance(picture, Frame) for picture in given.values())
        readers = {name: _still(frame) for name, frame in frames.items()}
        project = Project(format=self._format(frames, format), first=time, last=time)
        with closing(self.effect(project, values)) as effect:
            effect.connect({name: _clip(frame, (time, time)) for name, frame in frames.items()})
            whole = as_frame or (self.description.context == "reader" and format is None)
            window = _region(effect, time, project) if whole else project.format
            out = _render(effect, time, window, readers)
        return out if as_frame else to_array(out)

    def sequence(
        self,
        read: Reader | None,
        frames: Iterable[int],
        *,
        format: tuple[int, int] | None = None,
        fps: float = 24.0,
        parameters: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Iterator[Picture]:
        """Renders frames in order, one as each is asked for; `read` gives the first input's.

        Other inputs are pictures or functions of the frame like `read`; parameters as in a call,
        so that keys and functions animate. A plug-in may ask for any frame: before the first and
        after the last of `frames` it gets these. `read` is asked once for what is used again soon.
        """
        wanted = list(frames)
        if not wanted:
            return
        given, values = self._sort((), named, parameters or {}, moving=True)
        if read is not None:
            if not self.order:
                raise PluginError(f"{self.description.identifier} has no input to read for")
            given = {self.order[0].name: read, **given}
        span = min(wanted), max(wanted)
        readers = {name: _moving(source, name, span) for name, source in given.items()}
        firsts = {name: reader(wanted[0]) for name, reader in readers.items()}
        as_frame = any(reader.frames for reader in readers.values())
        project = Project(format=self._format(firsts, format), fps=fps, first=span[0], last=span[1])
        with closing(self.effect(project, values)) as effect:
            effect.connect({name: _clip(reader, span) for name, reader in readers.items()})
            for frame in wanted:
                window = _region(effect, frame, project) if as_frame else project.format
                out = _render(effect, frame, window, readers, sequence=True)
                yield out if as_frame else to_array(out)

    def effect(self, project: Project, parameters: Mapping[str, Any] | None = None) -> Effect:
        """An instance to set, connect and render by hand; it must be closed.

        `parameters` are set first, with values as in a call.
        """
        if self._closed:
            raise PluginError(f"{self.description.identifier} is closed")
        values = self._sort((), {}, parameters or {})[1]
        effect: Effect
        if self._in_process:
            effect = backend().create(self.description, project)
        else:
            effect = RemoteEffect(self.description, project, timeout=self._timeout, pool=self._pool)
        try:
            for name, value in values.items():
                effect.set(name, self._value(name, value))
        except BaseException:
            effect.close()
            raise
        return effect

    def close(self) -> None:
        """Ends it; again is harmless. Its worker stays for others until this process ends."""
        self._closed = True

    def __enter__(self) -> "Plugin":
        """For `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self.close()

    def __repr__(self) -> str:
        """Identifier and version."""
        major, minor = self.description.version
        return f"<{self.description.identifier} {major}.{minor}>"

    @property
    def order(self) -> list[Input]:
        """The inputs as pictures without names are given to them: masks and optional ones last."""
        return sorted(self.description.inputs, key=lambda entry: (entry.mask, entry.optional))

    def _sort(
        self,
        pictures: tuple[Any, ...],
        named: Mapping[str, Any],
        more: Mapping[str, Any],
        *,
        moving: bool = False,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Inputs and parameters, told apart."""
        order = self.order
        if len(pictures) > len(order):
            names = ", ".join(entry.name for entry in order) or "none"
            who = self.description.identifier
            raise PluginError(f"{who} takes {len(order)} inputs ({names}), not {len(pictures)}")
        given = {entry.name: one for entry, one in zip(order, pictures, strict=False)}
        values: dict[str, Any] = {}
        for name, value in named.items():
            is_picture = isinstance(value, np.ndarray | Frame) and not _is_vector(value)
            if name in self._inputs and (is_picture or moving or name not in self._parameters):
                if name in given:
                    raise PluginError(f"the input {name} is given twice")
                given[name] = value
            else:
                values[name] = value
        values.update(more)
        for name in values:
            if name not in self._parameters:
                raise PluginError(self._unknown(name))
        return {name: value for name, value in given.items() if value is not None}, values

    def _unknown(self, name: str) -> str:
        shown = [p.name for p in self._parameters.values() if p.kind not in ("Group", "Page")]
        known = [*self._inputs, *shown]
        near = get_close_matches(name, known, 3, 0.5)
        near += [other for other in known if name.lower() == other.lower() and other not in near]
        hint = f"near: {', '.join(near)}" if near else f"inputs: {', '.join(self._inputs) or '-'}"
        return f"{self.description.identifier} has no input or parameter {name}; {hint}"

    def _value(self, name: str, value: Any) -> Any:
        """As `Effect.set` takes it."""
        if callable(value):
            return lambda time: self._tuple(name, value(time))
        if isinstance(value, Mapping):
            return [(float(frame), self._tuple(name, value[frame])) for frame in sorted(value)]
        return self._tuple(name, value)

    def _tuple(self, name: str, value: Any) -> tuple[Any, ...]:
        if isinstance(value, np.ndarray | np.generic):
            value = value.tolist()
        if isinstance(value, list | tuple):
            return tuple(map(_plain, value))
        if hasattr(value, "__fspath__"):
            value = value.__fspath__()
        return (value,) * max(1, len(self._parameters[name].default))

    def _format(self, frames: Mapping[str, Frame], size: tuple[int, int] | None) -> Window:
        if size is not None:
            if len(size) != 2 or any(int(n) != n or n < 1 for n in size):
                raise PluginError(f"format is (width, height) in whole pixels, not {size}")
            return Window(0, 0, int(size[0]), int(size[1]))
        for entry in self.order:
            if entry.name in frames:
                return frames[entry.name].window
        if self.description.context == "reader":
            return Window(0, 0, 1920, 1080)
        needed = [entry.name for entry in self.description.inputs if not entry.optional]
        what = f"{needed[0]} is not connected" if needed else "it has no input"
        raise PluginError(
            f"{self.description.identifier} does not know how large its picture is: {what}; "
            "give an input or format=(width, height)"
        )


class _Moving:
    """A source of frames, held at the ends of its span; the last few are kept."""

    def __init__(self, read: Reader, name: str, span: tuple[int, int]) -> None:
        self.frames = False
        self._name = name
        self._span = span
        self._read = lru_cache(maxsize=16)(lambda frame: self._checked(read(frame)))

    def __call__(self, time: float) -> Frame:
        first, last = self._span
        return self._read(min(max(floor(time + 0.5), first), last))

    def _checked(self, picture: Picture) -> Frame:
        self.frames = self.frames or isinstance(picture, Frame)
        return to_frame(picture, self._name)


def _render(
    effect: Effect,
    time: float,
    window: Window,
    readers: Mapping[str, Callable[[float], Frame]],
    *,
    sequence: bool = False,
) -> Frame:
    """What it renders, or passes on unchanged: plug-ins that shift time do nothing else."""
    given: list[Frame] = []

    def fetch(name: str, at: float, part: Window) -> Frame:
        given.append(readers[name](at).crop(part))
        return given[-1]

    same = effect.identity(time, window)
    if same is not None and same[0] in readers:
        out = fetch(*same, window)
    else:
        out = effect.render(time, window, fetch, sequence=sequence)
    # What passes through untouched is the caller's own picture: they may change either.
    if any(np.may_share_memory(out.pixels, frame.pixels) for frame in given):
        return Frame(out.pixels.copy(), out.window)
    return out


def _moving(source: Any, name: str, span: tuple[int, int]) -> _Moving:
    if callable(source):
        return _Moving(source, name, span)
    still = to_frame(source, name)
    return _Moving(lambda _: source if isinstance(source, Frame) else to_array(still), name, span)


def _still(frame: Frame) -> Callable[[float], Frame]:
    return lambda _: frame


def _clip(source: Frame | _Moving, span: tuple[float, float]) -> Clip:
    if isinstance(source, Frame):
        box = _box(source.window)
        return Clip(region=lambda _: box, frames=span, format=source.window)
    format_ = source(span[0]).window
    return Clip(region=lambda time: _box(source(time).window), frames=span, format=format_)


def _box(window: Window) -> tuple[float, float, float, float]:
    return float(window.x1), float(window.y1), float(window.x2), float(window.y2)


def _region(effect: Effect, time: float, project: Project) -> Window:
    """All that an effect has to show, in whole pixels; the format where that is everything."""
    box = effect.region(time)
    if not all(isfinite(edge) and abs(edge) < _LARGEST for edge in box):
        return project.format
    window = Window(floor(box[0]), floor(box[1]), ceil(box[2]), ceil(box[3]))
    return project.format if window.empty else window


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _is_vector(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim < 2
