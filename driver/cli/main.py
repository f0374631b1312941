"""The command line: collects the commands, and turns errors for people into one sentence."""

import gc
import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import typer

import driver.cli

app = typer.Typer(
    help=(
        "Rebuilds the full frame of a shot from a sharp widescreen copy and a soft open-matte "
        "DVD, as a video and as a Natron project.\n\n"
        "Start with 'memecomp init SHOT/', fill in the two paths, then 'memecomp run "
        "SHOT/shot.toml'. See everything work on a film that ships with a package: "
        "'memecomp demo'."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"memecomp {version('memecomp')}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=_say_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """What goes before a command."""


def collect() -> None:
    """Adds every sibling's `app`; one without a name adds its commands at the top."""
    for module in sorted(iter_modules(driver.cli.__path__), key=lambda module: module.name):
        command = getattr(import_module(f"driver.cli.{module.name}"), "app", None)
        if isinstance(command, typer.Typer) and command is not app:
            app.add_typer(command)


def main() -> None:
    """Runs the command; an error that a person can mend is one sentence and exit status 1."""
    # Imports make many objects and hardly any garbage; at Python's own threshold a tenth of a small
    # render goes by in looking for it.
    gc.set_threshold(100_000)
    collect()
    try:
        app()
    except Exception as error:
        sentence = explain(error)
        if sentence is None or os.environ.get("MEMECOMP_TRACEBACK"):
            raise
        sys.stderr.write(f"memecomp: {sentence}\n")
        sys.exit(1)
    finally:
        _leave_what_hangs()


def _leave_what_hangs() -> None:
    """Ends the program at once where threads of a render hang, for which Python would wait."""
    module = sys.modules.get("driver.render.in_process")
    if module is not None and module.left_behind():
        code = getattr(sys.exc_info()[1], "code", 1)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def explain(error: Exception) -> str | None:
    """The sentence of an error meant for people; None for a fault of ours."""
    from driver.errors import CancelledError, MemecompError
    from models.errors import ModelError
    from ofx_helpers.engine.errors import RenderError

    if isinstance(error, CancelledError):
        return "stopped; what is finished is kept: run the same command to go on"
    if isinstance(error, MemecompError | ModelError | RenderError):
        return str(error)
    return None
