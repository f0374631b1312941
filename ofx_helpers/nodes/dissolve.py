"""Dissolve: cross-fades neighbouring inputs; Switch: one of many inputs."""

import math
from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.canonical import Box, union
from ofx_helpers.engine.finish import mask_weight, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, never_rendered


def _inputs(context: Context) -> list[str]:
    return [label for label in context.labels if label.isdecimal()]


def _pair(context: Context) -> tuple[str, str, float]:
    """The two inputs between which `which` lies, and how far it is towards the second."""
    labels = _inputs(context)
    which = min(max(context.params.number("which"), 0.0), len(labels) - 1.0)
    below, above = math.floor(which), math.ceil(which)
    return labels[below], labels[above], which - below


def _dissolve_same(context: Context) -> Same | None:
    first, second, _ = _pair(context)
    return Same(first) if first == second else None


def _dissolve_region(context: Context) -> Window:
    first, second, _ = _pair(context)
    return context.region(first).union(context.region(second))


def _dissolve_box(context: Context) -> Box:
    first, second, _ = _pair(context)
    return union([context.box(first), context.box(second)])


def _dissolve_wants(context: Context, window: Window) -> Sequence[Want]:
    first, second, _ = _pair(context)
    wants = [Want(first, window), Want(second, window)]
    return [*wants, Want("Mask", window)] if uses_mask(context) else wants


def _dissolve(context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    share = _pair(context)[2]
    first, second = frames[0].pixels, frames[1].pixels
    if uses_mask(context):
        weight = mask_weight(context.params, "Mask", frames[2].pixels, share)
        return second * weight + (np.float32(1) - weight) * first
    return first + (second - first) * np.float32(share)


def _chosen(context: Context, time: float | None = None) -> str:
    labels = _inputs(context)
    if context.params.flag("automatic"):
        return next((label for label in labels if not context.region(label).empty), labels[0])
    params = context.params if time is None else context.params.at(time)
    return labels[min(max(params.whole("which"), 0), len(labels) - 1)]


def _chosen_format(context: Context) -> Window | None:
    """That of the input chosen at first, as NatronRenderer's writers take it for every frame."""
    label = _chosen(context, float(context.graph.first))
    return context.input_format(label) if context.connected(label) else None


NODES = (
    NodeType(
        plugins=("net.sf.openfx.DissolvePlugin",),
        main="0",
        cut=lambda context: not uses_mask(context),
        process=True,
        forgetful=True,
        region=_dissolve_region,
        box=_dissolve_box,
        same=_dissolve_same,
        wants=_dissolve_wants,
        render=_dissolve,
    ),
    NodeType(
        plugins=("net.sf.openfx.switchPlugin",),
        main="0",
        region=lambda context: context.region(_chosen(context)),
        box=lambda context: context.box(_chosen(context)),
        same=lambda context: Same(_chosen(context)),
        format=_chosen_format,
        transparent=True,
        render=never_rendered,
    ),
)
