"""What goes wrong with media, worded for the person who gave it."""

from ofx_helpers.engine.errors import RenderError


class MediaError(RenderError):
    """A file cannot be read or written: one sentence with its path and what to do."""
