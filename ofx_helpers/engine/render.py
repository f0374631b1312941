"""Renders writers to files: which frames, which names, on how many threads.

Frames are independent of each other, so each thread renders whole frames, band by band: numpy,
OpenCV and numba leave Python's lock while they compute, and decoding, computing and encoding
overlap.
"""

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from queue import SimpleQueue

from ofx_helpers.engine.copies import left_over
from ofx_helpers.engine.encode import write_options
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.evaluate import render_together
from ofx_helpers.engine.film import film_options, is_film
from ofx_helpers.engine.films import Films
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.media_types import Media, Picture
from ofx_helpers.engine.output_format import output_aspect, output_window
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.scene import Scene
from ofx_helpers.engine.sequences import frame_path, is_sequence
from ofx_helpers.engine.sheet import OneFrame, Sheet
from ofx_helpers.engine.static_cache import StaticCache
from ofx_helpers.engine.wiring import Resolver

BAND = 1_000_000
"""Pixels of a picture that are rendered at a time: a 4K frame of 25 nodes then needs a fifth of the
memory, and most of it stays in the processor's cache."""
WRITER_PREFIXES = ("fr.inria.built-in.Write", "fr.inria.openfx.Write")


@dataclass(frozen=True)
class Written:
    """A file that a writer has written, with the seconds it took on its thread."""

    writer: str
    frame: int
    path: Path
    seconds: float


def writers(graph: Graph) -> list[str]:
    """The names of the graph's enabled writers, in the graph's order."""
    found = (node for node in graph.nodes.values() if node.plugin.startswith(WRITER_PREFIXES))
    return [node.name for node in found if not _disabled(node)]


def _disabled(node: Node) -> bool:
    return Params(node, 0.0, {"disableNode": False}).flag("disableNode")


def frame_range(graph: Graph, writer: str, *, resolve: Resolver, media: Media) -> range:
    """The frames that a writer would render by itself, with its increment."""
    scene = Scene(graph, resolve, media)
    params = Params(scene.node(writer), float(graph.first), {})
    step = max(1, params.whole("frameIncr")) if "frameIncr" in params else 1
    rule = params.choice("frameRange")
    if rule == "manual":
        first, last = params.whole("firstFrame"), params.whole("lastFrame")
    elif rule == "union":
        span = scene.frames(writer)
        first, last = round(span[0]), round(span[1])
    else:
        first, last = graph.first, graph.last
    return range(first, last + 1, step)


def output_path(graph: Graph, writer: str, frame: int, *, folder: Path | None = None) -> Path:
    """The file of a writer's frame; with `folder` only its name counts and it lies there."""
    params = Params(graph.nodes[writer], float(frame), {})
    name = params.text("filename")
    if not name:
        raise RenderError(f"{writer} has no file name: set its filename.")
    pattern = graph.folder / name.replace("[Project]", str(graph.folder))
    if folder is not None:
        pattern = folder / pattern.name
    return frame_path(pattern, frame)


def write_frame(
    graph: Graph,
    names: Sequence[str],
    frame: int,
    *,
    resolve: Resolver,
    media: Media,
    folder: Path | None = None,
    cache: StaticCache | None = None,
    films: Films | None = None,
) -> Iterator[Written]:
    """Render one frame of some writers and write their files. Raises RenderError.

    What the writers share is computed once; each file is yielded as soon as it is written.
    """
    began = time.perf_counter()
    paths = {name: output_path(graph, name, frame, folder=folder) for name in names}
    scene = Scene(graph, resolve, media)
    formats: dict[Window, list[str]] = {}
    aspects = {name: output_aspect(scene, name, frame) for name in names}
    for name in names:
        formats.setdefault(output_window(scene, name, frame), []).append(name)
    once = OneFrame(media, cache)
    for window, together in formats.items():
        scene = Scene(graph, resolve, once)
        scene.banded = len(bands(window)) > 1
        sheets = {name: Sheet(scene, name, frame, window, paths[name], once) for name in together}
        for band in reversed(bands(window)):
            boxes = {name: left_over(band, sheet.copies) for name, sheet in sheets.items()}
            over = {name: box for name, box in boxes.items() if not box.empty}
            for name, rendered in render_together(scene, float(frame), over, cache=cache):
                sheets[name].add(rendered)
        for name, sheet in sheets.items():
            picture = Picture(sheet.finished(), window, window, aspects[name])
            if films is not None and name in films:
                options = film_options(sheet.params, paths[name], graph.fps)
                films.add(name, frame, paths[name], picture, options)
            else:
                media.write(paths[name], picture, write_options(sheet.params, paths[name]))
            done = time.perf_counter()
            yield Written(name, frame, paths[name], done - began)
            began = done
    once.clear()


