"""What CImg computes of a formula before the first pixel, and what it leaves out for that reason.

Most of it changes no result. But `1 && x` is x and not its truth, `0 | x` is not cut to a whole
number, and 0 times anything is 0 (CImg 2.9.9, seen on its results).
"""

from collections.abc import Mapping

import numpy as np

from ofx_helpers.nodes._formula_terms import Term
from ofx_helpers.nodes._formula_values import ALL, ONE, SIGNS, SOME, Value, number
from ofx_helpers.nodes._formula_vectors import call, joined

_CONSTANTS = {"e": np.e, "pi": np.pi, "inf": np.inf, "nan": np.nan}
_PURE = frozenset([*ONE, *SOME, *ALL])


def fixed(term: Term, sizes: Mapping[str, float]) -> float | None:
    """The value of a term that its text and the picture's sizes alone decide, else None."""
    if term.kind == "number":
        return term.value
    if term.kind == "known":
        return sizes.get(term.name, _CONSTANTS.get(term.name))
    if term.kind == "if" or (term.kind == "call" and term.name == "if"):
        return _chosen(term, sizes)
    parts = [fixed(part, sizes) for part in term.parts]
    if not parts or term.kind not in ("unary", "binary", "logic", "call"):
        return None
    values: list[Value] = [number(part) for part in parts if part is not None]
    if len(values) < len(parts):
        return None
    if term.kind == "unary":
        return fixed_value(number(SIGNS[term.name](values[0])))
    if term.kind == "binary":
        return fixed_value(joined(term.name, values[0], values[1]))
    if term.kind == "logic":
        truths = [part != 0 for part in parts]
        return float(all(truths) if term.name == "&&" else any(truths))
    return fixed_value(call(term.name, values)) if term.name in _PURE else None


def by_channel(term: Term) -> bool:
    """Whether the value may differ from one channel to the next."""
    waiting = [term]
    while waiting:
        part = waiting.pop()
        if part.kind == "known" and part.name in ("c", "i"):
            return True
        own = part.kind == "pixel" and part.name in ("i", "j")
        if own and (part.name == "j" or len(part.parts) < 4 or part.parts[3].kind == "none"):
            return True
        if part.kind == "offset" and part.name == "j":
            return True
        waiting += part.parts
    return False


def _chosen(term: Term, sizes: Mapping[str, float]) -> float | None:
    condition = fixed(term.parts[0], sizes) if term.parts else None
    if condition is None:
        return None
    index = 1 if condition != 0 else 2
    return fixed(term.parts[index], sizes) if index < len(term.parts) else 0.0


def fixed_value(value: Value) -> float | None:
    """The number as Python has it; None for a vector."""
    return None if isinstance(value, tuple) or np.size(value) != 1 else float(value)


def shortened(operator: str, left: float | None, right: float | None) -> str | None:
    """Which side is the result as it stands, or "0"; None where both are to be joined."""
    if left is not None and right is not None:
        return None
    if operator == "|":
        return "left" if right == 0 else "right" if left == 0 else None
    if operator in ("&", "*"):
        return "0" if left == 0 or right == 0 else None
    if operator in ("<<", ">>"):
        return "0" if left == 0 else "left" if right == 0 else None
    return "0" if operator == "/" and left == 0 else None
