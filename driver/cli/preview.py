"""memecomp preview: one frame of the composite and its provenance."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def preview(
    project: Annotated[Path, typer.Argument(help="The shot.toml, or its folder.")],
    frame: Annotated[int, typer.Option(help="Frame of the shot.", min=1)] = 1,
) -> None:
    """Writes one frame of the composite and a map of where its pixels come from, to preview/.

    Example: memecomp preview wizard/ --frame 12
    """
    from driver.cli.stopping import stopping
    from driver.progress import listening
    from driver.report.preview import write_preview
    from driver.runner import Request, run
    from driver.shot.resolve import resolve, shot_file

    path = shot_file(project)
    request = Request(
        settings=resolve(path),
        folder=path.resolve().parent,
        frames=str(frame),
        until="render",
    )
    with listening(as_json=False) as listener, stopping() as cancelled:
        run(request, listener, cancelled)
    for written in write_preview(request.settings, request.paths, frame):
        typer.echo(str(written))
