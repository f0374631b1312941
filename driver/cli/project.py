"""memecomp project: look at, check, compare and change Natron projects."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="project",
    help="Look at, check, compare and change Natron projects.",
    no_args_is_help=True,
)
Project = Annotated[Path, typer.Argument(help="A Natron project (.ntp).")]


@app.command("inspect")
def inspect_(project: Project) -> None:
    """Shows what is in a project: nodes, files, frames, and what is missing.

    Example: memecomp project inspect comp.ntp
    """
    from driver.project.document import read
    from driver.project.inspect import inspect, lines
    from driver.render.node_types import Renderable

    typer.echo("\n".join(lines(inspect(read(project), Renderable()))))


@app.command()
def lint(
    projects: Annotated[list[Path], typer.Argument(help="Natron projects (.ntp).")],
) -> None:
    """Lists a project's faults; exit status 1 when there are any.

    Example: memecomp project lint shots/*.ntp
    """
    from driver.project.document import read
    from driver.project.lint import lint as faults_of

    count = 0
    for project in projects:
        for fault in faults_of(read(project)):
            typer.echo(f"{project}: {fault}")
            count += 1
    if count:
        raise typer.Exit(1)
    typer.echo(f"no faults in {len(projects)} project(s)")


@app.command("diff")
def diff_(
    old: Annotated[Path, typer.Argument(help="The project before.")],
    new: Annotated[Path, typer.Argument(help="The project after.")],
) -> None:
    """Shows what differs between two projects, by node and parameter; silent when nothing does.

    Example: memecomp project diff before.ntp after.ntp
    """
    from driver.project.diff import diff
    from driver.project.document import read

    for line in diff(read(old), read(new)):
        typer.echo(line)


@app.command()
def graph(
    project: Project,
    output: Annotated[
        Path | None, typer.Option(help="The SVG; else beside the project.", metavar="FILE")
    ] = None,
    group: Annotated[str, typer.Option(help="Draw the inside of this group.", metavar="NAME")] = "",
) -> None:
    """Draws the node graph as an SVG: as Natron's window has it, or laid out in layers.

    Example: memecomp project graph comp.ntp --output comp.svg
    """
    from driver.errors import MemecompError
    from driver.project.document import read
    from driver.project.svg import graph_svg
    from ofx_helpers.media.atomic import write_bytes

    path = output or project.with_suffix(".svg")
    if path.exists():
        raise MemecompError(f"{path} exists already: choose another name with --output")
    write_bytes(path, graph_svg(read(project), group).encode())
    typer.echo(str(path))


@app.command("collect")
def collect_(
    project: Project,
    folder: Annotated[Path, typer.Argument(help="A new folder for it.")],
) -> None:
    """Copies a project and all it reads into one new folder that renders anywhere.

    Inputs go to inputs/, paths become [Project]/…, outputs will go to out/. Nothing is overwritten.

    Example: memecomp project collect comp.ntp to-send/
    """
    from driver.project.collect import collect
    from driver.project.document import read

    for path in collect(read(project), folder):
        typer.echo(str(path))


@app.command("set")
def set_(
    project: Project,
    assignments: Annotated[
        list[str], typer.Argument(help="NODE.PARAM=VALUE", metavar="NODE.PARAM=VALUE…")
    ],
) -> None:
    """Sets parameters: all of them or none. The former file is kept beside it as PROJECT.bak.

    Several dimensions are given with commas, a choice by its option's id.

    Examples:

    memecomp project set comp.ntp Merge1.mix=0.5 Merge1.operation=plus

    memecomp project set comp.ntp Move.translate=10,-4
    """
    from driver.project.assign import assign, save_with_backup
    from driver.project.document import read

    document = read(project)
    assign(document, assignments)
    typer.echo(f"{project} is written; the former one is {save_with_backup(document)}")


@app.command("merge")
def merge_(
    base: Annotated[Path, typer.Argument(help="The project as it was generated before.")],
    new: Annotated[Path, typer.Argument(help="The project as it is generated now.")],
    edited: Annotated[Path, typer.Argument(help="The former one, edited in Natron.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The merged project.", metavar="FILE")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Puts what changed from BASE to NEW into EDITED, and keeps every edit.

    Where both changed a thing differently the edit stays, the conflict is listed by node and
    parameter, and the exit status is 1.

    Example: memecomp project merge before.ntp after.ntp mine.ntp -o comp.ntp
    """
    import json

    from driver.errors import MemecompError
    from driver.project.document import read
    from driver.project.merge import merge
    from driver.project.merge_report import data, lines, summary

    if output.exists():
        raise MemecompError(f"{output} exists already: choose another name with --output")
    merged = merge(read(base), read(new), read(edited))
    merged.document.write(output)
    if as_json:
        typer.echo(json.dumps(data(merged), ensure_ascii=False))
    else:
        typer.echo("\n".join([*lines(merged), f"{output}: {summary(merged)}"]))
    if merged.conflicts:
        raise typer.Exit(1)
