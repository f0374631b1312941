"""memecomp run: rebuilds a shot."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def run(
    project: Annotated[Path | None, typer.Argument(help="The shot.toml, or its folder.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Begin with this stage.", metavar="STAGE")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Run this stage alone.", metavar="STAGE")] = None,
    frames: Annotated[
        str | None, typer.Option(help="Frames, as 1-24,30 or 1-100:10.", metavar="FRAMES")
    ] = None,
    proxy: Annotated[
        float, typer.Option(help="Work at this scale, in a folder beside.", min=0.01, max=1.0)
    ] = 1.0,
    assign: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A setting, as bands.factor=4; may be given again.", metavar="NAME=VALUE"
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="Settings below the shot's own: animation, draft, or a TOML file.", metavar="NAME"
        ),
    ] = None,
    redo: Annotated[
        list[str] | None,
        typer.Option(
            help="Do this stage again, whatever exists; may be given again.", metavar="STAGE"
        ),
    ] = None,
    from_manifest: Annotated[
        Path | None, typer.Option(help="Repeat the run that wrote this manifest.json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line.")] = False,
) -> None:
    """Rebuilds a shot: every stage, each only where something has changed.

    The stages: ingest align bands real segment inpaint track project render export check report.

    Examples:

    memecomp run wizard/

    memecomp run wizard/ --only render --frames 1-24,30

    memecomp run wizard/ --proxy 0.25 --set seam.feather_px=16

    memecomp run --from-manifest wizard/manifest.json
    """
    from driver.cli.stopping import stopping
    from driver.errors import MemecompError
    from driver.manifest import repeated, run_with_manifest
    from driver.progress import listening
    from driver.report import verdict
    from driver.runner import Request, chosen
    from driver.shot.resolve import resolve, shot_file

    if (project is None) == (from_manifest is None):
        raise MemecompError("give either a shot.toml or --from-manifest FILE")
    if from_manifest is not None:
        if start or only or frames or proxy != 1.0 or assign or preset or redo:
            raise MemecompError("--from-manifest repeats a run as it was: give it no other option")
        request = repeated(from_manifest)
    else:
        assert project is not None
        path = shot_file(project)
        request = Request(
            settings=resolve(path, preset, assign or ()),
            folder=path.resolve().parent,
            frames=frames,
            proxy=proxy,
            start=start,
            only=only,
            redo=tuple(redo or ()),
        )
    with listening(as_json) as listener, stopping() as cancelled:
        run_with_manifest(request, listener, cancelled)
    if any(stage.name == "check" for stage in chosen(request)):
        verdict.require(request.paths.checks)
