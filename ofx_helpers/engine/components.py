"""Pictures without alpha, and of alpha alone, in frames that always hold RGBA.

Without alpha a frame holds 1 there over its whole region; alpha alone is held in every channel.
This is how Natron hands such pictures to nodes that take RGBA, so no node needs to know. The engine
sees to it after each node. Only a mask, and the background of a Roto, take a picture without alpha
as transparent; and of alpha alone a mask has no other channel, nor one that nobody has chosen.
"""

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels
from ofx_helpers.engine.graph import Node
from ofx_helpers.engine.node_type import (
    Components,
    Context,
    channel_menu,
    is_mask,
    usual_components,
)

COLOUR_PLANE = "uk.co.thefoundry.OfxImagePlaneColour"
"""How Natron 2.2 and later name the colour in a menu of planes."""


def always_rgba(_context: Context) -> Components:
    """Of a node that has an alpha to give whatever its inputs have."""
    return "RGBA"


def with_alpha(context: Context) -> Components:
    """Of a node that adds an alpha to what has none."""
    return "Alpha" if usual_components(context) == "Alpha" else "RGBA"


def with_colour(context: Context) -> Components:
    """Of a node that does not take alpha alone."""
    usual = usual_components(context)
    return "RGB" if usual == "Alpha" else usual


def fill(pixels: Pixels, components: Components) -> Pixels:
    """In place: the channels that the picture lacks, as every node expects them."""
    if components == "RGB":
        pixels[..., 3] = 1
    elif components == "Alpha":
        pixels[..., :3] = pixels[..., 3:]
    return pixels


def as_seen(context: Context, label: str, clear: tuple[str, ...], frame: Frame) -> Frame:
    """An input's frame as the node takes it."""
    given = context.components(label)
    if given == "RGBA" or not (label in clear or is_mask(context, label)):
        return frame
    if given == "Alpha":
        return frame if _chosen_of_alpha(context, label) else _black(frame)
    pixels = frame.pixels.copy()
    pixels[..., 3] = 0
    return Frame(pixels, frame.window)


def _chosen_of_alpha(context: Context, label: str) -> bool:
    """Whether what the menu says of an input is there in a picture of alpha alone.

    Such a mask's menu has two entries, none and alpha. Natron's default is the fifth, the alpha of
    what has four channels, so that alpha alone masks nothing until it is chosen.
    """
    menu = channel_menu(context.params, label)
    if menu is None or not menu.startswith("mask"):
        return True
    chosen = context.params.choice(menu)
    return chosen == "1" if chosen.isdecimal() else chosen.endswith("A")


def _black(frame: Frame) -> Frame:
    return Frame(np.zeros_like(frame.pixels), frame.window)


def on_another_plane(node: Node) -> bool:
    """Whether the node writes a plane other than the colour, which then passes through it.

    Natron's first menu entry is the colour plane; older versions name it, or all of them.
    """
    chosen = node.params.get("channels", (0,))[0]
    if isinstance(chosen, str):
        return chosen not in ("", "All", "RGBA", COLOUR_PLANE) and not chosen.startswith("Color")
    return isinstance(chosen, int) and not isinstance(chosen, bool) and chosen > 0
