"""Descriptions, projects and parameter values as JSON, and back."""

from collections.abc import Mapping
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.frame import Window
from ofx_helpers.host.types import Description, Input, Parameter, Project

_NESTED = (list, dict)


def description_to_json(description: Description) -> dict[str, Any]:
    """All of it; the bundle as text."""
    return {**asdict(description), "bundle": str(description.bundle)}


def description_from_json(data: Mapping[str, Any]) -> Description:
    """The inverse; KeyError, TypeError or ValueError for what was never a description."""
    major, minor = data["version"]
    return Description(
        **{
            **_fields({k: v for k, v in data.items() if k not in ("inputs", "parameters")}),
            "version": (int(major), int(minor)),
            "bundle": Path(data["bundle"]),
            "inputs": tuple(Input(**_fields(entry)) for entry in data["inputs"]),
            "parameters": tuple(parameter_from_json(entry) for entry in data["parameters"]),
        }
    )


def parameter_from_json(data: Mapping[str, Any]) -> Parameter:
    """The inverse of `asdict`."""
    return Parameter(**_fields(data))


def project_to_json(project: Project) -> dict[str, Any]:
    """All of it; the folder as text."""
    return {**asdict(project), "format": list(project.format), "folder": str(project.folder)}


def project_from_json(data: Mapping[str, Any]) -> Project:
    """The inverse."""
    return Project(**{**data, "format": Window(*data["format"]), "folder": Path(data["folder"])})


def values_to_json(values: Any) -> Any:
    """A parameter's values, keys or curves."""
    if isinstance(values, Curve):
        return {"curve": [list(astuple(key)) for key in values.keys]}
    if isinstance(values, tuple | list):
        return [values_to_json(value) for value in values]
    return values


def values_from_json(data: Any) -> Any:
    """The inverse: lists as tuples, at every depth, for JSON has no tuples."""
    if isinstance(data, list):
        # A scan of known plug-ins is mostly this, and most values are single ones.
        return tuple([values_from_json(v) if type(v) in _NESTED else v for v in data])
    if isinstance(data, dict):
        return Curve(tuple(_key(*key) for key in data["curve"]))
    return data


def _key(time: float, value: float, interpolation: int, left: float, right: float) -> Key:
    return Key(time, value, Interpolation(interpolation), left, right)


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    return {n: values_from_json(v) if type(v) in _NESTED else v for n, v in data.items()}
