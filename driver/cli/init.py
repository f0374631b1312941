"""memecomp init: a commented shot.toml to fill in."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def init(
    shot: Annotated[Path, typer.Argument(help="Folder of the new shot.")],
    wide: Annotated[
        str, typer.Option(help="The sharp widescreen copy, seen from SHOT.", metavar="FILE")
    ] = "wide.mp4",
    dvd: Annotated[
        str, typer.Option(help="The soft open-matte copy, seen from SHOT.", metavar="FILE")
    ] = "dvd.mp4",
) -> None:
    """Writes SHOT/shot.toml with every setting and its comment.

    Example: memecomp init wizard/ --wide ~/film/wide.mkv --dvd ~/film/dvd.vob
    """
    from driver.errors import MemecompError
    from driver.shot.commented import commented_toml
    from ofx_helpers.media.atomic import write_bytes

    path = shot / "shot.toml"
    if path.exists():
        raise MemecompError(f"{path} exists already: edit it, or choose another folder")
    given = {"name": shot.resolve().name, "wide": {"path": wide}, "dvd": {"path": dvd}}
    write_bytes(path, commented_toml(given).encode())
    typer.echo(f"{path} is written: look through it, then run 'memecomp run {path}'")
