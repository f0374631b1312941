"""A C message format with its arguments, taken from registers and stack as x86-64 passes them."""

import re
from collections.abc import Iterator
from typing import Any

from ofx_helpers.host.api_declarations import ffi

_FIELD = re.compile(
    r"%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(hh|h|ll|l|j|z|t|L)?([diouxXeEfFgGaAcspn%])"
)


def formatted(text: str, words: list[int], numbers: list[float], stack: list[int]) -> str:
    """`text` with its fields filled; integers and texts from `words`, then from the stack,
    floating point from `numbers`, then from the stack. A field for which nothing is left stays.
    """
    left = iter(stack)
    integers, floats = _then(words, left), _then(numbers, (_as_double(word) for word in left))

    def fill(match: re.Match[str]) -> str:
        flags, width, precision, size, letter = match.groups()
        if letter == "%":
            return "%"
        try:
            wide = str(_signed(next(integers), None)) if width == "*" else width or ""
            digits = str(_signed(next(integers), None)) if precision == "*" else precision
            spec = f"%{flags}{wide}" + (f".{digits}" if digits is not None else "")
            return _field(spec, letter, size, integers, floats)
        except StopIteration:
            return match.group(0)

    return _FIELD.sub(fill, text)


def _then(first: list[Any], rest: Iterator[Any]) -> Iterator[Any]:
    yield from first
    yield from rest


def _field(
    spec: str, letter: str, size: str | None, integers: Iterator[int], floats: Iterator[float]
) -> str:
    if letter in "eEfFgGaA":
        return f"{spec}{letter if letter not in 'aA' else 'g'}" % next(floats)
    word = next(integers)
    if letter == "s":
        if not word:
            return "(null)"
        text = bytes(ffi.string(ffi.cast("const char *", word))).decode("utf-8", "replace")
        return f"{spec}s" % text
    if letter == "c":
        return f"{spec}c" % (word & 0xFF)
    if letter == "p":
        return hex(word)
    if letter == "n":
        return ""
    if letter in "di":
        return f"{spec}d" % _signed(word, size)
    unsigned = word if size in ("l", "ll", "j", "z", "t") else word & 0xFFFFFFFF
    return f"{spec}{'d' if letter == 'u' else letter}" % unsigned


def _signed(word: int, size: str | None) -> int:
    return int(ffi.cast("int64_t" if size in ("l", "ll", "j", "z", "t") else "int", word))


def _as_double(word: int) -> float:
    cell = ffi.new("uint64_t *", word)
    return float(ffi.cast("double *", cell)[0])
