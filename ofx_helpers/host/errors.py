"""Errors of plug-ins."""

from ofx_helpers.engine.errors import RenderError


class PluginError(RenderError):
    """A plug-in could not do what was asked; the text names it, the action and its own words."""


class OverrunError(PluginError):
    """A plug-in wrote outside of its memory: whatever lies beside it may be spoilt."""
