"""Runs the command line in this process, as a person would see it."""

import sys
from dataclasses import dataclass

import pytest

from driver.cli.main import main


@dataclass(frozen=True)
class Said:
    """Exit status and what was printed."""

    status: int
    out: str
    error: str


def run_cli(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> Said:
    """`memecomp WORDS…`; a traceback would be an exception here."""
    monkeypatch.setattr(sys, "argv", ["memecomp", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return Said(int(ended.value.code or 0), said.out, said.err)
