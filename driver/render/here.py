"""The embedded engine over some frames, in this process; and as a process of its own that speaks
NatronRenderer's lines, which the watchdog understands and can end:

    python -m driver.render.here -w Write1 out/f.####.png project.ntp 1-10
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import get_args

from driver.errors import MemecompError
from driver.render.base import Nodes, NodeTime
from driver.render.facts import Facts, load
from driver.render.guard import check_graph
from driver.render.timing import Timing
from driver.shot.frames import brief, parse
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.graph import Graph
from ofx_helpers.engine.render import render

NODE_LINE = "memecomp-node"
"""Begins the lines that tell the time of each node: name, seconds, calls."""


def directed(graph: Graph, patterns: Mapping[str, Path]) -> Graph:
    """The graph with writers that write to other files."""
    changed = {
        name: replace(node, params={**node.params, "filename": (str(patterns[name]),)})
        for name, node in graph.nodes.items()
        if name in patterns
    }
    return replace(graph, nodes={**graph.nodes, **changed})


def render_here(
    facts: Facts,
    patterns: Mapping[str, Path],
    frames: Sequence[int],
    *,
    threads: int,
    on_file: Callable[[str, int], None],
    on_error: Callable[[int, Exception], None],
    cancelled: Callable[[], bool],
    stats: bool = False,
) -> tuple[NodeTime, ...]:
    """Renders the writers of `patterns` to these, and gives the nodes' times.

    `on_file(writer, frame)` is called for each file that is written, `on_error` for a frame that
    cannot be rendered (in a video it is raised). Raises RenderError or MemecompError.
    """
    timing = Timing(facts.resolve) if stats else None
    files = render(
        directed(facts.graph, patterns),
        list(patterns),
        frames,
        resolve=timing.resolve if timing else facts.resolve,
        media=facts.media,
        threads=threads or None,
        on_error=on_error,
    )
    for written in files:
        on_file(written.writer, written.frame)
        if cancelled():
            files.close()  # type: ignore[attr-defined]
            break
    return timing.times() if timing else ()


def main(words: Sequence[str]) -> int:
    """The process: renders what its arguments say, a line a frame; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="driver.render.here")
    parser.add_argument("-w", nargs=2, action="append", required=True, dest="writers")
    parser.add_argument("--node")
    parser.add_argument("--confine", type=Path, action="append")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--stats", action="store_true")
    parser.add_argument("--nodes", default="own", choices=get_args(Nodes))
    parser.add_argument("project", type=Path)
    parser.add_argument("frames")
    given = parser.parse_args(words)
    Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    patterns = {name: Path(pattern) for name, pattern in given.writers}
    frames = parse(given.frames)
    done, status = 0, 0

    def wrote(writer: str, frame: int) -> None:
        nonlocal done
        done += 1
        percent = 100 * done / (len(frames) * len(patterns))
        print(f"{writer} ==> Frame: {frame}, Progress: {percent:.1f}%", flush=True)

    def failed(frame: int, error: Exception) -> None:
        nonlocal status
        status = 1
        if not isinstance(error, RenderError | MemecompError):
            raise error
        print(f"frame {frame}: {error}", flush=True)

    try:
        first = next(iter(patterns.values()))
        document, graph, _ = load(given.project, given.node, first, given.confine)
        check_graph(graph, str(given.project))
        times = render_here(
            Facts(document, graph, given.confine, given.nodes),
            patterns,
            frames,
            threads=given.threads,
            on_file=wrote,
            on_error=failed,
            cancelled=lambda: False,
            stats=given.stats,
        )
    except (RenderError, MemecompError) as error:
        print(f"frames {brief(frames)}: {error}", flush=True)
        return 1
    for item in times:
        print(NODE_LINE, item.node, item.seconds, item.calls, flush=True)
    return status


def _end_with_parent(parent: int) -> None:
    """Nobody will take the frames of a process whose parent was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
