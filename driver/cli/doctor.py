"""memecomp doctor: what is installed, and what to do about what isn't."""

import typer

app = typer.Typer()


@app.command()
def doctor() -> None:
    """Says what is installed: ffmpeg, NatronRenderer, OpenFX plug-ins, GPU, backends, weights.

    What is missing stands with what to do about it.

    Example: memecomp doctor
    """
    from rich.console import Console
    from rich.table import Table

    from driver.doctor import findings

    console = Console(width=None if Console().is_terminal else 160)
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in findings():
        table.add_row("ok" if finding.good else "--", finding.name, finding.text)
    console.print(table)
