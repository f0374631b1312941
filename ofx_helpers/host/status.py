"""The answers of the C interface, and how an exception becomes one."""

import logging
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from ofx_helpers.host.api_declarations import ffi

log = logging.getLogger("ofx_helpers.host")


class Status(IntEnum):
    """OfxStatus, with the numbers of the C interface."""

    OK = 0
    FAILED = 1
    FATAL = 2
    UNKNOWN = 3
    MISSING_HOST_FEATURE = 4
    UNSUPPORTED = 5
    EXISTS = 6
    FORMAT = 7
    MEMORY = 8
    BAD_HANDLE = 9
    BAD_INDEX = 10
    VALUE = 11
    REPLY_YES = 12
    REPLY_NO = 13
    REPLY_DEFAULT = 14
    IMAGE_FORMAT = 1000


class OfxError(Exception):
    """What a callback raises to answer a plug-in with a status."""

    def __init__(self, status: Status, text: str = "") -> None:
        """`text` is for the log: the plug-in sees the number only."""
        super().__init__(text or status.name)
        self.status = status


class Kept(threading.local):
    """Python errors that arose inside callbacks of the action that runs in this thread."""

    def __init__(self) -> None:
        """Each thread starts with none."""
        self.errors: list[BaseException] = []


kept = Kept()


def _is_null(error: BaseException) -> bool:
    """Whether the plug-in handed a null pointer over where it needs one that points."""
    return isinstance(error, RuntimeError) and "null pointer" in str(error)


def callback(c_type: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a Python function a C one of type `c_type`.

    Nothing crosses into C but a status: an `OfxError` becomes its own, any other exception
    FAILED, and is kept to be raised when the action that called us has returned.
    """

    def wrap(function: Callable[..., Any]) -> Any:
        def guarded(*args: Any) -> int:
            try:
                answer = function(*args)
                return 0 if answer is None else answer
            except OfxError as error:
                if log.isEnabledFor(logging.DEBUG):
                    log.debug("%s: %s", function.__name__, error)
                return int(error.status)
            except BaseException as error:
                if _is_null(error):
                    return int(Status.VALUE)
                kept.errors.append(error)
                return int(Status.FAILED)

        return ffi.callback(c_type, guarded, error=int(Status.FAILED))

    return wrap
