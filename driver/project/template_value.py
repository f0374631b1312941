"""A stored parameter as an argument of a template's word, where a word can say it."""

from collections.abc import Mapping, Sequence
from math import isclose

from driver.errors import MemecompError
from driver.project.boost import Element, text_of
from driver.project.catalog import NodeKind, codec_plugin
from driver.project.jinja_text import literal
from driver.project.keys import NAMES, animate
from driver.project.meaning import FOUND_ANEW, at_own_default, chosen
from driver.project.outline import METHODS
from driver.project.params import VALUELESS, Param, read_param
from ofx_helpers.engine.curve import Curve, Interpolation
from ofx_helpers.engine.graph import Keyed

_HIDDEN_CLIP = "clipToRoD"
_METHOD_NAMES = {method: name for name, method in METHODS.items()}


class Unsaid(Exception):  # noqa: N818 - no error: the parameter is kept as it is
    """No word says what the parameter holds."""


def argument(knob: Element, kind: NodeKind, refs: Mapping[Element, str]) -> str | None:
    """The expression of a stored parameter; None where it is at its default.

    Raises:
        Unsaid: it has a link, animated text, or is unknown to the catalogue.
    """
    param = read_param(knob)
    if param.kind in VALUELESS or param.name in FOUND_ANEW:
        return None
    if any(param.expressions):
        return _expression(knob, param, kind, refs)
    inside = [leaf for leaf in knob.iter() if leaf in refs]
    plain = {leaf for leaf in knob.findall("item/Value") if leaf in refs}
    label = knob.find("ChoiceLabel")
    if label is not None and label in refs:
        plain.add(label)
    if any(param.links) or len(inside) > len(plain):
        raise Unsaid
    if text_of(knob, "StringsAnimation/count", "0") != "0" and knob.find("StringsAnimation/item"):
        raise Unsaid
    if param.name == _HIDDEN_CLIP and text_of(knob, "Secret") == "1":
        raise Unsaid  # saved without a window it is hidden, and only then it does not count
    known = kind.params.get(param.name)
    if known is None or (known.kind != param.kind and not plain):
        if not plain and at_own_default(knob):
            return None
        raise Unsaid
    if label is not None and label in refs:
        return refs[label]
    values = chosen(param, known.options)
    if not plain and (values == known.default or _codec(param, kind, knob)):
        return None
    if not plain and known.kind == "Choice" and not known.options and at_own_default(knob):
        return None  # a menu that Natron fills while it runs
    try:
        known.check(list(values) if known.dimensions > 1 else values[0])
    except MemecompError:
        raise Unsaid from None
    if plain:
        if any(isinstance(value, Curve) for value in values):
            raise Unsaid
        told = [
            refs.get(leaf) or literal(value)
            for leaf, value in zip(knob.findall("item/Value"), values, strict=True)
        ]
        return told[0] if known.dimensions == 1 else f"[{', '.join(told)}]"
    return _said(values)


def _expression(knob: Element, param: Param, kind: NodeKind, refs: Mapping[Element, str]) -> str:
    """Expressions, one a dimension, over a plain value."""
    leaves = knob.findall("item/Expression")
    known = kind.params.get(param.name)
    values = chosen(param, known.options if known is not None else ())
    odd = any(leaf in refs for leaf in knob.iter() if leaf not in leaves)
    if odd or known is None or any(param.links) or any(isinstance(one, Curve) for one in values):
        raise Unsaid
    ruled = [item for item in knob.findall("item") if text_of(item, "Expression")]
    if len(leaves) != known.dimensions or len({text_of(i, "ExprHasRet") for i in ruled}) != 1:
        raise Unsaid
    told = [refs.get(leaf) or literal(leaf.text or "") for leaf in leaves]
    if values != known.default:
        told.append(f"value={literal(values[0] if len(values) == 1 else list(values))}")
    if param.multi_line:
        told.append("lines=true")
    return f"expression({', '.join(told)})"


def _said(values: Sequence[Keyed]) -> str:
    if not any(isinstance(value, Curve) for value in values):
        return literal(values[0] if len(values) == 1 else list(values))
    simple = _simple(values)
    if simple is not None:
        return simple
    return f"curves({', '.join(_dimension(value) for value in values)})"


def _simple(values: Sequence[Keyed]) -> str | None:
    """Rows of frames and values, where slopes are those that Natron gives such keys."""
    curves = [value for value in values if isinstance(value, Curve)]
    times = [key.time for key in curves[0].keys]
    methods = {key.interpolation for curve in curves for key in curve.keys}
    if len(curves) != len(values) or len(methods) != 1:
        return None
    method = methods.pop()
    name = next((name for name, one in NAMES.items() if one == method), None)
    if name is None or any([key.time for key in curve.keys] != times for curve in curves):
        return None
    if not all(_as_natron_sets(curve, method) for curve in curves):
        return None
    rows = [
        [key.time, *(curve.keys[i].value for curve in curves)]
        for i, key in enumerate(curves[0].keys)
    ]
    how = "" if method == Interpolation.SMOOTH else f", interpolation={literal(name)}"
    return f"animated({literal(rows)}{how})"


def _as_natron_sets(curve: Curve, method: Interpolation) -> bool:
    """Whether the slopes are, but for rounding, those that keys of that kind get."""
    again = animate([(key.time, key.value) for key in curve.keys], method)
    return all(
        isclose(one.left, two.left, rel_tol=1e-9, abs_tol=1e-9)
        and isclose(one.right, two.right, rel_tol=1e-9, abs_tol=1e-9)
        for one, two in zip(curve.keys, again.keys, strict=True)
    )


def _dimension(value: Keyed) -> str:
    if not isinstance(value, Curve):
        return literal(value)
    return literal(
        [
            [key.time, key.value, _METHOD_NAMES[key.interpolation], key.left, key.right]
            for key in value.keys
        ]
    )


def _codec(param: Param, kind: NodeKind, knob: Element) -> bool:
    """Whether the parameter names the codec that the file's ending means anyway."""
    if param.name not in ("decodingPluginID", "encodingPluginID"):
        return False
    names = (
        text_of(item, "item/Value")
        for item in _siblings(knob)
        if text_of(item, "Name") == "filename"
    )
    return param.values == (codec_plugin(kind.plugin, next(names, "")),)


def _siblings(knob: Element) -> list[Element]:
    parent = knob.getparent()
    return [] if parent is None else parent.findall("item")
