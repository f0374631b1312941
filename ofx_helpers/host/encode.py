"""Descriptions, projects and parameter values as JSON, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ofx_helpers.engine.frame import Window
from ofx_helpers.host.types import Description, Input, Keys, Parameter, Project, Values


def description_to_json(description: Description) -> dict[str, Any]:
    """All of it; the bundle as text."""
    return {**asdict(description), "bundle": str(description.bundle)}


def description_from_json(data: Mapping[str, Any]) -> Description:
    """The inverse; KeyError, TypeError or ValueError for what was never a description."""
    major, minor = data["version"]
    return Description(
        **{
            **{name: _tuples(value) for name, value in data.items()},
            "version": (int(major), int(minor)),
            "bundle": Path(data["bundle"]),
            "inputs": tuple(Input(**_fields(entry)) for entry in data["inputs"]),
            "parameters": tuple(Parameter(**_fields(entry)) for entry in data["parameters"]),
        }
    )


def project_to_json(project: Project) -> dict[str, Any]:
    """All of it; the folder as text."""
    return {**asdict(project), "format": list(project.format), "folder": str(project.folder)}


def project_from_json(data: Mapping[str, Any]) -> Project:
    """The inverse."""
    return Project(**{**data, "format": Window(*data["format"]), "folder": Path(data["folder"])})


def is_keys(values: Values | Keys) -> bool:
    """Whether they are frames with values rather than one value."""
    return bool(values) and isinstance(values[0], tuple | list)


def values_from_json(data: Any) -> Any:
    """Lists as tuples, at every depth: JSON has no tuples."""
    return _tuples(data)


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuples(value) for name, value in data.items()}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
