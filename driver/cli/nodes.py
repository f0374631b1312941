"""memecomp nodes: OpenFX plug-ins, listed, shown and applied to pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ofx_helpers.host import Plugins

app = typer.Typer(
    name="nodes",
    help="List, show and apply the OpenFX plug-ins of this machine.",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="For other programs.")]
Folders = Annotated[
    list[Path] | None,
    typer.Option(
        "--path",
        help="A folder of bundles; may be given again; else OFX_PLUGIN_PATH and the system's.",
        metavar="DIR",
    ),
]
Identifier = Annotated[
    str, typer.Argument(help="A plug-in's identifier; ID@1 for its version 1.", metavar="ID")
]


@app.command("list")
def list_(as_json: AsJson = False, path: Folders = None) -> None:
    """Lists the plug-ins: identifier, version, context, whether the engine has its own node, label.

    Example: memecomp nodes list
    """
    import json

    from driver.nodes.about import as_json as one
    from driver.nodes.about import faulty, listed

    plugins = _scan(path)
    if as_json:
        faults = [[str(f.bundle), f.plugin, f.reason] for f in plugins.faults]
        data = {"plugins": [one(plugin) for plugin in plugins], "faults": faults}
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    for line in (*listed(plugins), *faulty(plugins.faults)):
        typer.echo(line)
    if not len(plugins):
        from ofx_helpers.host.search import folders

        looked = ", ".join(map(str, path or folders()))
        typer.echo(f"no plug-in in {looked}: set OFX_PLUGIN_PATH, or give --path", err=True)


@app.command()
def show(
    identifier: Identifier,
    as_json: AsJson = False,
    path: Folders = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Show the parameters as the plug-in has them after this; may be given again.",
            metavar="NAME=VALUE",
        ),
    ] = None,
) -> None:
    """Shows a plug-in's inputs and parameters, with defaults, limits and help.

    Many plug-ins show, hide and grey out parameters, or fill menus, by what others are set to:
    --set shows them so.

    Examples:

    memecomp nodes show net.sf.cimg.CImgBlur

    memecomp nodes show net.sf.openfx.Reformat --set reformatType=box
    """
    import json

    from driver.nodes.about import as_json as one
    from driver.nodes.about import shown

    plugin = _scan(path).get(identifier)
    if assignments:
        from driver.nodes.state import after

        plugin = after(plugin, assignments)
    if as_json:
        typer.echo(json.dumps(one(plugin), ensure_ascii=False))
    else:
        typer.echo("\n".join(shown(plugin)))


@app.command()
def apply(
    identifier: Identifier,
    files: Annotated[
        list[Path], typer.Argument(help="The input, then the output; a generator has no input.")
    ],
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter; may be given again.", metavar="NAME=VALUE"),
    ] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", help="Another input; may be given again.", metavar="NAME=FILE"),
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="The output's size; else the input's.", metavar="WxH")
    ] = None,
    frame: Annotated[float, typer.Option(help="The frame that is rendered.")] = 1.0,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="Not in a worker process: a crash ends us too.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(help="Seconds that it may work without a sign of life.")
    ] = 60.0,
    path: Folders = None,
) -> None:
    """Applies a plug-in to image files.

    8- and 16-bit files are taken as sRGB with straight alpha, made linear and premultiplied for
    the plug-in, and back for the output; OpenEXR is linear already. Nothing is overwritten.

    Examples:

    memecomp nodes apply net.sf.cimg.CImgBlur in.png out.png --set size=12

    memecomp nodes apply net.sf.openfx.MergePlugin bg.png out.png --input A=fg.png
    --set operation=screen --set mix=0.7

    memecomp nodes apply net.sf.openfx.CheckerBoardPlugin out.png --size 640x360
    """
    from driver.errors import MemecompError
    from driver.nodes.apply import Job
    from driver.nodes.apply import apply as carry_out
    from driver.nodes.assign import pair

    if len(files) > 2:
        raise MemecompError(
            f"{len(files)} files: give the input and the output; others as --input NAME=FILE"
        )
    wanted = None
    if size is not None:
        width, _, height = size.lower().partition("x")
        if not (width.isdecimal() and height.isdecimal()):
            raise MemecompError(f"--size {size}: write it as 640x360")
        wanted = int(width), int(height)
    job = Job(
        plugin=_scan(path).get(identifier),
        source=files[0] if len(files) == 2 else None,
        output=files[-1],
        inputs={name: Path(file) for name, file in (pair(t, "--input") for t in inputs or ())},
        assignments=tuple(assignments or ()),
        size=wanted,
        frame=frame,
        in_process=in_process,
        timeout=timeout,
    )
    for line in carry_out(job):
        typer.echo(line)


@app.command("scan")
def scan_(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Describe every bundle anew.")] = False,
    path: Folders = None,
) -> None:
    """Looks for plug-ins, describes those that are new or have changed, and says what is wrong.

    Example: memecomp nodes scan --rebuild
    """
    from driver.nodes.about import faulty

    plugins = _scan(path, rebuild=rebuild, say=True)
    for line in faulty(plugins.faults):
        typer.echo(line)
    typer.echo(f"{len(plugins)} plug-ins in {len(plugins.found)} bundles")


def _scan(path: list[Path] | None, *, rebuild: bool = False, say: bool = False) -> "Plugins":
    import sys

    from ofx_helpers import host

    def progress(done: int, count: int, bundle: Path) -> None:
        if say or sys.stderr.isatty():
            typer.echo(f"{done} of {count}: {bundle}", err=not say)

    return host.scan(path, rebuild, progress=progress)
