"""memecomp render: any Natron projects, without Natron if need be."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def render(
    projects: Annotated[list[Path], typer.Argument(help="Natron projects (.ntp).")],
    frames: Annotated[
        str | None,
        typer.Option(help="Frames, as 1-24,30 or 1-100:10; else the project's.", metavar="FRAMES"),
    ] = None,
    writer: Annotated[
        list[str] | None,
        typer.Option(help="Only this Write node; may be given again; else all.", metavar="NAME"),
    ] = None,
    node: Annotated[
        str | None, typer.Option(help="Render any node instead, to --output.", metavar="NAME")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Files for --node, as dir/out.####.png.", metavar="PATTERN")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for every writer's files.", metavar="DIR")
    ] = None,
    confine: Annotated[
        bool, typer.Option("--confine", help="Refuse files outside the project's folder.")
    ] = False,
    engine: Annotated[str, typer.Option(help="auto, embedded or natron.")] = "auto",
) -> None:
    """Renders the Write nodes of Natron projects, or any one node.

    With --engine auto, NatronRenderer renders where it is installed, else the embedded engine.

    Examples:

    memecomp render comp.ntp --frames 1-24

    memecomp render shots/*.ntp --out frames/

    memecomp render strangers.ntp --out frames/ --confine

    memecomp render comp.ntp --node Over --output look/over.####.png --engine embedded
    """
    from typing import cast, get_args

    from driver.cli.main import explain
    from driver.cli.stopping import stopping
    from driver.errors import CancelledError, MemecompError
    from driver.render.base import RenderJob
    from driver.render.choose import Engine, renderer
    from driver.shot.frames import parse

    if engine not in get_args(Engine):
        raise MemecompError(f"--engine {engine}: it is one of {', '.join(get_args(Engine))}")
    if (node is None) != (output is None):
        raise MemecompError("--node and --output belong together")
    if out is not None and node is not None:
        raise MemecompError("--out is for writers; --node has its files from --output")
    chosen = renderer("embedded" if confine and engine == "auto" else cast(Engine, engine))
    failed: list[Path] = []
    with stopping() as cancelled:
        for project in projects:
            job = RenderJob(
                project=project,
                frames=None if frames is None else parse(frames),
                writers=tuple(writer or ()),
                node=node,
                output=output,
                folder=out,
                confine=confine,
                on_frame=partial(_say, project),
                cancelled=cancelled,
            )
            try:
                chosen.render(job)
            except Exception as error:
                sentence = explain(error)
                if sentence is None or len(projects) == 1:
                    raise
                typer.echo(f"memecomp: {project}: {sentence}", err=True)
                failed.append(project)
            if cancelled():
                raise CancelledError
    if failed:
        names = "".join(f"\n  {project}" for project in failed)
        raise MemecompError(f"{len(failed)} of {len(projects)} projects failed:{names}")


def _say(project: Path, frame: int) -> None:
    typer.echo(f"{project}: frame {frame}")
