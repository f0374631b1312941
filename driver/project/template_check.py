"""Whether a template is in order: filled with defaults and examples, linted, one frame rendered."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import jinja2
from jinja2 import meta

from driver.errors import MemecompError
from driver.project.complete import complete
from driver.project.document import Document
from driver.project.files import files
from driver.project.lint import lint
from driver.project.outline import NodeOutline
from driver.project.template import Template, outline_of
from driver.project.template_store import BODY, SHARED, shared_folders
from driver.project.template_values import from_folder


@dataclass(frozen=True)
class Checked:
    """What a check found. `faults` are sentences with the template's line.

    `not_rendered` says why no frame was rendered; `pictures` are the files of the frame.
    """

    faults: tuple[str, ...]
    not_rendered: str = ""
    pictures: tuple[Path, ...] = ()


def examples(template: Template, given: Mapping[str, object] | None = None) -> dict[str, object]:
    """Values to try a template with: those given, else examples, else defaults.

    An example file lies relative to the template's folder.

    Raises:
        MemecompError: a parameter that must be given has no example.
    """
    own = {
        name: parameter.example
        for name, parameter in template.parameters.items()
        if parameter.example is not None
    }
    found = {**from_folder(template, own, template.folder.absolute()), **(given or {})}
    for name, parameter in template.parameters.items():
        if parameter.required and name not in found:
            raise MemecompError(
                f"{template.folder / 'template.toml'}, {name}: has no default and no example: "
                "write example = …, so that the template can be tried."
            )
    return found


def check(
    template: Template, given: Mapping[str, object] | None = None, keep: Path | None = None
) -> Checked:
    """Fills a template, lints the project, and renders its first frame where its files are there.

    The frame is judged: as large as it should be, not black or empty. Its files go to the folder
    `keep`, else nowhere.
    """
    faults = list(_unused(template))
    try:
        values = examples(template, given)
        with TemporaryDirectory() as scratch:
            path = (keep or Path(scratch)) / f"{template.name}.ntp"
            path.parent.mkdir(parents=True, exist_ok=True)  # else `folder/..` leads nowhere
            # Once with nothing that may be left out, once with all that there are examples of.
            least = {name: values[name] for name in values if _asked(template, name, given or {})}
            _document, found = _filled(template, least, path)
            document, more = _filled(template, values, path)
            faults += dict.fromkeys([*found, *more])
            missing = [use for use in files(document) if use.reads and not use.present]
            if faults:
                return Checked(tuple(faults), "it has faults")
            if missing:
                where = os.path.normpath(missing[0].path)
                return Checked((), f"{missing[0].node} reads {where}, which is not there")
            pictures = _render(document, path)
            return Checked(tuple(_judged(pictures)), pictures=pictures if keep else ())
    except MemecompError as error:
        return Checked((*faults, str(error)), "it has faults")


def _asked(template: Template, name: str, given: Mapping[str, object]) -> bool:
    return name in given or template.parameters[name].required


def _filled(
    template: Template, values: Mapping[str, object], path: Path
) -> tuple[Document, list[str]]:
    """The project, and its faults with the lines of the template."""
    outline = outline_of(template, values, path)
    document = complete(outline, path, str(template.body))
    lines = dict(_lines(outline.nodes, ""))
    faults = lint(document)
    return document, [
        f"{template.body}, line {lines[fault.node]}: {fault}" if fault.node in lines else str(fault)
        for fault in faults
    ]


def _render(document: Document, path: Path) -> tuple[Path, ...]:
    from driver.render.base import RenderJob
    from driver.render.embedded import EmbeddedRenderer
    from ofx_helpers.engine.errors import RenderError

    folder = path.parent / "frame"
    document.write(path)
    try:
        EmbeddedRenderer().render(
            RenderJob(
                project=path,
                frames=[document.frame_range[0]],
                folder=folder,
                resume=False,
                overwrite=True,
            )
        )
    except RenderError as error:
        raise MemecompError(str(error)) from None
    return tuple(sorted(path for path in folder.glob("*") if path.is_file()))


def _judged(pictures: Sequence[Path]) -> Iterator[str]:
    from ofx_helpers.media.images import read_image

    if not pictures:
        yield "it has no Write, so it makes no picture."
    for picture in pictures:
        if picture.suffix.lower() not in (".png", ".exr", ".jpg", ".jpeg", ".tif", ".tiff", ".tga"):
            continue
        pixels = read_image(picture).pixels
        if not pixels[..., :3].any():
            yield f"{picture.name}: the first frame is black."
        elif pixels.shape[-1] == 4 and not pixels[..., 3].any():
            yield f"{picture.name}: the first frame is transparent."


def _lines(nodes: Sequence[NodeOutline], prefix: str) -> Iterator[tuple[str, int]]:
    for node in nodes:
        yield prefix + node.name, node.line
        yield from _lines(node.children, f"{prefix}{node.name}.")


def _unused(template: Template) -> Iterator[str]:
    """Parameters that neither the template nor what it imports ever says."""
    environment = jinja2.Environment(autoescape=False)  # only parsed here, never run
    sources = [template.body, *template.folder.rglob("*.j2")]
    try:
        text = template.body.read_text("utf-8")
        if SHARED in text:
            for folder in shared_folders(template.folder):
                sources += folder.glob("*.j2")
        said: set[str] = set()
        for source in dict.fromkeys(sources):
            parsed = environment.parse(source.read_text("utf-8"))
            said |= meta.find_undeclared_variables(parsed)
    except (OSError, UnicodeDecodeError, jinja2.TemplateSyntaxError):
        return  # filling it says what is wrong, with the line
    for name in template.parameters:
        if name not in said:
            yield f"{template.folder / 'template.toml'}, {name}: {BODY} never uses it."
