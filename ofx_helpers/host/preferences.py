"""Clip preferences: what components and depth each clip has, and what the output is."""

from math import isfinite
from typing import Any

from ofx_helpers.engine.frame import Window
from ofx_helpers.host import names as n
from ofx_helpers.host.clips import ClipInstance
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.instance import Instance
from ofx_helpers.host.plugin import Plugin, arguments
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.types import Output

_NEAREST_DEPTH = ("Float", "Half", "Short", "Byte")
_COMPONENTS = {word: name for name, word in n.COMPONENTS.items()}
_DEPTHS = {word: name for name, word in n.DEPTHS.items()}
_PREMULTIPLICATIONS = {word: name for name, word in n.PREMULTIPLICATIONS.items()}


def negotiate(plugin: Plugin, instance: Instance, time: float) -> Output:
    """Ask the plug-in and set every clip accordingly."""
    depth = _depth(plugin, instance)
    best = _most_components(instance)
    defaults = {}
    for clip in instance.clips.values():
        wanted = best if clip.output or clip.optional else _raw(instance, clip)
        defaults[clip.name] = clip.nearest(wanted)
    inputs = [clip for clip in instance.inputs() if clip.connection is not None]
    first = next((clip for clip in inputs if not clip.optional), inputs[0] if inputs else None)
    form = instance.project.format
    if first is not None and first.connection is not None:
        form = first.connection.format or form
    # As Natron: of the first that is connected, be it optional or a mask.
    given = [clip.connection.pixel_aspect for clip in inputs if clip.connection is not None]
    aspect = given[0] if given else instance.project.pixel_aspect
    schema: dict[str, Any] = {
        n.PROP_FRAME_RATE: float(instance.project.fps),
        n.PROP_PREMULTIPLICATION: n.PREMULTIPLICATIONS[_premultiplication(instance, defaults)],
        n.CLIP_PROP_FIELD_ORDER: n.FIELD_NONE,
        n.CLIP_PROP_CONTINUOUS: 0,
        n.PROP_FRAME_VARYING: int(_animated(instance)),
        n.CLIP_PROP_FORMAT: tuple(form),
    }
    for name, components in defaults.items():
        schema[n.COMPONENTS_PREFIX + name] = [n.COMPONENTS[components]]
        schema[n.DEPTH_PREFIX + name] = n.DEPTHS[depth]
        schema[n.ASPECT_PREFIX + name] = float(aspect)
    with arguments(schema) as answer:
        plugin.call(
            n.ACTION_CLIP_PREFERENCES,
            instance.handle,
            None,
            answer,
            messages=instance.messages,
            instance=instance,
            time=time,
        )
        return _take(plugin, instance, answer)


def _take(plugin: Plugin, instance: Instance, answer: PropertySet) -> Output:
    for clip in instance.clips.values():
        name = clip.name
        clip.components = _known(plugin, _COMPONENTS, answer[n.COMPONENTS_PREFIX + name], name)
        clip.depth = _known(plugin, _DEPTHS, answer[n.DEPTH_PREFIX + name], name)
        clip.aspect = _positive(plugin, answer[n.ASPECT_PREFIX + name] or 1.0, "pixel aspect")
    word = answer[n.PROP_PREMULTIPLICATION]
    premultiplication = _PREMULTIPLICATIONS.get(word, "premultiplied")
    made = Output(
        components=instance.clips[n.OUTPUT].components,
        premultiplication=premultiplication,
        pixel_aspect=instance.clips[n.OUTPUT].aspect,
        fps=_positive(plugin, answer[n.PROP_FRAME_RATE] or 1.0, "frame rate"),
        varies=bool(answer[n.PROP_FRAME_VARYING] or answer[n.CLIP_PROP_CONTINUOUS]),
        format=_format(answer.all(n.CLIP_PROP_FORMAT)),
        input_components={clip.name: clip.components for clip in instance.inputs()},
    )
    if not instance.properties[n.PROP_MULTIPLE_ASPECTS]:
        # Such a plug-in gets all its pictures as if they had its output's.
        for clip in instance.clips.values():
            clip.aspect = made.pixel_aspect
    instance.output = made
    instance.clips[n.OUTPUT].premultiplication = premultiplication
    for clip in instance.clips.values():
        clip.refresh()
    return made


def _positive(plugin: Plugin, value: float, what: str) -> float:
    if not (isfinite(value) and value > 0):
        raise PluginError(f"{plugin.identifier} wants the {what} {value:g}: no such thing")
    return value


def _format(sides: tuple[int, ...]) -> Window | None:
    form = Window(*sides)
    return None if form.empty else form


def _known(plugin: Plugin, words: dict[str, str], word: str, clip: str) -> str:
    if word not in words:
        raise PluginError(f"{plugin.identifier} wants {word or 'nothing'} on {clip}: no such thing")
    return words[word]


def _depth(plugin: Plugin, instance: Instance) -> str:
    """Float where the plug-in takes it; else the deepest it has."""
    words = instance.properties.all(n.PROP_DEPTHS)
    for name in _NEAREST_DEPTH:
        if n.DEPTHS[name] in words:
            return name
    if not words:
        return "Float"
    raise PluginError(f"{plugin.identifier} takes no pixels that this host has: {', '.join(words)}")


def _raw(instance: Instance, clip: ClipInstance) -> str:
    """A connected input's own components; else those of the first input that must be there."""
    if clip.connection is not None:
        return clip.connection.components
    for other in instance.inputs():
        if other.connection is not None and not other.optional:
            return other.connection.components
    return "RGBA"


_COUNT = {"Alpha": 1, "XY": 2, "RGB": 3, "RGBA": 4}


def _most_components(instance: Instance) -> str:
    """The most components of any connected input, as that input takes them."""
    given = [
        clip.nearest(clip.connection.components)
        for clip in instance.inputs()
        if clip.connection is not None
    ]
    return max(given, key=_COUNT.__getitem__, default="RGBA")


def _premultiplication(instance: Instance, defaults: dict[str, str]) -> str:
    """Premultiplied if an RGBA input is; unpremultiplied if all are; opaque without alpha."""
    found = ""
    for clip in instance.inputs():
        connected = clip.connection is not None
        raw = clip.nearest(_raw(instance, clip))
        if raw != "RGBA" or not (connected or not found):
            continue
        given = clip.connection.premultiplication if clip.connection else "premultiplied"
        if given == "premultiplied" or (given == "unpremultiplied" and found != "premultiplied"):
            found = given
    if not found and defaults.get(n.OUTPUT) in ("RGBA", "Alpha"):
        found = "premultiplied"
    return found or "opaque"


def _animated(instance: Instance) -> bool:
    params = instance.params.params.values()
    return any(param.values is not None and param.values.animated for param in params)
