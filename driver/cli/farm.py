"""memecomp farm: jobs for render farms."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="farm", help="Jobs for render farms.", no_args_is_help=True)


@app.callback()
def farm() -> None:
    """Jobs for render farms."""


@app.command()
def export(
    project: Annotated[Path, typer.Argument(help="A Natron project (.ntp).")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A new folder for the job.", metavar="DIR")
    ],
    frames: Annotated[
        str | None, typer.Option(help="Frames; else the project's.", metavar="FRAMES")
    ] = None,
    writer: Annotated[
        list[str] | None,
        typer.Option(help="Only this Write node; may be given again; else all.", metavar="NAME"),
    ] = None,
    chunk: Annotated[int, typer.Option(help="Frames a task; 0 for 50.", min=0)] = 0,
    engine: Annotated[str, typer.Option(help="auto, embedded or natron.")] = "auto",
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Copy nothing: the farm sees the same disk.")
    ] = False,
) -> None:
    """Writes a render as an Open Job Description job, for farms that speak it.

    The folder holds the job template (template.json), the project and copies of all it reads with
    paths inside the folder, and lists of them with sizes and hashes. Machines of the farm need
    memecomp on their PATH. Project, frames, chunk, engine and output folder are parameters.

    Examples:

    memecomp farm export comp.ntp -o job/

    memecomp farm export comp.ntp -o job/ --frames 1-240 --chunk 20 --engine embedded

    memecomp farm export comp.ntp -o job/ --in-place

    openjd check job/template.json

    openjd run job/template.json --step Frames -p OutputFolder=/renders/comp
    """
    from driver.errors import MemecompError
    from driver.render import farm
    from driver.shot.frames import parse

    if engine not in farm.ENGINES:
        raise MemecompError(f"--engine {engine}: it is one of {', '.join(farm.ENGINES)}")
    written = farm.export(
        project,
        output,
        frames=None if frames is None else parse(frames),
        writers=tuple(writer or ()),
        chunk=chunk,
        engine=engine,
        in_place=in_place,
    )
    typer.echo(f"{output / 'template.json'}: a job of {len(written)} files")
    if in_place:
        typer.echo(f"it needs the parameter Project={project.absolute()}")
