"""The stock nodes, one file a node or family, each exporting `NODE` or, for a family, `NODES`."""

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from ofx_helpers.engine.node_type import NodeType


@lru_cache(maxsize=1)
def collect() -> dict[str, NodeType]:
    """Every node type by plug-in id.

    Raises ValueError when two files claim the same id.
    """
    found: dict[str, NodeType] = {}
    owners: dict[str, str] = {}
    for info in sorted(iter_modules(__path__), key=lambda info: info.name):
        if info.name.startswith("_"):
            continue
        module = import_module(f"{__name__}.{info.name}")
        for node in getattr(module, "NODES", None) or (module.NODE,):
            for plugin in node.plugins:
                if plugin in found:
                    raise ValueError(f"{info.name} and {owners[plugin]} both claim {plugin}")
                found[plugin] = node
                owners[plugin] = info.name
    return found
