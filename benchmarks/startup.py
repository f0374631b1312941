"""How long a whole `memecomp render` of one 256×256 frame takes, from process start to its end.

Two reads, a move, a grade, a merge and a write, in a temporary folder. Compiled files are warm: the
first run is not counted.

    python -m benchmarks.startup
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.composite_4k import film
from driver.project.template import fill, load_template
from ofx_helpers.media.images import write_image

SIZE = 256
COMMAND = "from driver.cli.main import main; main()"


def make(folder: Path) -> Path:
    """The project, with its pictures beside it."""
    for seed, name in enumerate(("below", "above")):
        write_image(folder / f"{name}.png", film(SIZE, SIZE, seed))
    project = folder / "startup.ntp"
    template = load_template("startup", Path(__file__).parent / "templates")
    values = {"size": SIZE, "below": folder / "below.png", "above": folder / "above.png"}
    fill(template, {**values, "output": folder / "final.png"}, project).write(project)
    return project


def run(project: Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor for one whole command."""
    command = [sys.executable, "-c", COMMAND, "render", str(project)]
    command += ["--engine", "embedded", "--overwrite"]
    began, used = time.perf_counter(), os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    spent = os.times()
    cpu = spent.children_user + spent.children_system - used.children_user - used.children_system
    return time.perf_counter() - began, cpu


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = make(Path(folder))
        run(project)
        runs = [run(project) for _ in range(options.turns)]
    wall, cpu = (median(times) for times in zip(*runs, strict=True))
    print(
        f"one 256×256 frame     {wall:.2f} s from start to end, {cpu:.2f} processor seconds, ",
        end="",
    )
    print(f"best {min(runs)[0]:.2f} s of {options.turns}")


if __name__ == "__main__":
    main()
