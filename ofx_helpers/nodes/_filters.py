"""Filters that look around each pixel, or at the whole picture, with its edge repeated outside."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.masked_box import found as mask_box
from ofx_helpers.engine.masked_box import mask_wants, possible
from ofx_helpers.engine.node_type import (
    Context,
    NodeType,
    Same,
    Want,
    never_same,
    same_region,
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


def source_or_format(context: Context) -> Window:
    """The source's region; the project's format of what draws on black where it has no source."""
    return context.region("Source") if context.connected("Source") else context.format


def whole_picture(
    plugin: str,
    change: Change,
    same: Callable[[Context], Same | None] = never_same,
    region: Callable[[Context], Window] = same_region,
) -> NodeType:
    """A node whose every pixel may depend on all others: it always gets the whole source."""

    def wants(context: Context, _window: Window) -> Sequence[Want]:
        return (Want("Source", region(context)),)

    def render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
        return Frame(change(context, frames[0].pixels), frames[0].window)

    return replace(_node(plugin, wants, render, same), region=region)


def around(
    plugin: str,
    change: Change,
    reach: Callable[[Context], tuple[int, int]],
    same: Callable[[Context], Same | None] = never_same,
    seen: Callable[[Context], tuple[int, int]] | None = None,
    alone: bool = True,
) -> NodeType:
    """A node whose pixels depend on those up to `reach` columns and rows away.

    `seen` is how far Natron looks from what a mask leaves, where that is less. Without `alone` all
    channels change when any is processed.
    """

    def area(context: Context, window: Window) -> Window:
        region = context.region("Source")
        near = window.grow(*reach(context)).intersect(region)
        if seen is None:
            return near
        return near.intersect(possible(context, region).grow(*seen(context)))

    def wants(context: Context, window: Window) -> Sequence[Want]:
        masks = () if seen is None else mask_wants(context, context.region("Source"))
        return (Want("Source", area(context, window)), *masks)

    def render(context: Context, window: Window, frames: Sequence[Frame]) -> Frame:
        source = frames[0]
        if seen is not None:
            box = mask_box(context, context.region("Source"), frames)
            kept = source.window.intersect(area(context, window))
            if box.empty or kept.empty:
                return source
            source = source.crop(kept)
        return Frame(change(context, source.pixels), source.window).crop(window)

    def unchanged(context: Context) -> Same | None:
        return same(context) if alone or processed(context) else Same("Source")

    return _node(plugin, wants, render, unchanged, alone)


def _node(
    plugin: str,
    wants: Callable[[Context, Window], Sequence[Want]],
    render: Callable[[Context, Window, Sequence[Frame]], Frame],
    same: Callable[[Context], Same | None],
    alone: bool = True,
) -> NodeType:
    return NodeType(
        plugins=(plugin,),
        mask="Mask",
        process_inside=alone,
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
