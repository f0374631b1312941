"""Near names for a name that does not exist, for error messages."""

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A sentence: "There is no upscaler 'ncn'. Did you mean 'ncnn'? Known: ncnn, openvino."."""
    names = sorted(known)
    near = get_close_matches(name.lower(), names, n=2, cutoff=0.5)
    guess = f" Did you mean {' or '.join(repr(other) for other in near)}?" if near else ""
    return f"There is no {what} {name!r}.{guess} Known: {', '.join(names) or 'none'}."
