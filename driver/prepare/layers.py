"""What layers need before they can be keyed: their dominant colours, their mattes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from driver.prepare.dominant import dominant_colours
from driver.prepare.footage import Footage, open_footage
from driver.prepare.mattes import write_mattes

_LOOKED_AT = 8
"""Frames that the dominant colours are taken from."""


def prepare_layers(
    values: dict[str, object], project: Path, say: Callable[[str], None]
) -> dict[str, object]:
    """The values with `colours` for layers keyed `dominant`, `matte_file` for those keyed `rembg`.

    What a layer gives stays. Mattes go to the folder `NAME_mattes` beside `NAME.ntp`.
    """
    layers = values.get("layers")
    if not isinstance(layers, list):
        return values  # filling the template says what is wrong
    made = [
        _prepared(layer, number, values, project, say) if isinstance(layer, Mapping) else layer
        for number, layer in enumerate(layers, 1)
    ]
    return {**values, "layers": made}


def _prepared(
    layer: Mapping[str, Any],
    number: int,
    values: Mapping[str, Any],
    project: Path,
    say: Callable[[str], None],
) -> Mapping[str, Any]:
    key, file = layer.get("key"), layer.get("file")
    if file and key == "dominant" and not layer.get("colours"):
        footage = open_footage(file, project.parent)
        frames = _used(footage, values)
        step = -(-len(frames) // _LOOKED_AT)
        pictures = [footage.rgb(frame) for frame in frames[::step]]
        found = dominant_colours(pictures, int(layer.get("dominant") or 1))
        say(f"layer {number}: {len(found)} dominant colour(s) of {len(pictures)} frame(s)")
        return {**layer, "colours": [{"colour": list(colour)} for colour in found]}
    if file and key == "rembg" and not layer.get("matte_file"):
        footage = open_footage(file, project.parent)
        frames = _used(footage, values)
        still = footage.first == footage.last
        name = f"layer{number}.png" if still else f"layer{number}.####.png"
        pattern = project.with_name(f"{project.stem}_mattes") / name
        say(f"layer {number}: mattes of {len(frames)} frame(s) in {pattern.parent}")
        write_mattes(footage, frames, pattern, str(layer.get("model") or "u2netp"))
        return {**layer, "matte_file": str(pattern)}
    return layer


def _used(footage: Footage, values: Mapping[str, Any]) -> range:
    """The frames of the footage that the project shows."""
    first = max(footage.first, int(values.get("first") or footage.first))
    last = min(footage.last, int(values.get("last") or footage.last))
    return range(first, last + 1) if first <= last else range(footage.last, footage.last + 1)
