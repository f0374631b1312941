"""What Natron 2.0 to 2.4 wrote otherwise than 2.5: choices by label, formats by name and size."""

import re
from collections.abc import Mapping, Sequence

from driver.project.params import Param
from ofx_helpers.engine.graph import Value

_SHUFFLE = re.compile(r"(\w+)\.(?:Color\.)?([rgbaRGBA])")
_SIZE = re.compile(r"(?P<name>.*?)\s*\b(?P<w>\d{1,7}) ?x ?(?P<h>\d{1,7})(?:\s+(?P<aspect>[\d.]+))?")
_PLANE = "uk.co.thefoundry.OfxImagePlaneColour"
# Plug-in id → (major version that changed them, defaults of the versions before).
_FORMER_DEFAULTS: Mapping[str, tuple[int, Mapping[str, Value]]] = {
    "net.sf.openfx.Reformat": (2, {"reformatType": "format"}),
}
_CHANNELS = ("outputR", "outputG", "outputB", "outputA")  # Shuffle
_BESIDE = (*_CHANNELS, "channelU", "channelV", "channelA")  # STMap, IDistort
# Labels that share no word with the id that replaced them.
_RENAMED = {
    "3de4anamorphicdegree6": "3deanamorphic6",
    "3de4radialfisheyedegree8": "3defisheye8",
    "3de4radialstandarddegree4": "3deradial4",
    "3de4anamorphicstandarddegree4": "3deanamorphic4",
    "splitviewslayers": "viewslayers",
    "ycbcra": "ycbcr",
}


def option_of(label: str, index: int, options: Sequence[str]) -> str:
    """The option id that a stored choice means: `label` is an id (2.4 on) or an older label.

    Labels became ids by losing capitals, signs and all but one word ("Load nearest": `nearest`).
    A label that names no option is decided by the stored index, and stays where that is none.
    """
    if not options or label in options:
        return label
    shuffled = _SHUFFLE.fullmatch(label)
    if shuffled:
        plain = f"{_PLANE}.{shuffled[2].upper()}"
        known = [name for name in (f"{shuffled[1]}.{plain}", plain) if name in options]
        return known[0] if known else label
    plain = _plain(label)
    plain = _RENAMED.get(plain, plain)
    named = {_plain(option): option for option in options}
    if plain in named:
        return named[plain]
    sized = format_of(label)
    if sized is not None:
        return sized[0] if sized[0] in options else label
    words = [_plain(word) for word in re.split(r"[^\w]+", label) if word]
    for found in (
        [option for key, option in named.items() if key in words],
        [option for key, option in named.items() if len(key) > 3 and plain.startswith(key)],
    ):
        if len(found) == 1:
            return found[0]
    return options[index] if 0 <= index < len(options) else label


def labels_beside(params: Mapping[str, Param]) -> dict[str, str]:
    """The choices that Natron before 2.2 stored only as a text beside: `outputRChoice` for Shuffle.

    Such a project leaves the choice itself out, or at an index that means nothing now.
    """
    found = {}
    for name in _BESIDE:
        stored = params.get(f"{name}Choice")
        text = stored.values[0] if stored is not None and stored.values else ""
        if isinstance(text, str) and text and name not in params:
            found[name] = text
    return found


def former_defaults(plugin: str, version: int) -> Mapping[str, Value]:
    """What a plug-in of that major version had as defaults where those of now differ."""
    changed, defaults = _FORMER_DEFAULTS.get(plugin, (0, {}))
    return defaults if 0 < version < changed else {}


def format_of(text: str) -> tuple[str, int, int, float] | None:
    """Name, width, height and pixel aspect of a format's text, None where it is none.

    `HD 1920x1080`, `HD  1920 x 1080  1`, ` 960x540`, `NTSC 720x486 0.91`.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        aspect = float(match["aspect"] or 1)
    except ValueError:
        return None
    return match["name"].strip(), int(match["w"]), int(match["h"]), aspect


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
