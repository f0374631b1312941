"""Random projects rendered by the embedded engine and by NatronRenderer, and where they differ.

Each case is one node with random parameters over random pictures: one of the format's size, a
smaller one with alpha, moved ones. All cases of a run are one project, so that Natron starts once.
NatronRenderer is found by the variable NATRON_RENDERER, else on the PATH. A case that Natron does
not write (it ends on a picture outside the format) is counted apart. The same seed gives the same
cases.

    python -m benchmarks.against_natron Merge Grade Transform --cases 30 --seed 2
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.composite_4k import film
from driver.errors import MemecompError
from driver.project.catalog import NodeKind, ParamKind, node_kind
from driver.project.complete import complete
from driver.project.document import read
from driver.project.outline import NodeOutline, ProjectOutline
from driver.render.graph import graph_of
from driver.render.natron import find_natron
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.images import read_image, write_image
from ofx_helpers.nodes import collect

WIDTH, HEIGHT = 96, 80
LIMIT = 1e-3  # of what a filter may be off
_UNTOUCHED = (
    "Interact",
    "Changed",
    "_channels",
    "channels",
    "Planes",
    "disableNode",
    "enableMask",
    "Par",
)
_PLACES = ("translate", "center", "bottomLeft", "point0", "point1", "size")
_USUAL = ("Merge", "KeyMix", "Dissolve", "Grade", "ColorCorrect", "Saturation", "HSVTool", "Invert")


@dataclass
class Case:
    """A node under test, what it was given, and its Write."""

    kind: NodeKind
    number: int
    params: dict[str, object] = field(default_factory=dict)
    nodes: list[NodeOutline] = field(default_factory=list)

    @property
    def writer(self) -> str:
        """The name of its Write."""
        return f"W{self.number}"

    @property
    def file(self) -> str:
        """The file that Natron writes for it."""
        return f"case{self.number}.0001.exr"


def value(param: ParamKind, chance: random.Random) -> object:
    """A random value within the parameter's limits, near what it usually is."""
    if param.kind == "Bool":
        return chance.random() < 0.5
    if param.kind == "Choice":
        return chance.choice(param.options)
    numbers: list[float] = []
    for dimension, default in enumerate(param.default):
        side = (WIDTH, HEIGHT)[dimension % 2]
        drawn = chance.uniform(-0.2, 1.0) * side if param.name in _PLACES else None
        number = float(default) + chance.gauss(0, 0.4) if drawn is None else drawn
        number = number if param.low is None else max(number, param.low)
        number = number if param.high is None else min(number, param.high)
        numbers.append(round(number) if param.kind == "Int" else round(number, 4))
    return numbers[0] if len(numbers) == 1 else numbers


def chosen(kind: NodeKind, chance: random.Random) -> dict[str, object]:
    """Some of a node's parameters with random values."""
    share = chance.choice((0.1, 0.3, 0.6))
    found: dict[str, object] = {}
    for name, param in kind.params.items():
        number = param.kind in ("Bool", "Int", "Double", "Color")
        menu = param.kind == "Choice" and param.options
        touched = (number or menu) and not any(word in name for word in _UNTOUCHED)
        if touched and chance.random() < share:
            found[name] = value(param, chance)
    return found


def source(case: Case, chance: random.Random) -> str:
    """The name of a new picture's node, perhaps moved."""
    name = f"n{case.number}_{len(case.nodes)}"
    file = chance.choice(("photo.png", "soft.png", "soft.png"))
    params: dict[str, object] = {"filename": f"[Project]/{file}", "ocioInputSpace": "linear"}
    case.nodes.append(NodeOutline(0, name, "Read", params))
    if chance.random() < 0.3:
        moved = {"translate": [chance.randint(-20, 30), chance.randint(-20, 30)]}
        case.nodes.append(NodeOutline(0, f"{name}p", "Position", moved, {"Source": name}))
        return f"{name}p"
    return name


