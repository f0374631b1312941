"""The OCIO nodes: what an OpenColorIO configuration, a LUT file or a CDL does to a picture.

OCIOCDLTransform and OCIOFileTransform need no configuration; the others do, except that
OCIOColorSpace knows the built-in spaces by itself.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ofx_helpers.engine.colour import apply, between
from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same
from ofx_helpers.engine.ocio import (
    Config,
    Processor,
    built,
    config_of,
    context,
    load,
    package,
    require,
    space_name,
    spaces,
)

Numbers = tuple[float, ...]


def _config(node: Context) -> Config:
    return config_of(node.params, node.graph.folder)


def _direction(node: Context) -> Any:
    ocio = package(node.node.name)
    forward = node.params.choice("direction") == "forward"
    return ocio.TRANSFORM_DIR_FORWARD if forward else ocio.TRANSFORM_DIR_INVERSE


def _spaces(node: Context) -> tuple[str, str]:
    return node.params.text("ocioInputSpace"), node.params.text("ocioOutputSpace")


def _colour_space(node: Context, pixels: Pixels, _window: Window) -> Pixels:
    for curve in between(*_spaces(node), node.node.name, _config(node)):
        apply(curve, pixels)
    return pixels


def _same_space(node: Context) -> Same | None:
    idle = between(*_spaces(node), node.node.name, _config(node)) == (None, None)
    return Same("Source") if idle else None


# CDL


@lru_cache(maxsize=32)
def _cdl_processor(
    config: Config, node: str, slopes: Numbers, saturation: float, direction: Any
) -> Processor:
    ocio, loaded = package(node), load(config, node)
    transform = ocio.CDLTransform()
    transform.setSOP(list(slopes))
    transform.setSat(saturation)
    transform.setDirection(direction)
    return built(node, lambda: loaded.getProcessor(transform))


def _cdl_values(node: Context) -> tuple[Numbers, float]:
    """Slope, offset and power of R, G, B, and the saturation: the node's, or its file's."""
    params, name = node.params, node.node.name
    if not params.flag("readFromFile"):
        values = (params.numbers(key)[:3] for key in ("slope", "offset", "power"))
        return tuple(value for three in values for value in three), params.number("saturation")
    ocio, path = package(name), node.resolve(params.text("file"))
    if not path.is_file():
        raise RenderError(f"{name}: there is no file {path}; it holds the CDL: check its path.")
    try:
        found = ocio.CDLTransform.CreateFromFile(str(path), params.text("cccId"))
    except ocio.Exception as error:
        raise RenderError(f"{name}: {path} holds no such CDL: {error}") from error
    return tuple(found.getSOP()), float(found.getSat())


def _cdl(node: Context, pixels: Pixels, _window: Window) -> Pixels:
    # The node has no configuration of its own: the variable's decides how values clamp.
    values, saturation = _cdl_values(node)
    made = _cdl_processor(_config(node), node.node.name, values, saturation, _direction(node))
    made.rgba(pixels)
    return pixels


# A file with a LUT, a matrix or a CDL

_INTERPOLATIONS = {
    "nearest": "INTERP_NEAREST",
    "linear": "INTERP_LINEAR",
    "tetrahedral": "INTERP_TETRAHEDRAL",
    "best": "INTERP_BEST",
}


@lru_cache(maxsize=16)
def _file_processor(
    config: Config, node: str, source: str, _stamp: int, kind: tuple[str, str], direction: Any
) -> Processor:
    ocio, loaded = package(node), load(config, node)
    identifier, interpolation = kind
    transform = ocio.FileTransform(
        source, identifier, getattr(ocio, _INTERPOLATIONS[interpolation]), direction
    )
    return built(node, lambda: loaded.getProcessor(transform))


def _file(node: Context, pixels: Pixels, _window: Window) -> Pixels:
    params, name = node.params, node.node.name
    path = node.resolve(params.text("file"))
    config = _config(node)
    # A name that is no file here may lie on the configuration's search path.
    if not path.is_file() and (config.path is None or (path.is_absolute() and path.exists())):
        raise RenderError(f"{name}: there is no file {path}; it holds the transform.")
    source = str(path) if path.is_file() else params.text("file")
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    kind = params.text("cccId"), params.choice("interpolation")
    _file_processor(config, name, source, stamp, kind, _direction(node)).rgba(pixels)
    return pixels


def _no_file(node: Context) -> Same | None:
    return None if node.params.text("file") else Same("Source")


# Roles, displays and looks of a configuration


def _log(node: Context, pixels: Pixels, _window: Window) -> Pixels:
    roles = ["compositing_log", "scene_linear"]
    if node.params.choice("operation") == "lin2log":
        roles.reverse()
    spaces(_config(node), roles[0], roles[1], node.node.name).rgba(pixels)
    return pixels


@lru_cache(maxsize=16)
def _display_processor(
    config: Config, node: str, space: str, shown: tuple[str, str], tone: Numbers, channel: str
) -> Processor:
    loaded, ocio = require(config, node, f"the display {shown[0]!r}"), package(node)
    display, view = shown
    transform = ocio.DisplayViewTransform()
    transform.setSrc(space_name(loaded, space, node, config.path))
    transform.setDisplay(display)
    transform.setView(view)
    pipeline = ocio.LegacyViewingPipeline()
    pipeline.setDisplayViewTransform(transform)
    gain, gamma = tone
    if gain != 1:
        pipeline.setLinearCC(ocio.MatrixTransform.Scale([gain] * 4))
    if gamma != 1:
        pipeline.setDisplayCC(ocio.ExponentTransform([1 / max(1e-8, gamma)] * 4))
    if channel != "rgb":
        hot = [1, 1, 1, 0] if channel == "l" else [int(channel == name) for name in "rgba"]
        luma = loaded.getDefaultLumaCoefs()
        pipeline.setChannelView(ocio.MatrixTransform.View(hot, luma))
    around = context(loaded, config.variables)
    return built(node, lambda: pipeline.getProcessor(loaded, around))


def _display(node: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = node.params
    shown = params.text("display"), params.text("view")
    tone = params.number("gain"), params.number("gamma")
    space, channel = params.text("ocioInputSpace"), params.choice("channelSelector")
    made = _display_processor(_config(node), node.node.name, space, shown, tone, channel)
    made.rgba(pixels)
    return pixels


@lru_cache(maxsize=16)
def _look_processor(
    config: Config, node: str, looks: str, first: str, second: str, direction: Any
) -> Processor:
    loaded, ocio = require(config, node, f"the look {looks!r}"), package(node)
    names = [space_name(loaded, name, node, config.path) for name in (first, second)]
    if direction == ocio.TRANSFORM_DIR_INVERSE:
        # The inverse of the whole would convert from output to input: these stay as they are.
        names.reverse()
    transform = ocio.LookTransform(names[0], names[1], looks)
    return built(node, lambda: loaded.getProcessor(transform, direction))


def _look(node: Context, pixels: Pixels, _window: Window) -> Pixels:
    params, name = node.params, node.node.name
    looks = params.text("lookCombination")
    if params.flag("singleLook"):
        looks = params.choice("lookChoice")
    _look_processor(_config(node), name, looks, *_spaces(node), _direction(node)).rgba(pixels)
    return pixels


def _no_look(node: Context) -> Same | None:
    params = node.params
    if params.flag("singleLook") or params.text("lookCombination"):
        return None
    return _same_space(node)


def _never(_node: Context) -> Same | None:
    return None


def _node(
    name: str,
    point: Callable[[Context, Pixels, Window], Pixels],
    same: Callable[[Context], Same | None] = _never,
) -> NodeType:
    return NodeType(
        plugins=(f"fr.inria.openfx.{name}",),
        mask="Mask",
        components=with_colour,
        premult=True,
        point=point,
        same=same,
    )


NODES = (
    _node("OCIOColorSpace", _colour_space, _same_space),
    _node("OCIOCDLTransform", _cdl),
    _node("OCIOFileTransform", _file, _no_file),
    _node("OCIOLogConvert", _log),
    _node("OCIODisplay", _display),
    _node("OCIOLookTransform", _look, _no_look),
)
