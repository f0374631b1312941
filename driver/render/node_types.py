"""Who renders a node: our own, or an OpenFX plug-in of this machine."""

from functools import cache

from driver.render.base import Nodes
from ofx_helpers import nodes
from ofx_helpers.engine.node_type import NodeType
from ofx_helpers.engine.wiring import Resolver
from ofx_helpers.host.node import PluginNodes


@cache
def plugin_nodes() -> PluginNodes:
    """The plug-ins of this process, which are looked for when the first one is needed."""
    return PluginNodes()


def resolver(prefer: Nodes = "own", *, confined: bool = False) -> Resolver:
    """Our own node if there is one, else a plug-in's; with 'prefer-ofx' the other way round.

    A confined render has our own nodes only: what files a plug-in opens is out of our hands.
    """
    own = nodes.collect()
    if confined:
        return own.get

    def resolve(plugin: str) -> NodeType | None:
        if prefer == "own":
            return own.get(plugin) or plugin_nodes().get(plugin)
        return plugin_nodes().get(plugin) or own.get(plugin)

    return resolve


class Renderable:
    """The plug-in ids that can be rendered here, by our own nodes or a plug-in of this machine."""

    def __init__(self) -> None:
        """Looks for plug-ins once one is asked for that is not ours."""
        self._resolve = resolver()

    def __contains__(self, plugin: object) -> bool:
        """Whether a node of that id can be rendered."""
        return isinstance(plugin, str) and self._resolve(plugin) is not None
