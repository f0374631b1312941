"""The embedded engine: the same project, the same pixels, without Natron."""

from collections import Counter
from dataclasses import replace

from driver.errors import MemecompError
from driver.project.document import read
from driver.render.base import RenderJob
from driver.render.graph import graph_of
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
        graph = graph_of(read(job.project))
        names = list(job.writers)
        if job.node is not None and job.output is not None:
            graph, names = _with_writer(graph, job.node, str(job.output.absolute()))
        expected = len(names or writers(graph))
        done: Counter[int] = Counter()
        for written in render(
            graph,
            names or None,
            job.frames,
            resolve=nodes.collect().get,
            media=EngineMedia(),
        ):
            done[written.frame] += 1
            if done[written.frame] == expected:
                job.on_frame(written.frame)
            if job.cancelled():
                return


def _with_writer(graph: Graph, node: str, pattern: str) -> tuple[Graph, list[str]]:
    """The graph with a Write of default settings on `node`, and that Write's name."""
    if node not in graph.nodes:
        from driver.shot.resolve import near

        raise MemecompError(f"the project has no node {node!r}{near(node, graph.nodes)}")
    name = f"Write.{node}"
    writer = Node(name=name, plugin=WRITE, params={"filename": (pattern,)}, inputs={"Source": node})
    return replace(graph, nodes={**graph.nodes, name: writer}), [name]
