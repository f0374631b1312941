"""Templates of projects: `template.toml` says what they need, `template.ntp.j2` what they make.

A template is filled in a sandbox: it can read its parameters and call the functions of
`driver.project.template_words`, nothing else. Errors carry the template's own line number.
"""

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

import jinja2

from driver.errors import MemecompError
from driver.project.catalog import near
from driver.project.complete import complete
from driver.project.document import Document
from driver.project.outline import ProjectOutline, read_outline
from driver.project.sandbox import Sandbox
from driver.project.template_params import Parameter, read_parameters
from driver.project.template_store import (
    BODY,
    DECLARED,
    SHARED,
    folder_of,
    shared_folders,
    templates_folder,
)
from driver.project.template_words import Words

__all__ = ["Template", "fill", "load_template", "outline_of", "render_outline", "templates_folder"]

_FIELDS = {"help", "parameters", "prepare"}
OWN = "[Template]/"
"""Starts the name of a file that lies relative to the template's own folder."""
_FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError)
"""What a template's own sums and calls raise, beside errors of Jinja, types and values."""


@dataclass(frozen=True)
class Template:
    """A template: its folder, what it is for, and its parameters by name.

    `prepare` names what is worked out from the footage before it is filled: see `driver.prepare`.
    """

    name: str
    folder: Path
    help: str
    parameters: Mapping[str, Parameter]
    prepare: str = ""

    @property
    def body(self) -> Path:
        """The file that authors write."""
        return self.folder / BODY

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that a project made from it may depend on: its own and the shared ones."""
        shared = [file for folder in shared_folders(self.folder) for file in folder.glob("*.j2")]
        own = [path for path in self.folder.rglob("*.j2") if path != self.body]
        return tuple(sorted([*shared, *own, self.folder / DECLARED, self.body]))


def load_template(name: str, root: Path | None = None) -> Template:
    """The template of that name, or in the folder of that path; `root` is a folder of templates.

    Raises:
        MemecompError: no such template, or its `template.toml` is wrong.
    """
    folder = folder_of(name, root)
    where = folder / DECLARED
    try:
        raw = tomllib.loads(where.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MemecompError(f"{where}: {error}") from None
    for key in raw:
        if key not in _FIELDS:
            raise MemecompError(f"{where}: no field {key!r}.{near(key, _FIELDS)}")
    return Template(
        name=folder.resolve().name,
        folder=folder,
        help=" ".join(str(raw.get("help", "")).split()),
        parameters=read_parameters(raw.get("parameters", {}), str(where)),
        prepare=str(raw.get("prepare", "")),
    )


def fill(template: Template, values: Mapping[str, object], path: Path) -> Document:
    """The project that a template makes of values, meant to be written to `path`.

    Files among the values become relative to the folder of `path`, as `[Project]/…`.

    Raises:
        MemecompError: an unknown or missing parameter, a wrong value, or a fault of the template,
            with its line.
    """
    return complete(outline_of(template, values, path), path, str(template.body))


def outline_of(template: Template, values: Mapping[str, object], path: Path) -> ProjectOutline:
    """The outline that a template makes of values, with the template's lines.

    Raises:
        MemecompError: as `fill`.
    """
    return read_outline(render_outline(template, values, path), str(template.body))


def render_outline(template: Template, values: Mapping[str, object], path: Path) -> str:
    """The outline that a template makes of values: short XML, good to look at.

    Raises:
        MemecompError: as `fill`.
    """
    checked = _checked(template, values, path.parent)
    environment = Sandbox(
        undefined=jinja2.StrictUndefined,
        loader=_loader(template),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        body = environment.get_template(BODY)
        words = Words(lambda: _line_now(body))
        environment.globals.update(words.all())
        return body.render(checked)
    except jinja2.TemplateSyntaxError as error:
        raise MemecompError(f"{error.filename}, line {error.lineno}: {error.message}.") from None
    except (jinja2.TemplateError, MemecompError, TypeError, ValueError, *_FAULTS) as error:
        line = _line_of(error.__traceback__, str(template.body))
        raise MemecompError(f"{template.body}, line {line}: {_said(error, template)}") from None


def _loader(template: Template) -> jinja2.BaseLoader:
    """What a template may import: its own folder and the shared ones, nothing beside them."""
    shared = jinja2.FileSystemLoader(shared_folders(template.folder))
    return jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(template.folder), jinja2.PrefixLoader({SHARED: shared})]
    )


def _checked(template: Template, values: Mapping[str, object], folder: Path) -> dict[str, object]:
    for name in values:
        if name not in template.parameters:
            hint = near(name, template.parameters)
            raise MemecompError(f"Template {template.name} has no parameter {name!r}.{hint}")
    found: dict[str, object] = {}
    # What is measured last: it lacks where the footage does, which is what a person must be told.
    asked = sorted(template.parameters.items(), key=lambda item: bool(item[1].measured))
    for name, parameter in asked:
        value = parameter.default if values.get(name) is None else values[name]
        if parameter.type == "file" and isinstance(value, str) and value.startswith(OWN):
            value = template.folder.absolute() / value.removeprefix(OWN)
        try:
            found[name] = parameter.check(value, folder)
        except MemecompError as error:
            raise MemecompError(f"Template {template.name}, {name}: {error}") from None
    return found


def _said(error: Exception, template: Template) -> str:
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no file {error} in {template.folder} or the shared ones."
    text = str(error).rstrip(".") or type(error).__name__
    if "is undefined" in text:
        name = text.partition("'")[2].partition("'")[0]
        return f"{text}.{near(name, template.parameters)}"
    return f"{text}."


def _line_now(body: jinja2.Template) -> int:
    """The line of the template that is being filled right now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == body.filename:
            return body.get_corresponding_lineno(frame.f_lineno)
        frame = frame.f_back
    return 0


def _line_of(traceback: TracebackType | None, filename: str) -> int:
    """The line of the template where an error came up; Jinja maps tracebacks to it."""
    line = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
