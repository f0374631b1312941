"""Property sets, as a plug-in meets them through the suite."""

from collections.abc import Iterator
from typing import Any

import pytest

from ofx_helpers.host import handles
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.properties import POINTER, PropertySet
from ofx_helpers.host.status import Status
from ofx_helpers.host.suites.property_suite import SUITE


@pytest.fixture
def properties() -> Iterator[PropertySet]:
    made = PropertySet(
        {"one": 1, "box": (0.0, 0.0, 0.0, 0.0), "words": str, "name": "me", "place": POINTER}
    )
    yield made
    made.close()


def read(properties: PropertySet, name: bytes, index: int = 0) -> str:
    cell = ffi.new("const char **")
    assert SUITE.propGetString(properties.handle, name, index, cell) == Status.OK
    return bytes(ffi.string(cell[0])).decode()


def test_values_come_back_as_they_were_set(properties: PropertySet) -> None:
    number, whole, pointer = ffi.new("double[4]"), ffi.new("int *"), ffi.new("uintptr_t *")
    assert SUITE.propSetDoubleN(properties.handle, b"box", 4, [1.5, -2, 1e300, 0]) == Status.OK
    assert SUITE.propGetDoubleN(properties.handle, b"box", 4, number) == Status.OK
    assert list(number) == [1.5, -2, 1e300, 0]
    assert SUITE.propSetInt(properties.handle, b"one", 0, -(2**31)) == Status.OK
    assert SUITE.propGetInt(properties.handle, b"one", 0, whole) == Status.OK
    assert whole[0] == -(2**31)
    assert SUITE.propSetPointer(properties.handle, b"place", 0, 2**63 + 8) == Status.OK
    assert SUITE.propGetPointer(properties.handle, b"place", 0, pointer) == Status.OK
    assert pointer[0] == 2**63 + 8
    assert SUITE.propSetString(properties.handle, b"name", 0, "größer".encode()) == Status.OK
    assert read(properties, b"name") == "größer"


def test_a_list_grows_with_empty_values_between(properties: PropertySet) -> None:
    assert SUITE.propSetString(properties.handle, b"words", 2, b"third") == Status.OK
    assert properties.all("words") == ("", "", "third")
    count = ffi.new("int *")
    assert SUITE.propGetDimension(properties.handle, b"words", count) == Status.OK
    assert count[0] == 3


def test_setting_a_list_whole_makes_it_as_long_as_that(properties: PropertySet) -> None:
    SUITE.propSetString(properties.handle, b"words", 2, b"third")
    texts = [ffi.new("char[]", b"a")]
    assert SUITE.propSetStringN(properties.handle, b"words", 1, texts) == Status.OK
    assert properties.all("words") == ("a",)


def test_a_reset_brings_the_default_back(properties: PropertySet) -> None:
    SUITE.propSetInt(properties.handle, b"one", 0, 5)
    assert SUITE.propReset(properties.handle, b"one") == Status.OK
    assert properties["one"] == 1


@pytest.mark.parametrize(
    ("call", "arguments", "status"),
    [
        ("propSetInt", (b"nobody", 0, 1), Status.UNKNOWN),
        ("propSetInt", (b"box", 0, 1), Status.VALUE),
        ("propSetDouble", (b"box", 4, 1.0), Status.BAD_INDEX),
        ("propSetDouble", (b"box", -1, 1.0), Status.BAD_INDEX),
        ("propSetString", (b"words", 1 << 20, b"far"), Status.BAD_INDEX),
        ("propSetString", (b"name", 0, ffi.NULL), Status.VALUE),
        ("propGetInt", (b"one", 1, ffi.new("int *")), Status.BAD_INDEX),
        ("propGetInt", (b"name", 0, ffi.new("int *")), Status.VALUE),
        ("propGetInt", (b"one", 0, ffi.NULL), Status.VALUE),
        ("propGetDoubleN", (b"box", 5, ffi.new("double[5]")), Status.BAD_INDEX),
        ("propReset", (b"nobody",), Status.UNKNOWN),
    ],
)
def test_what_will_not_do_is_answered_with_its_status(
    properties: PropertySet, call: str, arguments: Any, status: Status
) -> None:
    before = {name: properties.all(name) for name in properties.properties}
    assert getattr(SUITE, call)(properties.handle, *arguments) == status
    assert {name: properties.all(name) for name in properties.properties} == before


def test_the_hosts_own_properties_can_be_read_only() -> None:
    properties = PropertySet({"one": 1}, locked=True)
    assert SUITE.propSetInt(properties.handle, b"one", 0, 2) == Status.VALUE
    assert SUITE.propReset(properties.handle, b"one") == Status.VALUE
    assert properties["one"] == 1
    properties.close()


def test_a_string_that_was_read_outlives_its_change(properties: PropertySet) -> None:
    cell = ffi.new("const char **")
    SUITE.propGetString(properties.handle, b"name", 0, cell)
    for index in range(200):
        SUITE.propSetString(properties.handle, b"name", 0, f"other {index}".encode())
        read(properties, b"name")
    assert bytes(ffi.string(cell[0])) == b"me"


def test_a_handle_given_back_is_refused_and_never_used_again() -> None:
    first = PropertySet({"one": 1})
    first.close()
    second = PropertySet({"one": 1})
    assert SUITE.propSetInt(first.handle, b"one", 0, 2) == Status.BAD_HANDLE
    assert second.handle != first.handle
    second.close()
    assert handles.find(second.handle) is None


def test_a_copy_changes_on_its_own(properties: PropertySet) -> None:
    other = properties.copy({"more": 2.0})
    other.put("box", 1, 2, 3, 4)
    assert properties.all("box") == (0, 0, 0, 0)
    assert all(isinstance(value, float) for value in other.all("box"))
    assert "more" not in properties
    other.close()
