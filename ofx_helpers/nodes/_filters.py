"""Filters that look around each pixel, or at the whole picture, with its edge repeated outside."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import (
    Context,
    NodeType,
    Same,
    Want,
    never_same,
    usual_components,
)

Change = Callable[[Context, Pixels], Pixels]
"""From the pixels (h, w, 4), not to be written to, to as many new ones."""


def processed(context: Context) -> list[int]:
    """The channels that the node works on, among those that its picture has."""
    params = context.params
    names = "RGB" if usual_components(context) == "RGB" else "RGBA"
    return [
        index
        for index, name in enumerate(names)
        if f"NatronOfxParamProcess{name}" not in params
        or params.flag(f"NatronOfxParamProcess{name}")
    ]


def idle_without_mix(same: Callable[[Context], Same | None]) -> Callable[[Context], Same | None]:
    """The node's own identity, and mix 0."""

    def either(context: Context) -> Same | None:
        return Same("Source") if context.params.number("mix") == 0 else same(context)

    return either


def whole_picture(
    plugin: str, change: Change, same: Callable[[Context], Same | None] = never_same
) -> NodeType:
    """A node whose every pixel may depend on all others: it always gets the whole source."""

    def wants(context: Context, _window: Window) -> Sequence[Want]:
        return (Want("Source", context.region("Source")),)

    def render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
        return Frame(change(context, frames[0].pixels), frames[0].window)

    return _node(plugin, wants, render, same)


def around(
    plugin: str,
    change: Change,
    reach: Callable[[Context], tuple[int, int]],
    same: Callable[[Context], Same | None] = never_same,
) -> NodeType:
    """A node whose pixels depend on those up to `reach` columns and rows away."""

    def wants(context: Context, window: Window) -> Sequence[Want]:
        area = window.grow(*reach(context)).intersect(context.region("Source"))
        return (Want("Source", area),)

    def render(context: Context, window: Window, frames: Sequence[Frame]) -> Frame:
        found = frames[0]
        return Frame(change(context, found.pixels), found.window).crop(window)

    return _node(plugin, wants, render, same)


def _node(
    plugin: str,
    wants: Callable[[Context, Window], Sequence[Want]],
    render: Callable[[Context, Window, Sequence[Frame]], Frame],
    same: Callable[[Context], Same | None],
) -> NodeType:
    return NodeType(
        plugins=(plugin,),
        mask="Mask",
        process_inside=True,
        premult=True,
        wants=wants,
        render=render,
        same=idle_without_mix(same),
    )


def bordered(pixels: Pixels, size: int) -> Pixels:
    """The pixels with their edge repeated `size` times on every side."""
    padded: Pixels = cv2.copyMakeBorder(
        np.ascontiguousarray(pixels), size, size, size, size, cv2.BORDER_REPLICATE
    )
    return padded