def make(kind: NodeKind, number: int, chance: random.Random) -> Case:
    """One case: up to four inputs, masks now and then."""
    case = Case(kind, number, chosen(kind, chance))
    inputs: dict[str, str] = {}
    for label in kind.inputs[:4]:
        if "Mask" not in label or chance.random() < 0.35:
            inputs[label] = source(case, chance)
    case.nodes.append(NodeOutline(0, f"T{number}", kind.plugin, case.params, inputs))
    written: dict[str, object] = {
        "filename": f"[Project]/case{number}.####.exr",
        "ocioOutputSpace": "linear",
        "formatType": "project",
        "bitDepth": "32f",
    }
    case.nodes.append(
        NodeOutline(0, case.writer, "fr.inria.openfx.WriteOIIO", written, {"Source": f"T{number}"})
    )
    return case


def pictures(folder: Path) -> None:
    """An opaque picture of the format's size, and a smaller one with alpha."""
    write_image(folder / "photo.png", film(WIDTH, HEIGHT, 1))
    small = film(60, 50, 2)
    write_image(folder / "soft.png", np.dstack([small, film(60, 50, 3)[..., 0]]))


def natron(executable: Path, project: Path, cases: list[Case]) -> None:
    """Have Natron write every case; one that stops it is left out, and the rest go on."""
    left = list(cases)
    while left:
        command = [str(executable)]
        for case in left:
            command += ["-w", case.writer]
        # Its status says little: what it wrote counts.
        subprocess.run([*command, str(project), "1-1"], capture_output=True, check=False)
        left = [case for case in left if not whole(project.parent / case.file)][1:]


def whole(path: Path) -> bool:
    """Whether the file is there and can be read."""
    try:
        return bool(read_image(path).pixels.size)
    except (MemecompError, RenderError, OSError, ValueError):
        return False


def worst(graph: Graph, case: Case, folder: Path) -> float | None:
    """The largest difference, relative above 1; None where Natron wrote nothing."""
    if not whole(folder / case.file):
        return None
    image = read_image(folder / case.file)
    wanted = np.asarray(image.pixels[::-1], np.float32)
    box, height = image.window, image.display.bottom
    got = render_node(
        graph,
        case.writer,
        1.0,
        resolve=collect().get,
        media=EngineMedia(),
        window=Window(box.left, height - box.bottom, box.right, height - box.top),
    ).pixels[..., : wanted.shape[2]]
    with np.errstate(invalid="ignore"):
        distance = np.abs(got - wanted) / np.maximum(1, np.abs(wanted))
    return float(np.nan_to_num(distance, nan=0.0).max())


def report(cases: list[Case], graph: Graph, folder: Path) -> int:
    """Print each node's counts and what the differing cases set; how many differ."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    blamed: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        try:
            off = worst(graph, case, folder)
        except RenderError as error:
            print(f"{case.kind.name} {case.number}: {error}")
            off = float("inf")
        told = "not written" if off is None else "differs" if off > LIMIT else "same"
        counts[case.kind.name][told] += 1
        if told == "differs":
            blamed[case.kind.name].update(case.params.keys())
            print(f"{case.kind.name} {case.number}: {off:.2g} off with {case.params}")
    for name, found in sorted(counts.items()):
        often = ", ".join(word for word, _ in blamed[name].most_common(5))
        print(f"{name}: {dict(found)}{f'; most often set: {often}' if often else ''}")
    return sum(found["differs"] for found in counts.values())


def main() -> int:
    """Exit status 1 where a case differs."""
    parser = argparse.ArgumentParser(description="Random cases against NatronRenderer.")
    parser.add_argument("nodes", nargs="*", default=_USUAL, help="short names or plug-in ids")
    parser.add_argument("--cases", type=int, default=32, help="how many in all")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases")
    options = parser.parse_args()
    executable = find_natron()
    if executable is None:
        print("NatronRenderer is not found: set NATRON_RENDERER to it.")
        return 2
    chance = random.Random(options.seed)
    kinds = [node_kind(name) for name in options.nodes]
    cases = [make(kinds[i % len(kinds)], i, chance) for i in range(options.cases)]
    nodes = tuple(node for case in cases for node in case.nodes)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pictures(folder)
        project = folder / "cases.ntp"
        outline = ProjectOutline(WIDTH, HEIGHT, 1, 1, 24.0, nodes, ())
        complete(outline, project, "the random cases").write(project)
        natron(executable, project, cases)
        return int(report(cases, graph_of(read(project)), folder) > 0)


if __name__ == "__main__":
    sys.exit(main())
