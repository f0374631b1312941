"""The node graph that the engine evaluates: data only, made from a project by the caller.

Groups are already flattened: a node's name is its path, with dots (`Foreground.ShiftRed`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Window

Value = bool | int | float | str


@dataclass(frozen=True)
class Expression:
    """A value that is computed from others: `at` gives it at a time in frames, or raises an error
    for people; `text` is how its author wrote it.
    """

    text: str
    at: Callable[[float], Value]


Keyed = Value | Curve
Animated = Keyed | Expression


@dataclass(frozen=True, kw_only=True)
class Point:
    """A control point of a Bezier: x, y and its two tangent points, in pixels, y up, animated."""

    x: Animated
    y: Animated
    left_x: Animated
    left_y: Animated
    right_x: Animated
    right_y: Animated
    broken: bool = False
    """Whether the tangents are independent; else they are kept on one line through the point."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A closed Roto shape: points, feather points (one each, may coincide) and parameters."""

    name: str
    points: tuple[Point, ...]
    feather_points: tuple[Point, ...]
    params: Mapping[str, tuple[Animated, ...]]
    activated: bool = True


@dataclass(frozen=True, kw_only=True)
class Node:
    """One node: `params` holds what differs from the catalogue's default, a tuple per dimension.

    A choice is held by its option id. `inputs` maps input labels of the catalogue to node names.
    `shapes` are a Roto node's, bottom first. `version` is the major version of the plug-in that
    the project was saved with, 0 for the catalogue's: older ones have other defaults. `format` is
    that of another project which the node is from, None for the graph's own.
    """

    name: str
    plugin: str
    version: int = 0
    params: Mapping[str, tuple[Animated, ...]] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()
    format: Window | None = None


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Nodes by name, the project's format as a window at the origin, frame range and folder.

    `projects` are the files of other projects whose nodes are among them.
    """

    nodes: Mapping[str, Node]
    format: Window
    pixel_aspect: float = 1.0
    first: int = 1
    last: int = 1
    fps: float = 24.0
    folder: Path = Path()
    projects: tuple[Path, ...] = ()
