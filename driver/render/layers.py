"""Inputs that take another layer of a file than its colour: `A_channels` and the like.

A node passes on every layer that it does not change, so the layer is that of the file behind its
main input. The engine knows one picture for each node: a reader whose layers are asked for stands
in the graph once for each of them.
"""

from collections.abc import Mapping
from dataclasses import replace

from ofx_helpers.engine.components import COLOUR_PLANE
from ofx_helpers.engine.graph import Node

_READERS = (
    "fr.inria.built-in.Read",
    "fr.inria.openfx.ReadOIIO",
    "fr.inria.openfx.ReadEXR",
    "net.fxarena.openfx.ReadPSD",
    "fr.inria.openfx.OpenRaster",
    "net.fxarena.openfx.ReadSVG",
)
_LAYERED = (".exr", ".psd", ".psb", ".xcf", ".ora", ".svg", ".svgz")
_MAIN = ("Source", "B", "Bg", "0", "1")
_COLOUR = ("", "All", "None", "Color", "RGBA", "RGB", "Alpha")
_MOST_HOPS = 1000


def with_layers(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The nodes by name, with readers of their own for the inputs that ask for a layer."""
    found = dict(nodes)
    for node in nodes.values():
        for label, source in node.inputs.items():
            layer = _layer(node, label)
            reader = _reader(nodes, source) if layer else None
            if reader is None:
                continue
            name = f"{reader.name}.{layer}"
            params = {**reader.params, "outputLayerChoice": (layer,)}
            found[name] = replace(reader, name=name, params=params)
            known = found[node.name]
            found[node.name] = replace(known, inputs={**known.inputs, label: name})
    return found


def _layer(node: Node, label: str) -> str:
    chosen = node.params.get(f"{label}_channels", ("",))[0]
    if not isinstance(chosen, str) or chosen.partition(".")[0] in _COLOUR or chosen == COLOUR_PLANE:
        return ""
    return chosen


def _reader(nodes: Mapping[str, Node], name: str | None) -> Node | None:
    """The reader of a file with layers behind a node's main inputs."""
    for _hop in range(_MOST_HOPS):
        node = nodes.get(name) if name else None
        if node is None:
            return None
        if node.plugin in _READERS:
            file = str(node.params.get("filename", ("",))[0])
            return node if file.lower().endswith(_LAYERED) else None
        name = next((node.inputs[label] for label in _MAIN if label in node.inputs), None)
    return None
