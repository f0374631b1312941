"""memecomp render: any Natron projects, without Natron if need be."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def render(
    projects: Annotated[list[Path], typer.Argument(help="Natron projects (.ntp).")],
    frames: Annotated[
        str | None,
        typer.Option(
            help="Frames, as 1945,1949,1950-1960:4; else the project's.", metavar="FRAMES"
        ),
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
    scheme: Annotated[
        str | None,
        typer.Option(
            help="Name the files PROJECT_SC_03_ICON_FX_v01, versions counted up.",
            metavar="PROJECT,SCENE,ICON,FX",
        ),
    ] = None,
    confine: Annotated[
        bool, typer.Option("--confine", help="Refuse files outside the project's folder.")
    ] = False,
    engine: Annotated[str, typer.Option(help="auto, embedded or natron.")] = "auto",
    nodes: Annotated[
        str,
        typer.Option(help="own: plug-ins where we have no node; prefer-ofx: plug-ins first."),
    ] = "own",
    proxy: Annotated[
        float,
        typer.Option(help="Scale what is written, into a folder proxy-SCALE.", min=0.01, max=1.0),
    ] = 1.0,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Render finished frames again; replace any file."),
    ] = False,
    on_error: Annotated[
        str,
        typer.Option(help="When a frame is lost: stop, skip, or a placeholder in its place."),
    ] = "stop",
    jobs: Annotated[int, typer.Option(help="Renderers at once.", min=1, max=256)] = 1,
    on: Annotated[
        str,
        typer.Option(
            help="here, dask for --jobs workers, or a Dask scheduler: tcp://host:8786.",
            metavar="PLACE",
        ),
    ] = "here",
    chunk: Annotated[
        int, typer.Option(help="Frames a process; 0 for the renderer's usual.", min=0)
    ] = 0,
    tries: Annotated[
        int, typer.Option(help="How often a failed frame is rendered again, alone.", min=0)
    ] = 2,
    silence: Annotated[
        float, typer.Option(help="Seconds without a frame that count as hung.", min=0.01)
    ] = 300.0,
    stats: Annotated[bool, typer.Option("--stats", help="Show the time of each node.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line.")] = False,
) -> None:
    """Renders the Write nodes of Natron projects, or any one node.

    With --engine auto, NatronRenderer renders where it is installed, else the embedded engine.
    Every file is judged: whole, of the right size, depth and channels, and not black where it
    should show something. Run the same command again to go on where it was stopped.

    On a Dask scheduler (--on), the workers need this program and the same disk at the same paths; a
    worker that is lost costs time, not frames.

    Examples:

    memecomp render comp.ntp --frames 1945,1949,1950-1960:4

    memecomp render shots/*.ntp --out frames/ --jobs 4 --on-error skip

    memecomp render comp.ntp --proxy 0.25 --stats

    memecomp render comp.ntp --scheme WIZ,3,HERO,GLOW

    memecomp render strangers.ntp --out frames/ --confine

    memecomp render comp.ntp --on tcp://scheduler:8786

    memecomp render comp.ntp --node Over --output look/over.####.png --engine embedded
    """
    from typing import cast, get_args

    from driver.cli.main import explain
    from driver.cli.stopping import stopping
    from driver.errors import CancelledError, MemecompError
    from driver.progress import listening
    from driver.render.base import Nodes, OnError, RenderJob
    from driver.render.choose import Engine, renderer
    from driver.render.named import named
    from driver.render.place import place
    from driver.shot.frames import parse

    if engine not in get_args(Engine):
        raise MemecompError(f"--engine {engine}: it is one of {', '.join(get_args(Engine))}")
    if on_error not in get_args(OnError):
        raise MemecompError(f"--on-error {on_error}: it is one of {', '.join(get_args(OnError))}")
    if nodes not in get_args(Nodes):
        raise MemecompError(f"--nodes {nodes}: it is one of {', '.join(get_args(Nodes))}")
    if (node is None) != (output is None):
        raise MemecompError("--node and --output belong together")
    if out is not None and node is not None:
        raise MemecompError("--out is for writers; --node has its files from --output")
    wanted = "embedded" if confine and engine == "auto" else cast(Engine, engine)
    failed: list[Path] = []
    with listening(as_json) as listener, stopping() as cancelled, place(on, jobs) as where:
        chosen = renderer(wanted, where.spread)
        for project in projects:
            job = RenderJob(
                project=project,
                frames=None if frames is None else parse(frames),
                writers=tuple(writer or ()),
                node=node,
                output=output,
                folder=out,
                confine=confine,
                proxy=proxy,
                overwrite=overwrite,
                on_error=cast(OnError, on_error),
                jobs=where.jobs,
                isolate=where.isolate,
                elsewhere=where.elsewhere,
                chunk=chunk,
                tries=tries,
                silence=silence,
                stats=stats,
                nodes=cast(Nodes, nodes),
                on_event=listener,
                cancelled=cancelled,
            )
            try:
                with named(job, scheme) as ready:
                    chosen.render(ready)
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
