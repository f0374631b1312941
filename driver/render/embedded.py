"""The embedded engine: the same project, the same pixels, without Natron."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from driver.project.document import read
from driver.render.base import RenderJob
from driver.render.graph import graph_of, shown_by
from driver.render.guard import GuardedMedia, check_graph, check_writers
from ofx_helpers import nodes
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.render import render, writers
from ofx_helpers.media.engine_media import EngineMedia

WRITE = "fr.inria.built-in.Write"


class EmbeddedRenderer:
    """Renders with our own nodes on every core."""

    name = "the embedded engine"

    def render(self, job: RenderJob) -> None:
        """See `Renderer`; renders Write nodes and any other node."""
        document = read(job.project)
        graph = graph_of(document)
        check_graph(graph, str(job.project))
        names = list(job.writers)
        if job.node is not None and job.output is not None:
            shown = shown_by(document, job.node)
            graph, names = _with_writer(graph, shown, str(job.output.absolute()))
        names = names or writers(graph)
        resolve = nodes.collect().get
        media = GuardedMedia(EngineMedia(), _roots(job) if job.confine else None)
        frames = None if job.frames is None else list(job.frames)
        check_writers(graph, names, frames, job.folder, resolve=resolve, media=media)
        expected = len(names)
        done: Counter[int] = Counter()
        for written in render(
            graph,
            names or None,
            frames,
            resolve=resolve,
            media=media,
            folder=job.folder,
        ):
            done[written.frame] += 1
            if done[written.frame] == expected:
                job.on_frame(written.frame)
            if job.cancelled():
                return


def _roots(job: RenderJob) -> list[Path]:
    """The folders that a confined job may use, the project's first."""
    given = [job.folder, job.output.parent if job.output else None]
    return [job.project.absolute().parent, *(folder for folder in given if folder)]


def _with_writer(graph: Graph, node: str, pattern: str) -> tuple[Graph, list[str]]:
    """The graph with a Write of default settings on `node`, and that Write's name."""
    name = f"Write.{node}"
    writer = Node(name=name, plugin=WRITE, params={"filename": (pattern,)}, inputs={"Source": node})
    return replace(graph, nodes={**graph.nodes, name: writer}), [name]