def bands(window: Window, limit: int = BAND) -> list[Window]:
    """The window in bands of whole rows of at most about `limit` pixels, bottom first."""
    count = max(1, math.ceil(window.width * window.height / limit))
    edges = [window.y1 + window.height * index // count for index in range(count + 1)]
    return [
        Window(window.x1, low, window.x2, high)
        for low, high in pairwise(edges)
        if high > low or count == 1
    ]


def render(
    graph: Graph,
    names: Sequence[str] | None = None,
    frames: Iterable[int] | None = None,
    *,
    resolve: Resolver,
    media: Media,
    folder: Path | None = None,
    threads: int | None = None,
    on_error: Callable[[int, Exception], None] | None = None,
) -> Iterator[Written]:
    """Render writers (all, unless named) for `frames` (each writer's own range when None).

    Yields each file as it is finished, in any order. The first error stops the rest and is
    raised, unless `on_error` is there to hear of the frame: the others are then rendered (but no
    video, which cannot go on without a frame). Closing the iterator stops after the frames in hand.
    """
    names = writers(graph) if names is None else list(names)
    if not names:
        raise RenderError("The project has no enabled Write node: add one, or name a node.")
    wanted = None if frames is None else list(frames)
    jobs: dict[int, list[str]] = {}
    reels: dict[str, list[int]] = {}
    for name in names:
        own = frame_range(graph, name, resolve=resolve, media=media) if wanted is None else wanted
        for frame in _reel(graph, name, own, reels):
            jobs.setdefault(frame, []).append(name)
    cache = StaticCache()
    count = threads or os.cpu_count() or 1
    # In order, since a frame of a video waits on the one before.
    queue = iter(sorted(jobs.items()) if reels else jobs.items())
    # The films end before the pool waits for its threads, some of which may wait for a film.
    threads_of = ThreadPoolExecutor(count, thread_name_prefix="render")
    with threads_of as pool, Films(media, reels) as films:
        # A frame's files go from its thread to the caller as they are finished.
        finished: SimpleQueue[Written | Future[None]] = SimpleQueue()

        def work(frame: int, together: list[str]) -> None:
            for written in write_frame(
                graph,
                together,
                frame,
                resolve=resolve,
                media=media,
                folder=folder,
                cache=cache,
                films=films,
            ):
                finished.put(written)

        frame_of: dict[Future[None], int] = {}

        def start(frame: int, together: list[str]) -> None:
            future = pool.submit(work, frame, together)
            frame_of[future] = frame
            future.add_done_callback(finished.put)

        running = 0
        for job in islice(queue, count):
            start(*job)
            running += 1
        while running:
            result = finished.get()
            if isinstance(result, Written):
                yield result
                continue
            running -= 1
            frame, error = frame_of.pop(result), result.exception()
            if error is not None:
                if on_error is None or reels or not isinstance(error, Exception):
                    raise error
                on_error(frame, error)
            for job in islice(queue, 1):
                start(*job)
                running += 1


def _reel(
    graph: Graph, writer: str, frames: Sequence[int] | range, reels: dict[str, list[int]]
) -> Sequence[int] | range:
    """The writer's frames, entered in `reels` where they go into one video.

    Any other file would keep only the last of them.
    """
    name = Params(graph.nodes[writer], 0.0, {}).text("filename") if writer in graph.nodes else ""
    if not name or is_sequence(name):
        return frames
    if is_film(Path(name)):
        reels[writer] = sorted(set(frames))
        return reels[writer]
    if len(frames) > 1:
        raise RenderError(
            f"{writer} writes {len(frames)} frames to the one file {name}: put #### in its name."
        )
    return frames
