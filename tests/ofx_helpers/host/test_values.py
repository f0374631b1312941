"""Parameters over time: keys, functions, slopes and areas."""

from math import cos, pi, sin

import pytest

from ofx_helpers.host import handles
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.custom import blender
from ofx_helpers.host.param_schemas import schema
from ofx_helpers.host.properties import Pointer, PropertySet
from ofx_helpers.host.status import callback
from ofx_helpers.host.suites.property_suite import SUITE
from ofx_helpers.host.values import Values


def keyed(*keys: tuple[float, float], whole: bool = False, blend: bool = True) -> Values:
    made = Values((0.0,), blend, whole)
    made.set_keys([(time, (value,)) for time, value in keys])
    return made


def test_keys_are_joined_by_straight_lines_and_held_beyond() -> None:
    values = keyed((10, 4.0), (0, 2.0), (20, 0.0))
    assert [values.at(time) for time in (-5, 0, 5, 10, 15, 99)] == [
        *((2.0,), (2.0,), (3.0,), (4.0,), (2.0,), (0.0,))
    ]


def test_whole_numbers_are_rounded_and_texts_held() -> None:
    assert keyed((0, 0), (4, 2), whole=True).at(3) == (2,)
    assert keyed((0, -3), (2, 0), whole=True).at(1) == (-1,)
    assert keyed((0, 1), (4, 3), blend=False).at(3.9) == (1,)


def test_a_derivative_is_the_slope_in_units_a_frame() -> None:
    values = keyed((0, 0.0), (10, 5.0), (20, 0.0))
    assert [values.derivative(time) for time in (-1, 3, 10, 12, 25)] == [
        *((0.0,), (0.5,), (-0.5,), (-0.5,), (0.0,))
    ]


def test_an_integral_is_the_area_over_every_key_between() -> None:
    values = keyed((0, 0.0), (10, 5.0), (20, 0.0))
    assert values.integral(0, 20) == pytest.approx((50,))
    assert values.integral(5, 12) == pytest.approx((3.75 * 5 + 4.5 * 2,))
    assert values.integral(12, 5) == pytest.approx((-(3.75 * 5 + 4.5 * 2),))
    assert values.integral(-4, 0) == pytest.approx((0,))


def test_a_function_has_slope_and_area_too() -> None:
    values = Values((0.0, 0.0), True)
    values.set_function(lambda time: (sin(time), time))
    assert values.derivative(1.0) == pytest.approx((cos(1.0), 1.0), abs=1e-6)
    assert values.integral(0, pi) == pytest.approx((2.0, pi * pi / 2), abs=1e-4)


def test_the_last_key_deleted_leaves_its_value() -> None:
    values = keyed((3, 7.0))
    assert not values.delete_key(4)
    assert values.delete_key(3)
    assert not values.animated
    assert values.at(0) == (7.0,)


def test_keys_are_found_at_before_and_after_a_time() -> None:
    values = keyed((0, 0), (5, 1), (9, 2))
    assert [values.nearest_key(5, way) for way in (-1, 0, 1)] == [0, 1, 2]
    assert [values.nearest_key(6, way) for way in (-1, 0, 1)] == [1, None, 2]
    assert [values.nearest_key(9, way) for way in (-1, 0, 1)] == [1, 2, None]
    assert values.nearest_key(0, -1) is None


@callback("OfxStatus(Handle, Handle, Handle)")
def between(_params: int, given: int, answer: int) -> None:
    """Both texts and how far it is, as a plug-in would read them."""
    texts, amount = ffi.new("const char *[2]"), ffi.new("double *")
    SUITE.propGetStringN(given, b"OfxParamPropCustomValue", 2, texts)
    SUITE.propGetDouble(given, b"OfxParamPropInterpolationAmount", 0, amount)
    made = b"%s-%s-%.2f" % (*(bytes(ffi.string(text)) for text in texts), amount[0])
    SUITE.propSetString(answer, b"OfxParamPropCustomValue", 0, made)


def test_custom_values_are_blended_by_the_plugins_function() -> None:
    before = handles.count()
    properties = PropertySet(schema("Custom", "own"))
    address = int(ffi.cast("uintptr_t", between))
    properties.put("OfxParamPropCustomCallbackV1", Pointer(address))
    values = Values(("",), False)
    values.between = blender(7, properties)
    values.set_keys([(0, ("a",)), (8, ("b",))])
    assert [values.at(time) for time in (0, 2, 8, 9)] == [("a",), ("a-b-0.25",), ("b",), ("b",)]
    properties.close()
    assert handles.count() == before
