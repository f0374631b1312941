"""memecomp batch: one template, many rows."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def batch(
    jobs_file: Annotated[
        Path, typer.Argument(help="A .csv or .toml file of rows.", metavar="JOBS")
    ],
    template: Annotated[
        str, typer.Option(help="A template by name or folder; else the file says it.")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option(help="Outputs count from here; else from the file's folder.")
    ] = None,
    output: Annotated[
        str,
        typer.Option(help="A row's output, as 'looks/{title}.####.png'.", metavar="PATTERN"),
    ] = "",
    scheme: Annotated[
        str,
        typer.Option(
            help="Name outputs PROJECT_SC_03_ICON_FX_v01 with this ending, versions counted up.",
            metavar="ENDING",
        ),
    ] = "",
    frames: Annotated[
        str, typer.Option(help="Frames, as 1-24,30; else the template's.", metavar="FRAMES")
    ] = "",
    assign: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A parameter, or a field of the name, of every row.", metavar="NAME=VALUE"
        ),
    ] = None,
    before: Annotated[
        list[str] | None,
        typer.Option(help="A command before each row; may be given again.", metavar="COMMAND"),
    ] = None,
    after: Annotated[
        list[str] | None,
        typer.Option(help="A command after each row; may be given again.", metavar="COMMAND"),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, embedded or natron.")] = "auto",
    jobs: Annotated[int, typer.Option(help="Rows at once.", min=1, max=256)] = 1,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Do finished rows again; replace any file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line.")] = False,
) -> None:
    """Fills a template once a row, and renders each row's project to its own output.

    The first line of a CSV names parameters of the template; an empty cell takes the default. File
    names count from the file's folder. Further columns: output, frames, and project, scene, icon
    (or shot) and fx for --scheme. Commands run without a shell; {title} in them is the row's value,
    and so is MEMECOMP_ROW_TITLE in their environment; {number}, {output}, {project_file} and
    {status} (begun, done, failed) as well.

    Run the same command again to go on: finished rows are skipped while nothing has changed. Rows
    that failed are listed at the end, and the exit status is 1.

    Examples:

    memecomp batch titles.csv --template lower_third --output 'out/{title}.####.png'

    memecomp batch titles.csv --template lower_third --scheme mov --set project=WIZ --jobs 2

    memecomp batch looks.toml --after 'rsync {output} server:in/' --json
    """
    from typing import cast, get_args

    from driver.batch.jobs import Wanted, read_batch
    from driver.batch.work import How, work
    from driver.cli.stopping import stopping
    from driver.errors import MemecompError
    from driver.events import Event
    from driver.progress import listening
    from driver.render.choose import Engine, renderer

    if engine not in get_args(Engine):
        raise MemecompError(f"--engine {engine}: it is one of {', '.join(get_args(Engine))}")
    wanted = Wanted(
        template=template,
        folder=folder,
        output=output,
        scheme=scheme,
        frames=frames,
        before=tuple(before or ()),
        after=tuple(after or ()),
        assign=tuple(assign or ()),
    )
    with listening(as_json) as listener, stopping() as cancelled:
        found = work(
            read_batch(jobs_file, wanted),
            How(
                renderer=renderer(cast(Engine, engine)),
                jobs=jobs,
                overwrite=overwrite,
                on_event=listener,
                cancelled=cancelled,
            ),
        )
        told = f"{len(found.done)} done, {len(found.kept)} kept, {len(found.failed)} failed"
        listener(Event(kind="end", stage="batch", text=told))
    if not as_json:
        typer.echo(told)
    found.require()
