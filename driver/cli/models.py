"""memecomp models: the weights of the AI stages."""

from typing import Annotated

import typer

app = typer.Typer(
    name="models",
    help="Lists, fetches and checks the weights of the AI stages.",
    no_args_is_help=True,
)
Names = Annotated[
    list[str] | None,
    typer.Argument(help="Weights by name, as 'memecomp models list' shows them; else all."),
]


@app.command("list")
def list_() -> None:
    """Lists every set of weights: whether it is here, its size, its licence, where it comes from.

    Example: memecomp models list
    """
    from rich.console import Console
    from rich.table import Table

    from models import weights

    table = Table("name", "here", "size", "licence", "from", "for", box=None, pad_edge=False)
    for weight in weights.all_weights():
        here = "yes" if weights.is_present(weight.name) else "no"
        size = f"{weight.size / 1e6:.1f} MB"
        source = f"{weight.package} {weight.version}"
        table.add_row(weight.name, here, size, weight.licence, source, weight.about)
    Console(width=None if Console().is_terminal else 160).print(table)
    typer.echo(f"\nThey lie in {weights.folder()}. 'memecomp models show NAME' tells more.")


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(help="Weights by name, as 'memecomp models list' shows them.")
    ],
) -> None:
    """Shows all that is known about one set of weights: files, checksums, licence, attribution.

    Example: memecomp models show u2netp
    """
    from models import weights

    weight = weights.weight(name)
    lines = [weight.name, weight.about, f"{weight.licence}: {weight.attribution}", weight.link]
    lines += [f"{file.name}  {file.size} bytes  sha256 {file.sha256}" for file in weight.files]
    typer.echo("\n".join(lines))


@app.command()
def pull(names: Names = None) -> None:
    """Fetches weights from the packages that ship them, or from their official address.

    Example: memecomp models pull realesrgan-x4plus u2netp
    """
    from models import weights
    from models.download import pull as fetch

    for name in names or [weight.name for weight in weights.all_weights()]:
        typer.echo(f"{name}: {fetch(name)}")


@app.command()
def verify(names: Names = None) -> None:
    """Compares every weight that is here with its checksum.

    Example: memecomp models verify
    """
    from models import weights

    here = [weight.name for weight in weights.all_weights() if weights.is_present(weight.name)]
    for name in names or here:
        weights.verify(name)
        typer.echo(f"{name}: its files have the right checksums")
