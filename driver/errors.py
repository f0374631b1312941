"""The driver's one error for a person (a clear sentence, exit status 1), and the wish to stop."""


class MemecompError(Exception):
    """Something the user can mend; the message says what, where, and what to do."""


class CancelledError(Exception):
    """The user asked to stop; raised by `Job.progress` between two frames."""
