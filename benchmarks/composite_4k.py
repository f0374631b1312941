"""How fast is the priority composite: against its floor, and against NatronRenderer.

The composite has six reads, five transforms and four merges, PNG in and out, 3840×2160. The
*floor* is what nobody can leave out: decoding its inputs and encoding its outputs, with the same
codecs on as many threads. Both are measured in turns, so that a machine that others use too slows
both; the medians count. NatronRenderer renders the same project where the variable NATRON_RENDERER
names one. All pictures are synthetic and live in a temporary folder.

    python -m benchmarks.composite_4k                  # everything, eight frames, three turns
    python -m benchmarks.composite_4k --frames 500     # memory and its growth as well
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.project.template import fill, load_template
from driver.render.base import RenderJob
from driver.render.embedded import EmbeddedRenderer
from driver.render.natron import NatronRenderer, find_natron
from ofx_helpers.media.images import read_image, write_image

NAMES = ("Plate", "Top", "Bottom", "Wide", "Face", "FaceMask")
DISTINCT = 4  # different pictures of each sequence; longer ones repeat them
GIGABYTE = 1e9


def sizes(width: int, height: int) -> dict[str, tuple[int, int]]:
    """Width and height of each input."""
    band, face = (width * 3 // 4, height * 17 // 108), (height // 4, height // 4)
    wide = (width, height * 20 // 27)
    found = ((width, height), band, band, wide, face, face)
    return dict(zip(NAMES, found, strict=True))


def film(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """(height, width, 3): as soft as film that was blown up, with a little grain."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (height // 24 + 2, width // 24 + 2, 3), np.uint8)
    soft = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = random.integers(-1, 2, (height // 2, width // 2, 1), np.int16)
    grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_NEAREST)[..., None]
    pixels: NDArray[np.uint8] = np.clip(soft.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    return pixels


def oval(width: int, height: int) -> NDArray[np.uint8]:
    """(height, width): white in the middle, soft at its edge."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    pixels: NDArray[np.uint8] = np.clip((0.9 - np.hypot(x, y)) * 1000, 0, 255).astype(np.uint8)
    return pixels


def make(folder: Path, frames: int, width: int, height: int) -> Path:
    """The project, with its pictures beside it."""
    for index, (name, size) in enumerate(sizes(width, height).items()):
        for frame in range(1, frames + 1):
            path = folder / f"{name}.{frame:04d}.png"
            if frame > DISTINCT:
                path.symlink_to(f"{name}.{(frame - 1) % DISTINCT + 1:04d}.png")
            elif name == "FaceMask":
                write_image(path, oval(*size))
            else:
                write_image(path, film(*size, seed=100 * index + frame))
    project = folder / "composite.ntp"
    template = load_template("composite_4k", Path(__file__).parent / "templates")
    values = {
        "width": width,
        "height": height,
        "last": frames,
        "pattern": folder / "NAME.####.png",
        "output": folder / "out" / "final.####.png",
    }
    fill(template, values, project).write(project)
    return project


def floor(folder: Path, frames: int) -> None:
    """Decode every input and encode as many outputs, on every core."""
    final = read_image(folder / "out" / "final.0001.png").pixels

    def frame(number: int) -> None:
        for name in NAMES:
            read_image(folder / f"{name}.{number:04d}.png")
        write_image(folder / "floor" / f"final.{number:04d}.png", final)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(frame, range(1, frames + 1)))


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def memory(key: str) -> int:
    """Bytes of this process now (VmRSS) or at its highest (VmHWM); 0 where nobody says."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(key)), 0)


def watched(project: Path, frames: int) -> None:
    """Render in this process and print as JSON how much memory that took, files not kept."""
    seen: list[int] = []

    def done(frame: int) -> None:
        seen.append(memory("VmRSS"))
        if frame > 1:
            (project.parent / "out" / f"final.{frame:04d}.png").unlink()

    EmbeddedRenderer().render(
        RenderJob(project=project, overwrite=True, isolate=False, on_frame=done)
    )
    part = max(1, len(seen) // 5)
    growth = median(seen[-part:]) - median(seen[part : 2 * part] or seen)
    print(json.dumps({"peak": memory("VmHWM"), "growth": growth}))


def natron_seconds(project: Path, executable: Path, frames: int) -> float:
    """Seconds a frame, its start-up left out: `frames` and one more against one."""
    render = NatronRenderer(executable).render
    times = []
    for numbers in ([1], list(range(1, frames + 2))):
        times.append(
            timed(
                lambda some=numbers: render(RenderJob(project=project, frames=some, overwrite=True))
            )[0]
        )  # type: ignore[misc]
    return (times[1] - times[0]) / frames


def report(options: argparse.Namespace, folder: Path) -> None:
    """Measure in turns and print."""
    project = make(folder, options.frames, options.width, options.height)
    command = [sys.executable, "-m", "benchmarks.composite_4k", "--watch", str(project)]
    command += ["--frames", str(options.frames)]
    watching = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(watching.stdout.splitlines()[-1])
    count = min(options.frames, 8)
    numbers = list(range(1, count + 1))
    job = RenderJob(project=project, frames=numbers, overwrite=True, isolate=False)
    rendering, bottom = [], []
    for _ in range(options.turns):
        bottom.append(timed(lambda: floor(folder, count)))
        rendering.append(timed(lambda: EmbeddedRenderer().render(job)))
    rate = count / median(wall for wall, _ in rendering)
    pairs = list(zip(rendering, bottom, strict=True))
    wall = median(ours[0] / least[0] for ours, least in pairs)
    cpu = median(ours[1] / least[1] for ours, least in pairs)
    print(f"{options.width}×{options.height}, {os.cpu_count()} cores, {count} frames, ", end="")
    print(f"median of {options.turns} turns")
    print(f"embedded engine       {rate:.2f} frames a second")
    print(f"to the floor          {wall:.2f} by the clock, {cpu:.2f} in processor seconds")
    executable = find_natron()
    if executable is not None:
        natron = 1 / natron_seconds(project, executable, min(count, 3))
        times = rate / natron
        print(f"NatronRenderer        {natron:.2f} frames a second: ", end="")
        print(f"the engine does {times:.1f} times that")
    print(f"peak memory           {told['peak'] / GIGABYTE:.2f} GB over {options.frames} frames")
    if options.frames >= 50:
        print(f"growth of memory      {told['growth'] / 1e6:+.0f} MB from the second fifth on")


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--width", type=int, default=3840)
    parser.add_argument("--height", type=int, default=2160)
    parser.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watch:
        watched(options.watch, options.frames)
        return
    with tempfile.TemporaryDirectory() as folder:
        report(options, Path(folder))


if __name__ == "__main__":
    main()
