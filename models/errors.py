"""Errors of the AI backends, worded for the person who started the run."""


class ModelError(Exception):
    """A model cannot be used; the message names it, what was found, and what to do."""
