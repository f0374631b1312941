"""What is worked out from footage before a template is filled: size, frames, colours, mattes.

A template names what it needs: `measured = "source_file.width"` for a parameter, and
`prepare = "layers"` for the rest. Only names that stand here work: a template brings no code.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from driver.errors import MemecompError
from driver.prepare.layers import prepare_layers
from driver.prepare.measured import measured
from driver.project.catalog import near
from driver.project.template import Template

Say = Callable[[str], None]
Values = dict[str, object]
PREPARE: Mapping[str, Callable[[Values, Path, Say], Values]] = {"layers": prepare_layers}
"""By the name that a template gives: values, the project's path and where to tell progress."""


def prepared(
    template: Template, values: Mapping[str, object], project: Path, say: Say = lambda _text: None
) -> Values:
    """The values and what is measured and made for them, for a project at the path `project`.

    What is given stays. Files that are made lie beside the project.

    Raises:
        MemecompError: footage cannot be read, or the template names something unknown.
    """
    found = measured(template, values, project.parent)
    if not template.prepare:
        return found
    make = PREPARE.get(template.prepare)
    if make is None:
        hint = near(template.prepare, PREPARE)
        raise MemecompError(f"Template {template.name} prepares {template.prepare!r}.{hint}")
    return make(found, project, say)
