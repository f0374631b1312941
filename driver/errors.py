"""The driver's one error for a person: a clear sentence, exit status 1, no traceback."""


class MemecompError(Exception):
    """Something the user can mend; the message says what, where, and what to do."""
