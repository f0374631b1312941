"""Message suite 1 and 2: errors become Python's, the rest goes to `logging`."""

from typing import Any

from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.instance import Messages, messages_of
from ofx_helpers.host.printf import formatted
from ofx_helpers.host.status import Status, callback
from ofx_helpers.host.suites.property_suite import text_of

_CALL = (
    "OfxStatus(void *, const char *, const char *, const char *, uintptr_t, uintptr_t,"
    "double, double, double, double, double, double, double, double,"
    "uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t)"
)
_REGISTERS = slice(0, 2), slice(2, 10), slice(10, None)


def _target(handle: Any) -> Messages:
    return messages_of(int(ffi.cast("uintptr_t", handle))) or Messages("a plug-in")


def _text(form: Any, arguments: tuple[Any, ...]) -> str:
    if form == ffi.NULL:
        return ""
    words, numbers, stack = (list(arguments[part]) for part in _REGISTERS)
    return formatted(text_of(form), words, numbers, stack)


@callback(_CALL)
def message(handle: Any, kind: Any, _identifier: Any, form: Any, *arguments: Any) -> int:
    """Message(handle, type, id, format, ...): a question is answered with yes."""
    word = text_of(kind)
    target = _target(handle)
    target.say(word, _text(form, arguments))
    return int(Status.REPLY_YES if word == "OfxMessageQuestion" else Status.OK)


@callback(_CALL)
def set_persistent(handle: Any, kind: Any, _identifier: Any, form: Any, *arguments: Any) -> None:
    """SetPersistentMessage(handle, type, id, format, ...)."""
    target = _target(handle)
    word, text = text_of(kind), _text(form, arguments)
    if (word, text) != target.persistent:
        target.say(word, text)
    target.persistent = word, text


@callback("OfxStatus(void *)")
def clear_persistent(handle: Any) -> None:
    """ClearPersistentMessage."""
    _target(handle).persistent = None


SUITE_1 = ffi.new("OfxMessageSuiteV1 *", {"message": message})
SUITE_2 = ffi.new(
    "OfxMessageSuiteV2 *",
    {
        "message": message,
        "setPersistentMessage": set_persistent,
        "clearPersistentMessage": clear_persistent,
    },
)
