"""What a disabled node shows: one of its inputs, as Natron's `getPreferredInput` chooses it."""

from collections.abc import Sequence

from ofx_helpers.engine.graph import Node
from ofx_helpers.engine.params import Params, catalogue

_SHUFFLE = "net.sf.openfx.ShufflePlugin"


def is_disabled(node: Node, time: float) -> bool:
    """Whether the node is switched off at a time in frames."""
    stored = "disableNode" in node.params
    return stored and Params(node, time, {"disableNode": False}).flag("disableNode")


def shown_by_disabled(node: Node, main: str) -> str:
    """The label of the input that a node shows when disabled, "" where none is connected."""
    known = catalogue().get(node.plugin, {}).get("inputs", ())
    connected = [label for label in known if label in node.inputs] or list(node.inputs)
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
