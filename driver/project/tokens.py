"""`__TOKENS__` that a person wrote into a project to say: this is different each time.

A token may stand in any text that Natron keeps: a file name, the words of a Text, a note, a label,
an expression. Natron cannot hold one in a number; there people write it with an editor into the
.ntp (`<Value>__GLITCH_FRAME__</Value>`), or into the node's note, as `size = __BLUR__`.
"""

import re
from copy import deepcopy

from driver.project.boost import Element, text_of
from driver.project.params import TEXTS

TOKEN = re.compile(r"__([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)__")
_NUMBERS = {
    *("Time", "LeftDerivative", "RightDerivative", "InterpolationMethod"),
    *("X", "Y", "Left_X", "Left_Y", "Right_X", "Right_Y", "Left", "Bottom", "Right", "Top"),
    *("Pixel_aspect_ratio", "Timeline_current_time"),
}
_WHOLE = {"Time", "InterpolationMethod", "Left", "Bottom", "Right", "Top", "Timeline_current_time"}
_TYPES = {"Int": "int", "Double": "float", "Color": "float", "Bool": "bool", "Choice": "choice"}


def without_tokens(root: Element) -> tuple[Element, dict[Element, str]]:
    """A copy in which every number is one, and the text with tokens of each that was none.

    A number's place gets its default, a choice loses its label.
    """
    copy = deepcopy(root)
    taken: dict[Element, str] = {}
    for leaf in copy.iter():
        if len(leaf) or not leaf.text or TOKEN.search(leaf.text) is None:
            continue
        kind = number_type(leaf)
        if kind:
            taken[leaf] = leaf.text.strip()
            leaf.text = _neutral(leaf)
    return copy, taken


def number_type(leaf: Element) -> str:
    """The type of parameter that the number in `leaf` is; empty where it is a text."""
    parent = leaf.getparent()
    if leaf.tag in _NUMBERS:
        return "int" if leaf.tag in _WHOLE else "float"
    if leaf.tag == "ChoiceLabel":
        return "choice"
    if leaf.tag not in ("Value", "Default") or parent is None:
        return ""
    owner = parent.getparent()
    if owner is not None and owner.tag == "KeyFrameSet":
        return "float"
    kind = text_of(owner, "Type") if owner is not None else ""
    return "" if kind in TEXTS else _TYPES.get(kind, "float")


def _neutral(leaf: Element) -> str:
    parent = leaf.getparent()
    if leaf.tag == "ChoiceLabel":
        return ""
    usual = text_of(parent, "Default") if parent is not None and leaf.tag == "Value" else ""
    return usual if usual and not TOKEN.search(usual) else "0"
