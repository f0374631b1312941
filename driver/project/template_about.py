"""What a template asks for, as lines for a person and as plain data for a program."""

import json
from typing import Any

from driver.project.template import Template
from driver.project.template_params import Parameter


def lines(template: Template) -> list[str]:
    """Name, help and folder, then two lines a parameter."""
    told = [template.name, f"  {template.help}", f"  {template.folder}"]
    for parameter in template.parameters.values():
        kind = ", ".join(part for part in (parameter.type, parameter.limits) if part)
        told += ["", f"{parameter.name} ({kind}; {_otherwise(parameter)})"]
        told.append(f"  {' '.join(parameter.help.split())}")
        for part in parameter.fields.values():
            kind = ", ".join(word for word in (part.type, part.limits) if word)
            told += [f"    {part.name} ({kind}; {_otherwise(part)})"]
            told.append(f"      {' '.join(part.help.split())}")
    return told


def described(template: Template) -> dict[str, Any]:
    """The same as data; what a parameter does not have is left out."""
    return {
        "name": template.name,
        "help": template.help,
        "folder": str(template.folder),
        "parameters": [_described(parameter) for parameter in template.parameters.values()],
    }


def _described(parameter: Parameter) -> dict[str, Any]:
    fields = {
        "default": parameter.default,
        "min": parameter.low,
        "max": parameter.high,
        "length": parameter.length or None,
        "options": list(parameter.options) or None,
        "columns": list(parameter.columns) or None,
        "example": parameter.example,
        "fields": [_described(part) for part in parameter.fields.values()] or None,
        "measured": parameter.measured or None,
    }
    return {
        "name": parameter.name,
        "type": parameter.type,
        "help": " ".join(parameter.help.split()),
        "required": parameter.required,
        **{name: value for name, value in fields.items() if value is not None},
    }


def _otherwise(parameter: Parameter) -> str:
    if parameter.measured:
        file = parameter.measured.rpartition(".")[0]
        fixed = "" if parameter.default is None else f", else {parameter.default}"
        return f"measured on {file}{fixed}"
    if parameter.required:
        return "must be given"
    if parameter.default is None:
        return "may be left out"
    return f"default {json.dumps(parameter.default, ensure_ascii=False)}"
