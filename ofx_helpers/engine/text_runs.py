"""A text as runs: stretches of one style, and the paragraphs they make."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ofx_helpers.engine.text_fonts import FontWish

Rgb = tuple[float, float, float]

_PARAGRAPH = re.compile("\r\n|\n|\r|\u2029|\u2028")


@dataclass(frozen=True)
class Style:
    """How a run looks; lengths in pango units of 1/1024 pixel. None: what the node says."""

    wish: FontWish
    spacing: int = 0
    rise: int = 0
    script: bool = False
    """A sub- or superscript, whose font is chosen from the one that the screen shows."""
    colour: Rgb | None = None
    alpha: float | None = None
    background: Rgb | None = None
    background_alpha: float = 1.0
    underline: str = "none"
    """none, single, double, low."""
    strike: bool = False
    features: str = ""
    """OpenType features as `smcp=1,liga=0`."""


@dataclass(frozen=True)
class Run:
    """Characters of one style."""

    text: str
    style: Style


def split(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs of each paragraph, without the separators; an empty paragraph has one empty run."""
    paragraphs: list[list[Run]] = [[]]
    style = runs[0].style
    for run in runs:
        style = run.style
        parts = _PARAGRAPH.split(run.text)
        for position, part in enumerate(parts):
            if position:
                _close(paragraphs[-1], style)
                paragraphs.append([])
            if part:
                paragraphs[-1].append(replace(run, text=part))
    _close(paragraphs[-1], style)
    return paragraphs


def _close(paragraph: list[Run], style: Style) -> None:
    if not paragraph:
        paragraph.append(Run("", style))
