"""memecomp demo: the whole job on a film that a package ships."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(help="Where to make the demo's shot; what is there is kept.")
    ] = Path("demo"),
    as_json: Annotated[bool, typer.Option("--json", help="One event a line.")] = False,
) -> None:
    """Makes a matched pair from a film, rebuilds the shot, and says how near the truth it came.

    Example: memecomp demo my-demo/
    """
    from driver.cli.stopping import stopping
    from driver.demo import shot
    from driver.demo.score import scores
    from driver.manifest import run_with_manifest
    from driver.progress import listening
    from driver.report import verdict
    from driver.runner import Request
    from driver.shot import alignment
    from driver.shot.resolve import resolve
    from models.download import pull
    from models.weights import is_present

    project = shot.prepare(folder)
    settings = resolve(project)
    for name in (settings.bands.weights, settings.segment.model):
        if not is_present(name):
            typer.echo(f"weights {name}: {pull(name)}", err=True)
    request = Request(settings=settings, folder=project.resolve().parent)
    with listening(as_json) as listener, stopping() as cancelled:
        run_with_manifest(request, listener, cancelled)
    paths = request.paths
    frames = list(range(1, alignment.load(paths.align_report).frames + 1))
    if not as_json:
        typer.echo("")
        for check in verdict.load(paths.checks):
            mark = "passed" if check.passed else "FAILED"
            typer.echo(f"{mark}  {check.name}: {check.text}")
        for score in scores(paths, shot.PAIR, frames):
            typer.echo(
                f"PSNR    {score.region}: {score.ours:.2f} dB"
                f" ({score.plain_name} {score.plain:.2f} dB)"
            )
        for path in (paths.mp4, paths.project, paths.report):
            typer.echo(f"        {path}")
    verdict.require(paths.checks)
