"""Errors of the engine, worded for the person who started the render."""


class RenderError(Exception):
    """A frame cannot be rendered; the message names the node, what was found, and what to do."""
