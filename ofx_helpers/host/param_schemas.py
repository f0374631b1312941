"""The properties of each type of parameter, as a description starts with them."""

from dataclasses import dataclass
from typing import Any

from ofx_helpers.host import names as n
from ofx_helpers.host.properties import POINTER

INT_LIMIT = 2**31 - 1
DOUBLE_LIMIT = 1.7976931348623157e308


@dataclass(frozen=True)
class Kind:
    """What a type of parameter holds."""

    type: type | None
    """int, float, str or bytes; None holds no value."""
    dimensions: int = 1
    animates: bool = False


KINDS = {
    "Integer": Kind(int, 1, True),
    "Integer2D": Kind(int, 2, True),
    "Integer3D": Kind(int, 3, True),
    "Double": Kind(float, 1, True),
    "Double2D": Kind(float, 2, True),
    "Double3D": Kind(float, 3, True),
    "RGB": Kind(float, 3, True),
    "RGBA": Kind(float, 4, True),
    "Boolean": Kind(int),
    "Choice": Kind(int),
    "StrChoice": Kind(str),
    "String": Kind(str),
    "Custom": Kind(str),
    "Bytes": Kind(bytes),
    "PushButton": Kind(None, 0),
    "Group": Kind(None, 0),
    "Page": Kind(None, 0),
    "Parametric": Kind(None, 0),
}

COLOURS = ("RGB", "RGBA")


def schema(kind_name: str, name: str) -> dict[str, Any]:
    """The properties that a parameter of this type is described with."""
    kind = KINDS[kind_name]
    found: dict[str, Any] = {
        n.PROP_TYPE: n.TYPE_PARAMETER,
        n.PROP_NAME: name,
        n.PROP_LABEL: name,
        n.PROP_SHORT_LABEL: name,
        n.PROP_LONG_LABEL: name,
        n.PROP_ICON: ("", ""),
        n.PARAM_PROP_TYPE: n.PARAM_PREFIX + kind_name,
        n.PARAM_PROP_SECRET: 0,
        n.PARAM_PROP_HINT: "",
        n.PARAM_PROP_SCRIPT_NAME: name,
        n.PARAM_PROP_PARENT: "",
        n.PARAM_PROP_ENABLED: 1,
        n.PARAM_PROP_DATA: POINTER,
        n.PARAM_PROP_LAYOUT_HINT: 0,
        n.PARAM_PROP_LAYOUT_PADDING: 0,
        n.PARAM_PROP_INSTANCE_SPECIFIC: 0,
        n.PROP_DESCRIPTION_IS_MARKDOWN: 0,
        "NatronOfxParamPropInViewerContextLayoutHint": 0,
        "NatronOfxParamPropInViewerContextLayoutPadWidth": 3,
        "NatronOfxParamPropInViewerContextLabel": "",
        "NatronOfxParamPropInViewerContextSecret": 0,
        "NatronOfxParamPropInViewerContextCanHaveShortcut": 0,
        "NatronOfxPageParamPropInViewerContextIsToolbar": 0,
    }
    if kind_name == "Group":
        found |= {
            n.PARAM_PROP_GROUP_OPEN: 1,
            "FnOfxParamPropGroupIsTab": 0,
            "NatronOfxGroupParamPropIsDialog": 0,
        }
    elif kind_name == "Page":
        found |= {n.PARAM_PROP_PAGE_CHILD: str}
    else:
        found |= _interact()
    if kind.type is not None or kind_name == "Parametric":
        found |= {
            n.PARAM_PROP_IS_ANIMATING: 0,
            n.PARAM_PROP_AUTO_KEYING: 0,
            n.PARAM_PROP_PERSISTENT: 1,
            n.PARAM_PROP_EVALUATE: 1,
            n.PARAM_PROP_MAY_WRITE: 0,
            n.PARAM_PROP_CAN_UNDO: 1,
            n.PARAM_PROP_INVALIDATION: "OfxParamInvalidateValueChange",
            n.PARAM_PROP_ANIMATES: int(kind.animates),
        }
    found |= _value(kind_name, kind)
    return found


def _interact() -> dict[str, Any]:
    return {
        n.PARAM_PROP_INTERACT: POINTER,
        n.PARAM_PROP_INTERACT_SIZE: (0.0, 0.0),
        n.PARAM_PROP_INTERACT_ASPECT: 1.0,
        n.PARAM_PROP_INTERACT_MINIMUM: (10.0, 10.0),
        n.PARAM_PROP_INTERACT_PREFERRED: (10, 10),
    }


