"""What a disabled node shows: one of its inputs, as Natron's `getPreferredInput` chooses it."""

from collections.abc import Sequence

from ofx_helpers.engine.graph import Node
from ofx_helpers.engine.params import input_labels

_SHUFFLE = "net.sf.openfx.ShufflePlugin"


def shown_by_disabled(node: Node, main: str) -> str:
    """The label of the input that a node shows when disabled, "" where none is connected."""
    connected = [label for label in input_labels(node) if label in node.inputs]
    return preferred_input(node.plugin, node.version, connected, main)


def preferred_input(
    plugin: str, version: int, connected: Sequence[str], main: str = "Source"
) -> str:
    """The label of the input that stands for a node or group, "" where none is connected.

    `connected` are the labels of the inputs that have a node, in the plug-in's order; `main` is
    the one that the node works on where none is called Source, A or B. `version` is the major
    version that saved the node, 0 where it is not known.
    """
    letters = ("A", "B") if plugin == _SHUFFLE and 0 < version < 3 else ("B", "A")
    pictures = [label for label in connected if "Mask" not in label]
    order = ["Source", *letters, main, *pictures, *connected]
    return next((label for label in order if label in connected), "")
