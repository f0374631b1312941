"""A plug-in whose entry point is a Python function: what an action meets can be asserted there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ofx_helpers.engine.frame import Window
from ofx_helpers.host import effect as effects
from ofx_helpers.host import handles
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.describe import description
from ofx_helpers.host.effect import LocalEffect
from ofx_helpers.host.plugin import Plugin
from ofx_helpers.host.status import Status
from ofx_helpers.host.suites.table import SUITES, host
from ofx_helpers.host.types import Box, Clip, Project

FORMAT = Window(0, 0, 8, 6)

EFFECT = SUITES["OfxImageEffectSuite", 1]
PARAMS = SUITES["OfxParameterSuite", 1]
PROPS = SUITES["OfxPropertySuite", 1]

Act = Callable[[int, int, int], int | None]
"""Handle, arguments, answers: the numbers of handles."""


def text(properties: int, name: bytes) -> str:
    """A string property."""
    cell = ffi.new("const char **")
    assert PROPS.propGetString(properties, name, 0, cell) == Status.OK
    return bytes(ffi.string(cell[0])).decode()


def number(properties: int, name: bytes) -> float:
    """A property that is a double."""
    cell = ffi.new("double *")
    assert PROPS.propGetDouble(properties, name, 0, cell) == Status.OK
    return float(cell[0])


def whole(properties: int, name: bytes) -> int:
    """A property that is an int."""
    cell = ffi.new("int *")
    assert PROPS.propGetInt(properties, name, 0, cell) == Status.OK
    return int(cell[0])


def several(properties: int, name: bytes, count: int) -> tuple[float, ...]:
    """A property of doubles, or of ints."""
    for kind, call in (("double", PROPS.propGetDoubleN), ("int", PROPS.propGetIntN)):
        cells = ffi.new(f"{kind}[]", count)
        if call(properties, name, count, cells) == Status.OK:
            return tuple(cells)
    raise AssertionError(name)


def param(effect: int, name: bytes) -> int:
    """The handle of a parameter."""
    params, found = ffi.new("Handle *"), ffi.new("Handle *")
    assert EFFECT.getParamSet(effect, params) == Status.OK
    assert PARAMS.paramGetHandle(params[0], name, found, ffi.NULL) == Status.OK
    return int(found[0])


def image(effect: int, clip: bytes, time: float = 1.0) -> tuple[int, int]:
    """Status and handle of an image."""
    found, picture = ffi.new("Handle *"), ffi.new("Handle *")
    assert EFFECT.clipGetHandle(effect, clip, found, ffi.NULL) == Status.OK
    status = EFFECT.clipGetImage(found[0], time, ffi.NULL, picture)
    return int(status), int(picture[0])


def describe(effect: int, _given: int, _answer: int) -> None:
    """A filter, fully safe."""
    properties = ffi.new("Handle *")
    EFFECT.getPropertySet(effect, properties)
    for name, value in (
        (b"OfxImageEffectPropSupportedContexts", b"OfxImageEffectContextFilter"),
        (b"OfxImageEffectPropSupportedPixelDepths", b"OfxBitDepthFloat"),
        (b"OfxImageEffectPluginRenderThreadSafety", b"OfxImageEffectRenderFullySafe"),
    ):
        assert PROPS.propSetString(properties[0], name, 0, value) == Status.OK


def describe_in_context(effect: int, _given: int, _answer: int) -> None:
    """Source, Output, an optional Matte, and the parameters first and second. Clips take RGBA, RGB
    and, but for Source, Alpha.
    """
    made, params = ffi.new("Handle *"), ffi.new("Handle *")
    for name in (b"Source", b"Matte", b"Output"):
        EFFECT.clipDefine(effect, name, made)
        PROPS.propSetInt(made[0], b"OfxImageClipPropOptional", 0, name == b"Matte")
        for index, word in enumerate((b"RGBA", b"RGB", b"Alpha")[: 2 + (name != b"Source")]):
            word = b"OfxImageComponent" + word
            PROPS.propSetString(made[0], b"OfxImageEffectPropSupportedComponents", index, word)
    EFFECT.getParamSet(effect, params)
    for name in (b"first", b"second"):
        assert PARAMS.paramDefine(params[0], b"OfxParamTypeDouble", name, made) == Status.OK


@contextmanager
def running(
    monkeypatch: pytest.MonkeyPatch, *, aspect: float = 1.0, **acts: Act
) -> Iterator[tuple[LocalEffect, list[str]]]:
    """An instance of a plug-in with these actions, and the names of the actions it got. Afterwards
    no handle may be left, and what an action asserted in vain is raised.
    """
    told: list[str] = []
    faults: list[BaseException] = []
    all_acts = {"Describe": describe, "DescribeInContext": describe_in_context, **acts}

    def entry(action: Any, handle: Any, given: int, answer: int) -> int:
        name = bytes(ffi.string(action)).decode()
        name = name.removeprefix("OfxImageEffectAction").removeprefix("OfxAction")
        told.append(name)
        act = all_acts.get(name)
        try:
            done = act(int(ffi.cast("uintptr_t", handle)), given, answer) if act else 14
        except BaseException as fault:
            faults.append(fault)
            return int(Status.FAILED)
        return 0 if done is None else int(done)

    keep = (
        ffi.callback("OfxPluginEntryPoint", entry),
        ffi.callback("void(OfxHost *)", lambda host: None),
        ffi.new("char[]", b"OfxImageEffectPluginAPI"),
        ffi.new("char[]", b"test.python"),
    )
    made = ffi.new(
        "OfxPlugin *",
        {
            "pluginApi": keep[2],
            "apiVersion": 1,
            "pluginIdentifier": keep[3],
            "pluginVersionMajor": 1,
            "mainEntry": keep[0],
            "setHost": keep[1],
        },
    )
    binary: Any = SimpleNamespace(path=Path("test.ofx.bundle", "test.ofx"))
    plugin = Plugin(binary, 0, made)
    monkeypatch.setattr(effects, "plugin_of", lambda description: plugin)
    host()  # its own handle stays
    before = handles.count()
    project = Project(format=FORMAT, pixel_aspect=aspect, first=1, last=9)
    try:
        effect = LocalEffect(description(plugin), project)
        try:
            yield effect, told
        finally:
            effect.close()
    finally:
        plugin.unload()
        assert handles.count() - before == {}, "handles are left"
    assert not faults, faults


def source(aspect: float = 1.0, name: str = "Source", **facts: Any) -> dict[str, Clip]:
    """An input connected to a picture of the format, whose pixels are `aspect` wide."""

    def region(_time: float) -> Box:
        return 0.0, 0.0, 8.0 * aspect, 6.0

    return {name: Clip(region=region, frames=(1, 9), pixel_aspect=aspect, **facts)}