def _value(kind_name: str, kind: Kind) -> dict[str, Any]:
    count = kind.dimensions
    found: dict[str, Any] = {}
    if kind.type in (str, bytes):
        found[n.PARAM_PROP_DEFAULT] = ""
    elif kind.type is not None:
        found[n.PARAM_PROP_DEFAULT] = (kind.type(0),) * count
    if kind.type is not None and kind_name not in ("Boolean", "Choice", "StrChoice"):
        if kind.type is float:
            colour = kind_name in COLOURS
            limits = (-DOUBLE_LIMIT, DOUBLE_LIMIT)
            shown = (0.0, 1.0) if colour else limits
            found |= _limits(limits, shown, count)
            found |= {
                n.PARAM_PROP_INCREMENT: 1.0,
                n.PARAM_PROP_DIGITS: 2,
                n.PARAM_PROP_DOUBLE_TYPE: "OfxParamDoubleTypePlain",
                n.PARAM_PROP_COORDINATES: n.CANONICAL,
                n.PARAM_PROP_TIME_MARKER: 0,
                "kOfxParamPropUseHostOverlayHandle": 0,
                "OfxParamPropHasHostOverlayHandle": 0,
                "NatronOfxParamPropTypeRectangle": 0,
            }
        elif kind.type is int:
            found |= _limits((-INT_LIMIT - 1, INT_LIMIT), (-INT_LIMIT - 1, INT_LIMIT), count)
            found |= {"kOfxParamPropUseHostOverlayHandle": 0, n.PARAM_PROP_TIME_MARKER: 0}
        if count > 1:
            found[n.PARAM_PROP_DIMENSION_LABEL] = tuple("RGBA" if "RGB" in kind_name else "XYZ")[
                :count
            ]
    if kind_name == "String":
        found |= {
            n.PARAM_PROP_STRING_MODE: "OfxParamStringIsSingleLine",
            n.PARAM_PROP_FILE_EXISTS: 1,
        }
    elif kind_name in ("Choice", "StrChoice"):
        found |= {
            n.PARAM_PROP_OPTION: str,
            n.PARAM_PROP_OPTION_HELP: str,
            n.PARAM_PROP_OPTION_ID: str,
            n.PARAM_PROP_CASCADING: 0,
            n.PARAM_PROP_HOST_OPTIONS: 0,
            "OfxParamPropChoiceOrder": int,
        }
    elif kind_name == "Custom":
        found[n.PARAM_PROP_CUSTOM_CALLBACK] = POINTER
    elif kind_name == "Boolean":
        found["NatronOfxBooleanParamPropIsToggableButton"] = 0
    elif kind_name == "Parametric":
        found |= {
            n.PARAM_PROP_DIMENSION_LABEL: str,
            n.PARAM_PROP_DEFAULT: float,
            n.PARAM_PROP_MIN: float,
            n.PARAM_PROP_MAX: float,
            n.PARAM_PROP_DISPLAY_MIN: float,
            n.PARAM_PROP_DISPLAY_MAX: float,
            n.PARAM_PROP_INCREMENT: 1.0,
            n.PARAM_PROP_DIGITS: 2,
            n.PARAM_PROP_PARAMETRIC_DIMENSION: 1,
            n.PARAM_PROP_PARAMETRIC_COLOUR: float,
            n.PARAM_PROP_PARAMETRIC_BACKGROUND: POINTER,
            n.PARAM_PROP_PARAMETRIC_RANGE: (0.0, 1.0),
            n.PARAM_PROP_PARAMETRIC_PERIODIC: 0,
            "OfxParamParametricInterpolationCustomInterpCallbackV1": POINTER,
        }
    return found


def _limits(hard: tuple[Any, Any], shown: tuple[Any, Any], count: int) -> dict[str, Any]:
    return {
        n.PARAM_PROP_MIN: (hard[0],) * count,
        n.PARAM_PROP_MAX: (hard[1],) * count,
        n.PARAM_PROP_DISPLAY_MIN: (shown[0],) * count,
        n.PARAM_PROP_DISPLAY_MAX: (shown[1],) * count,
    }
