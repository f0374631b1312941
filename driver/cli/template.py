"""memecomp template: projects made from a few values."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="template",
    help="Make projects from templates: those that come along, and your own.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="A template by name, or the path of its folder.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="A parameter; may be given again.", metavar="NAME=VALUE"),
]
Values = Annotated[
    Path | None, typer.Option(help="A TOML file of parameters; --set counts over it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For other programs.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Lists the templates: those that come along, and those in MEMECOMP_TEMPLATES.

    Example: memecomp template list
    """
    import json

    from driver.project.template import load_template
    from driver.project.template_store import template_folders

    found = [load_template(str(folder)) for folder in template_folders().values()]
    if as_json:
        rows = [{"name": one.name, "help": one.help, "folder": str(one.folder)} for one in found]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        typer.echo(f"{one.name:<{width}}  {one.help.partition('. ')[0].rstrip('.')}.")


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Shows a template's parameters: type, default, limits, help.

    Example: memecomp template show priority_composite
    """
    import json

    from driver.project.template import load_template
    from driver.project.template_about import described, lines

    template = load_template(name)
    if as_json:
        typer.echo(json.dumps(described(template), ensure_ascii=False))
    else:
        typer.echo("\n".join(lines(template)))


@app.command()
def render(
    name: Name,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The project to write (.ntp).", metavar="FILE")
    ],
    assign: Set = None,
    values: Values = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the project if it is there.")
    ] = False,
) -> None:
    """Fills a template: writes a project that opens in Natron and renders.

    Lists have commas (0.5,0.5,1), keys are frame:value,value with spaces between
    ("1:0,0 24:100,50"). File names count from here and are stored relative to the project. What a
    template measures on its footage (size, frames, mattes) is measured unless it is given.

    Examples:

    memecomp template render crt --set file=plates/a.####.png --set last=48 -o crt.ntp

    memecomp template render crt --values look.toml --set last=12 -o crt.ntp --overwrite
    """
    from driver.errors import MemecompError
    from driver.prepare import prepared
    from driver.project.template import fill, load_template
    from driver.project.template_values import given_values

    if output.exists() and not overwrite:
        raise MemecompError(f"{output} exists already: choose another name, or add --overwrite")
    template = load_template(name)
    given = given_values(template, assign or (), values)
    ready = prepared(
        template, given, output.absolute(), say=lambda text: typer.echo(text, err=True)
    )
    fill(template, ready, output.absolute()).write(output)
    typer.echo(str(output))


@app.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Templates by name or folder; else all.", metavar="NAME"),
    ] = None,
    assign: Set = None,
    values: Values = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep project and frame here.", metavar="DIR")
    ] = None,
) -> None:
    """Tries templates: filled with examples and defaults, linted, the first frame rendered.

    Faults come with the template's line; exit status 1 when there are any.

    Examples:

    memecomp template check

    memecomp template check my_templates/look/ --keep look_frame/
    """
    from driver.project.template import load_template
    from driver.project.template_check import check as check_one
    from driver.project.template_store import template_folders
    from driver.project.template_values import given_values

    bad = 0
    for name in names or list(template_folders()):
        template = load_template(name)
        found = check_one(template, given_values(template, assign or (), values), keep)
        for fault in found.faults:
            typer.echo(fault)
        if found.faults:
            bad += 1
        else:
            told = f"no frame: {found.not_rendered}" if found.not_rendered else "renders"
            typer.echo(f"{template.name}: no faults, {told}")
        for picture in found.pictures:
            typer.echo(f"  {picture}")
    if bad:
        raise typer.Exit(1)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="A name, or the path of a folder to make.")],
    project: Annotated[
        Path, typer.Option("--from", help="A project saved in Natron.", metavar="PROJECT")
    ],
) -> None:
    """Turns a project saved in Natron into a template.

    Its files, words, frames and format become parameters with what they are now as defaults, and
    so does each __TOKEN__ in a text of it. A number stands for a token when the node's note says
    so: size = __BLUR__.

    Example: memecomp template new my_look --from look.ntp
    """
    from driver.project.document import read
    from driver.project.template_new import folder_for, new_template

    folder = folder_for(name)
    told = new_template(read(project), folder)
    typer.echo(str(folder))
    for line in told:
        typer.echo(f"  {line}")
