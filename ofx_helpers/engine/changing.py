"""Whether a node's parameters or shapes change with time."""

from collections.abc import Mapping
from typing import Any

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Expression, Node, Shape


def animated(node: Node) -> bool:
    """Whether the node or a shape of its has keys or an expression, or a shape comes and goes."""
    return _keyed(node.params) or any(_shape_animated(shape) for shape in node.shapes)


def _shape_animated(shape: Shape) -> bool:
    points = (vars(point).values() for point in (*shape.points, *shape.feather_points))
    return (
        _keyed(shape.params)
        or any(isinstance(value, Curve) for values in points for value in values)
        or shape.params.get("lifeTime", ("All",))[0] not in ("All", 0)
    )


def _keyed(params: Mapping[str, tuple[Any, ...]]) -> bool:
    changing = (Curve, Expression)
    return any(isinstance(value, changing) for values in params.values() for value in values)
