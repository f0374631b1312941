"""Renders one frame of a node: first a plan from the output up, then the pixels.

The plan visits each node after all its users, so that the windows asked of it are joined and it
is computed once for each time. Pixels are then computed inputs first, depth first, and dropped
as soon as the last user has taken them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ofx_helpers.engine.canonical import box_of, touched
from ofx_helpers.engine.components import as_seen, fill
from ofx_helpers.engine.depth import as_light, as_taken, rounded
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import (
    channels_off,
    defined,
    extra_wants,
    finish,
    premultiplies,
    premultiply,
    unpremultiply,
)
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.graph import Graph
from ofx_helpers.engine.masked_box import goes_on, mask_beyond, shown_beyond
from ofx_helpers.engine.media_types import Media
from ofx_helpers.engine.node_type import Context, Want
from ofx_helpers.engine.scene import NodeContext, Placed, Scene
from ofx_helpers.engine.static_cache import StaticCache
from ofx_helpers.engine.wiring import Resolver

Key = tuple[str, float]


@dataclass
class _Job:
    """A node to compute at a time: over `window`, for `users`, from `wants` found at `sources`.

    `roi` is what its inputs are asked for, None for the window: see `_asked`. Each of the wants is
    then answered within its window of `seen`, where there are any.
    """

    context: NodeContext
    window: Window
    roi: Window | None = None
    users: int = 0
    wants: list[Want] = field(default_factory=list)
    seen: list[Window] = field(default_factory=list)
    sources: list[Key | None] = field(default_factory=list)
    main: int | None = None
    mask: int | None = None
    beyond: bool = False
    own: int = 0
    static: bool = False
    kept: Frame | None = None


def render_node(
    graph: Graph,
    name: str,
    time: float,
    *,
    resolve: Resolver,
    media: Media,
    window: Window | None = None,
    cache: StaticCache | None = None,
) -> Frame:
    """The node's output at `time` over `window`, or over all its region when None.

    float32 RGBA as in `engine.frame`. `cache` keeps what does not change with time for the next
    frame. Raises RenderError for a missing node, file or plug-in.
    """
    scene = Scene(graph, resolve, media)
    scene.order(name)
    over = scene.region(name, time) if window is None else window
    return next(render_together(scene, time, {name: over}, cache=cache))[1]


def render_together(
    scene: Scene, time: float, windows: Mapping[str, Window], *, cache: StaticCache | None = None
) -> Iterator[tuple[str, Frame]]:
    """The outputs of several nodes at one time, each over its window, as `render_node` gives them.

    What they share is computed once. Each is yielded as soon as it is computed, in the order of
    `windows`, and dropped when the next is asked for.
    """
    order = scene.order(*windows)
    found = {name: scene.follow(name, time, window) for name, window in windows.items()}
    targets = [
        (placed, _asked(scene, name, placed.name, windows[name]))
        for name, placed in found.items()
        if placed is not None
    ]
    jobs = _plan(scene, order, targets, cache)
    frames: dict[Key, Frame] = {}
    for name, window in windows.items():
        placed = found[name]
        if placed is None:
            yield name, _transparent(window)
            continue
        target = (placed.name, placed.time)
        _compute(jobs, target, frames, cache)
        yield name, as_light(scene, placed.name, frames[target].crop(window))
        jobs[target].users -= 1
        if jobs[target].users == 0:
            del frames[target]


def rehearse(scene: Scene, time: float, windows: Mapping[str, Window]) -> None:
    """Asks all that rendering these windows would ask before its first pixel.

    Readers look for their files then, at the times that are really needed: give the scene a `Media`
    that notes them. Raises RenderError as rendering would.
    """
    order = scene.order(*windows)
    found = (scene.follow(name, time, window) for name, window in windows.items())
    _plan(scene, order, [(placed, None) for placed in found if placed is not None], None)


def input_frame(context: Context, label: str, time: float, window: Window) -> Frame:
    """Pixels of an input that its `wants` did not foresee, computed for it alone."""
    assert isinstance(context, NodeContext)
    scene = context.scene
    source = scene.input(context.node.name, label)
    if source is None:
        return _transparent(window)
    frame = next(render_together(scene, time, {source: window}))[1]
    return as_seen(context, label, context.kind.clear, frame)


def _asked(scene: Scene, user: str, node: str, window: Window) -> Window | None:
    """What a node asks its inputs for when pixels `window` are asked of it; None for these.

    Natron asks for a region in canonical coordinates, which each node counts in its own pixels,
    and then takes pixels by their numbers. A node whose user's pixels are not as wide as its own
    therefore gives all that is taken, but its inputs show more or less than that.
    """
    one, other = scene.aspect(user), scene.aspect(node)
    return None if one == other else touched(box_of(window, one), other)


def _plan(
    scene: Scene,
    order: Sequence[str],
    targets: Sequence[tuple[Placed, Window | None]],
    cache: StaticCache | None,
) -> dict[Key, _Job]:
    jobs: dict[Key, _Job] = {}
    waiting: dict[str, dict[float, _Job]] = {}

    def ask(key: Key, over: Window, roi: Window | None, by_static: bool) -> None:
        job = jobs.get(key)
        if job is None:
            job = _Job(scene.context(*key), over, roi)
            jobs[key] = job
            waiting.setdefault(key[0], {})[key[1]] = job
        if job.roi is not None or roi is not None:
            job.roi = (job.roi or job.window).union(roi or over)
        job.window = job.window.union(over)
        job.users += 1
        # Only where what moves meets what stands still: the rest of a still branch is not asked
        # for again.
        job.static |= not by_static and cache is not None and scene.static(key[0])

    for placed, roi in targets:
        ask((placed.name, placed.time), placed.window, roi, False)
    for name in reversed(order):
        for job in waiting.get(name, {}).values():
            job.static &= job.roi is None
            if cache is not None and job.static:
                job.kept = cache.get(name, job.window)
                if job.kept is not None:
                    continue
                job.window = cache.joined(name, job.window)
            _fill(scene, job)
            for index, want in enumerate(job.wants):
                # As in openfx-misc, what a mask leaves is the picture above gathered transforms.
                gathered = index < job.own or index == job.main
                if job.seen:
                    want = Want(want.label, want.window.intersect(job.seen[index]), want.time)
                    if job.context.kind.takes_less and index < job.own:
                        job.wants[index] = want
                found = _find(scene, job.context, want, gathered=gathered)
                if found is not None:
                    asked = job.seen[index] if job.seen else want.window
                    moved = gathered and want.label == job.context.gathers
                    as_they_are = moved or job.context.kind.many_aspects
                    roi = None if as_they_are else _asked(scene, name, found[0][0], asked)
                    roi = asked if roi is None and job.seen else roi
                    ask(*found, roi, cache is not None and scene.static(name))
                    job.sources[index] = found[0]
    return jobs


def _fill(scene: Scene, job: _Job) -> None:
    """Write down what the job needs, the engine's own wants after the node's."""
    context = job.context
    own = _own_wants(context, job.window)
    job.own = len(own)
    main, mask = extra_wants(context, job.window)
    job.beyond = goes_on(context)
    if job.beyond:
        mask = mask_beyond(context, job.window)
    if main is not None:
        # The same pixels are often wanted already.
        job.main = next((i for i, want in enumerate(own) if want == main), None)
    for extra in (main if job.main is None else None, mask):
        if extra is not None:
            own.append(extra)
    if main is not None and job.main is None:
        job.main = job.own
    if mask is not None:
        job.mask = len(own) - 1
    job.wants = own
    job.sources = [None] * len(own)
    if job.roi is not None and not context.kind.shows_all:
        # Of a node that wants something else then, all is shown.
        like = _own_wants(context, job.roi)
        engines = [job.roi] * (len(own) - job.own)
        same = [want.label for want in like] == [want.label for want in own[: job.own]]
        job.seen = [want.window for want in like] + engines if same else []


def _own_wants(context: NodeContext, window: Window) -> list[Want]:
    kind = context.kind
    return [Want(kind.main, window)] if kind.point else list(kind.wants(context, window))


def _find(
    scene: Scene, context: NodeContext, want: Want, *, gathered: bool
) -> tuple[Key, Window] | None:
    time = context.time if want.time is None else want.time
    if gathered and want.label == context.gathers and time == context.time:
        _, source, time = scene.upstream(context.node.name, time, want.label)
    else:
        source = scene.input(context.node.name, want.label)
    placed = scene.follow(source, time, want.window)
    return None if placed is None else ((placed.name, placed.time), placed.window)


def _compute(
    jobs: dict[Key, _Job], target: Key, frames: dict[Key, Frame], cache: StaticCache | None
) -> None:
    """Compute the target, and what it needs and nobody has computed yet, into `frames`."""
    stack = [target]
    while stack:
        key = stack[-1]
        if key in frames or jobs[key].users == 0:
            stack.pop()
            continue
        job = jobs[key]
        # Reversed, so that the first input is computed first.
        missing = [s for s in reversed(job.sources) if s is not None and s not in frames]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        frames[key] = job.kept or _render(job, _take(job, jobs, frames))
        if job.static and cache is not None and job.kept is None:
            cache.put(key[0], frames[key])


@dataclass(frozen=True)
class _Taken:
    frame: Frame
    owned: bool
    """Whether nobody else will look at these pixels."""


def _take(job: _Job, jobs: dict[Key, _Job], frames: dict[Key, Frame]) -> list[_Taken]:
    taken = []
    for want, source in zip(job.wants, job.sources, strict=True):
        if source is None:
            taken.append(_Taken(_transparent(want.window), True))
            continue
        frame = frames[source].crop(want.window)
        jobs[source].users -= 1
        last = jobs[source].users == 0
        if last:
            del frames[source]
        frame = as_seen(job.context, want.label, job.context.kind.clear, frame)
        frame = as_taken(job.context, want.label, source[0], frame)
        pixels = frame.pixels
        taken.append(_Taken(frame, last and pixels.flags.owndata and pixels.flags.writeable))
    return taken


def _render(job: _Job, taken: Sequence[_Taken]) -> Frame:
    undefined: list[str] = []
    # Extreme colours may become infinite on the way, in Natron too: no cause for a warning. Only
    # where something undefined was computed are the pixels searched for it: that costs a pass.
    with np.errstate(all="ignore", invalid="call", call=lambda kind, _flag: undefined.append(kind)):
        frame = _rendered(job, taken)
    return Frame(defined(frame.pixels), frame.window) if undefined else frame


def _rendered(job: _Job, taken: Sequence[_Taken]) -> Frame:
    context, kind, window = job.context, job.context.kind, job.window
    original = None if job.main is None else _original(job, taken[job.main].frame)
    mask = None if job.mask is None else taken[job.mask].frame.crop(window).pixels
    divide = premultiplies(context)
    try:
        if kind.point is not None:
            pixels, own = _points(taken[0], divide, original is not None, context, window), True
        else:
            frames = [item.frame for item in taken[: job.own]]
            pixels = _whole(job, frames, divide)
            # A node may hand on pixels of its inputs.
            own = not any(np.may_share_memory(pixels, item.frame.pixels) for item in taken)
    except RenderError:
        raise
    except Exception as error:
        raise RenderError(
            f"{context.node.name} ({context.node.plugin}) failed at frame {context.time:g}: {error}"
        ) from error
    inside = channels_off(context) if kind.process_inside and original is not None else ()
    if inside and original is not None:
        before = original
        if kind.nearest(context) and job.main is not None:
            before = taken[job.main].frame.nearest(window).pixels
        before = unpremultiply(before) if divide else before
        pixels, own = _put_back(inside, pixels, before), True
    if divide:
        pixels, own = premultiply(pixels if own else pixels.copy()), True
    components = context.scene.components(context.node.name)
    finished = finish(context, pixels, original, mask, own=own)
    if job.beyond and job.main is not None and job.mask is not None:
        finished = shown_beyond(
            context, Frame(finished, window), taken[job.main].frame, taken[job.mask].frame
        )
    if components != "RGBA":
        own = own or finished is not pixels
        finished = fill(finished if own else finished.copy(), components)
    finished = rounded(finished, context.scene.depth(context.node.name), cut=kind.cut(context))
    return Frame(finished, window)


def _original(job: _Job, main: Frame) -> Pixels:
    """What mask, mix and unprocessed channels find of the main input."""
    if job.context.kind.seen is not None:
        seen = main.window.intersect(job.context.kind.seen(job.context, job.window))
        main = _transparent(job.window) if seen.empty else main.crop(seen)
    return main.crop(job.window).pixels


def _put_back(channels: Sequence[int], pixels: Pixels, before: Pixels) -> Pixels:
    """`pixels` with some channels as they were before."""
    result = pixels.copy()
    for channel in channels:
        result[..., channel] = before[..., channel]
    return result


def _points(
    source: _Taken, divide: bool, keep: bool, context: NodeContext, window: Window
) -> Pixels:
    assert context.kind.point is not None
    pixels = source.frame.pixels
    if divide:
        pixels = unpremultiply(pixels)
    elif keep or not source.owned:
        pixels = pixels.copy()
    return context.kind.point(context, pixels, window)


def _whole(job: _Job, frames: list[Frame], divide: bool) -> Pixels:
    kind = job.context.kind
    assert kind.render is not None
    if divide:
        for index, want in enumerate(job.wants[: job.own]):
            if want.label == kind.main:
                frames[index] = Frame(unpremultiply(frames[index].pixels), want.window)
    result = kind.render(job.context, job.window, frames)
    if isinstance(result, Frame):
        result = result.crop(job.window).pixels
    return result


def _transparent(window: Window) -> Frame:
    return Frame(np.zeros((window.height, window.width, 4), np.float32), window)
