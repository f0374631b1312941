"""Messages with arguments, as they come in registers and on the stack."""

import ctypes
import subprocess
from pathlib import Path

import pytest

from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.instance import Messages
from ofx_helpers.host.printf import formatted
from ofx_helpers.host.suites import message_suite
from tests.ofx_plugins import build

WORD = ffi.new("char[]", "größer".encode())
ADDRESS = int(ffi.cast("uintptr_t", WORD))


@pytest.mark.parametrize(
    ("form", "words", "numbers", "wanted"),
    [
        ("no luck: 100%%", [], [], "no luck: 100%"),
        ("%s and %.3s", [ADDRESS, ADDRESS], [], "größer and grö"),
        ("%5d|%-4u|%04x|%c", [2**64 - 3, 7, 255, 65], [], "   -3|7   |00ff|A"),
        ("%ld %lu %zu", [2**64 - 1, 2**64 - 1, 5], [], "-1 18446744073709551615 5"),
        ("%g %.2f %e", [], [0.5, 2 / 3, 1e9], "0.5 0.67 1.000000e+09"),
        ("%*d", [4, 9], [], "   9"),
        ("%s", [0], [], "(null)"),
        ("%d %d", [1], [], "1 %d"),
        ("100% sure", [], [], "100% sure"),
    ],
)
def test_fields_are_filled_as_c_does(
    form: str, words: list[int], numbers: list[float], wanted: str
) -> None:
    assert formatted(form, words, numbers, []) == wanted


def test_what_does_not_fit_into_registers_is_read_from_the_stack() -> None:
    cell = ffi.new("double *", 1.25)
    bits = int(ffi.cast("uint64_t *", cell)[0])
    assert formatted("%d %d %d %g", [1, 2], [], [3, bits]) == "1 2 3 1.25"


CALLER = """
#include <stddef.h>
typedef int (*Message)(void *, const char *, const char *, const char *, ...);
int speak(Message message) {
  return message((void *)0, "OfxMessageError", "id",
                 "%s %d %s %d %s %d %g %.1f|%g %g %g %g %g %g %g",
                 "a", -1, "b", 2, "c", 3, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5);
}
"""


def test_a_compiled_call_arrives_with_every_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "caller.c").write_text(CALLER)
    library = tmp_path / "caller.so"
    command = [build.compiler(), "-shared", "-fPIC", "-O1", "caller.c", "-o", str(library)]
    subprocess.run(command, cwd=tmp_path, check=True)
    heard = Messages("test")
    monkeypatch.setattr(message_suite, "_target", lambda handle: heard)
    speak = ffi.cast("int (*)(void *)", address_of(library, "speak"))
    assert speak(ffi.cast("void *", message_suite.message)) == 0
    assert heard.take() == "a -1 b 2 c 3 0.5 1.5|2.5 3.5 4.5 5.5 6.5 7.5 8.5"


def address_of(library: Path, name: str) -> int:
    loaded = ctypes.CDLL(str(library))
    return ctypes.cast(getattr(loaded, name), ctypes.c_void_p).value or 0
