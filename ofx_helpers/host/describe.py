"""A plug-in's description as data."""

from typing import Any, Literal, cast

from ofx_helpers.host import names as n
from ofx_helpers.host.clips import components_of
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.param_schemas import DOUBLE_LIMIT, INT_LIMIT
from ofx_helpers.host.params import Param
from ofx_helpers.host.plugin import Plugin
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.types import Context, Description, Input, Parameter

_SAFETY: dict[str, Literal["unsafe", "instance-safe", "fully-safe"]] = {
    n.SAFE_UNSAFE: "unsafe",
    n.SAFE_INSTANCE: "instance-safe",
    n.SAFE_FULLY: "fully-safe",
}


def description(plugin: Plugin) -> Description:
    """Load, and describe in the best context."""
    plugin.load()
    contexts = plugin.contexts()
    if not contexts:
        raise PluginError(f"{plugin.identifier} has no context that this host knows")
    described = plugin.describe(contexts[0])
    properties = described.properties
    depths = {word: name for name, word in n.DEPTHS.items()}
    return Description(
        identifier=plugin.identifier,
        version=plugin.version,
        label=properties[n.PROP_LABEL] or plugin.identifier,
        grouping=properties[n.PROP_GROUPING],
        help=properties[n.PROP_DESCRIPTION],
        bundle=plugin.bundle,
        index=plugin.index,
        contexts=tuple(cast(Context, context.lower()) for context in contexts),
        context=cast(Context, contexts[0].lower()),
        inputs=tuple(
            _input(name, clip) for name, clip in described.clips.items() if name != n.OUTPUT
        ),
        parameters=tuple(parameter(param) for param in described.params.params.values()),
        depths=tuple(depths[d] for d in properties.all(n.PROP_DEPTHS) if d in depths),
        thread_safety=_SAFETY.get(properties[n.PROP_THREAD_SAFETY], "unsafe"),
        tiles=bool(properties[n.PROP_TILES]),
        temporal=bool(properties[n.PROP_TEMPORAL]),
        transforms=bool(properties[n.PROP_CAN_TRANSFORM]),
        single_instance=bool(properties[n.PROP_SINGLE_INSTANCE]),
        extensions=tuple(properties.all(n.PROP_EXTENSIONS)),
    )


def _input(name: str, clip: PropertySet) -> Input:
    return Input(
        name=name,
        label=clip[n.PROP_LABEL] or name,
        optional=bool(clip[n.CLIP_PROP_OPTIONAL]),
        mask=bool(clip[n.CLIP_PROP_IS_MASK]),
        temporal=bool(clip[n.PROP_TEMPORAL]),
        transforms=bool(clip[n.PROP_CAN_TRANSFORM]),
        components=components_of(clip),
    )


def parameter(param: Param) -> Parameter:
    """A parameter of a description or an instance, as it is now."""
    properties = param.properties
    return Parameter(
        name=param.name,
        label=properties[n.PROP_LABEL],
        kind=param.kind,
        default=param.shown(param.default()),
        minimum=_limits(properties.all(n.PARAM_PROP_MIN)),
        maximum=_limits(properties.all(n.PARAM_PROP_MAX)),
        options=param.options,
        labels=tuple(properties.all(n.PARAM_PROP_OPTION)),
        help=properties[n.PARAM_PROP_HINT],
        parent=properties[n.PARAM_PROP_PARENT],
        secret=bool(properties[n.PARAM_PROP_SECRET]),
        enabled=bool(properties[n.PARAM_PROP_ENABLED]),
        animates=bool(properties.all(n.PARAM_PROP_ANIMATES)[:1] == (1,)),
    )


def _limits(values: tuple[Any, ...]) -> tuple[float, ...]:
    """None where nothing limits: the largest numbers stand for that."""
    if all(abs(value) >= INT_LIMIT or abs(value) >= DOUBLE_LIMIT for value in values):
        return ()
    return tuple(float(value) for value in values)
