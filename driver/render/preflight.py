"""What would stop a render, said before the first frame and all at once."""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from driver.errors import MemecompError
from driver.project.files import files
from driver.render.facts import LACKS, Survey
from driver.render.journal import HIDDEN
from driver.render.plan import Plan
from driver.shot.frames import brief
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.params import catalogue, own_nodes
from ofx_helpers.media.atomic import os_reason
from ofx_helpers.media.images import EXTENSIONS

_LISTED = 20
_BYTES = {"8u": 1, "16u": 2, "16f": 2, "32f": 4}
# The least part of the raw size that each kind of file takes, for pictures and not for tests.
_PACKED = {".png": 0.1, ".exr": 0.1, ".jpg": 0.02, ".jpeg": 0.02, ".tif": 0.1, ".tiff": 0.1}
_FILM_PACKED = 0.001
_PROCESS = 200_000_000
"""Bytes that a renderer takes before its first picture."""
_PLUGIN_FOLDERS = ("/usr/OFX/Plugins", "/usr/local/OFX/Plugins")


def check(
    plan: Plan,
    todo: Mapping[str, Sequence[int]],
    surveys: Mapping[tuple[str, int], Survey],
    strangers: Sequence[Path],
) -> None:
    """Raise MemecompError with everything that stands in the way of the frames to do.

    `surveys` are those of each writer's frames, `strangers` files in the way that no render of ours
    has made.
    """
    if not any(todo.values()):
        return
    faults = [
        *_plugins(plan),
        *_footage(plan, surveys),
        *_folders(plan, todo),
        *_strangers(strangers),
        *_disk(plan, todo),
        *(() if plan.job.elsewhere else _memory(plan)),
    ]
    faults = list(dict.fromkeys(faults))
    if len(faults) == 1:
        raise MemecompError(faults[0])
    if faults:
        listed = "".join(f"\n  {fault}" for fault in faults[:_LISTED])
        more = f"\n  and {len(faults) - _LISTED} more" if len(faults) > _LISTED else ""
        raise MemecompError(
            f"{len(faults)} things stop the render of {plan.job.project}:{listed}{more}"
        )


def _plugins(plan: Plan) -> Iterator[str]:
    """Nodes that the renderer does not have, and files that it does not write."""
    unknown = plan.facts.unknown(plan.writers)
    if plan.engine.kind == "embedded":
        for node in unknown:
            try:
                plan.facts.kind_of(node.name)
            except RenderError as error:
                yield str(error)
        for output in plan.outputs:
            path = next(iter(output.files.values()))
            if not output.film and path.suffix.lower() not in EXTENSIONS:
                yield (
                    f"{output.writer} writes {path.name}, and the embedded engine writes "
                    f"{', '.join(EXTENSIONS)} and videos: choose one, or --engine natron."
                )
        return
    ours = [node for node in plan.facts.upstream(plan.writers) if node.plugin in own_nodes()]
    stock = catalogue().keys() - own_nodes().keys()
    for node in [*unknown, *ours]:
        if node.plugin not in stock and not _on_disk(node.plugin):
            yield (
                f"{node.name} is a {node.plugin}, which is neither Natron's own nor in a bundle on "
                "OFX_PLUGIN_PATH or a PyPlug on NATRON_PLUGIN_PATH: install it."
            )


def _on_disk(plugin: str) -> bool:
    """Whether any bundle or PyPlug that Natron would load has this id in it."""
    wanted = plugin.encode()
    named = [os.environ.get(name, "") for name in ("OFX_PLUGIN_PATH", "NATRON_PLUGIN_PATH")]
    folders = [Path(part) for text in named for part in text.split(os.pathsep) if part]
    folders += [*map(Path, _PLUGIN_FOLDERS), Path.home() / ".Natron"]
    for folder in folders:
        for pattern in ("**/*.ofx", "**/*.py"):
            for path in folder.glob(pattern):
                try:
                    if wanted in path.read_bytes():
                        return True
                except OSError:
                    continue
    return False


def _footage(plan: Plan, surveys: Mapping[tuple[str, int], Survey]) -> Iterator[str]:
    """Missing files of the frames, or of all readers where the engine cannot follow the graph."""
    where: dict[str, list[int]] = {}
    own = plan.engine.kind == "embedded"
    for (_, frame), survey in surveys.items():
        for fault in {**survey.faults, **(survey.troubles if own else {})}:
            where.setdefault(fault, []).append(frame)
    blind = bool(plan.facts.unknown(plan.writers))
    for fault, frames in where.items():
        if fault.endswith(LACKS):
            yield f"{fault.removesuffix('frame')}{_frames(frames)}."
        elif not (blind and "which the embedded engine does not have" in fault):
            several = len(surveys) > 1 and len(set(frames)) < len({f for _, f in surveys})
            yield f"{fault} ({_frames(frames)})" if several else fault
    if not blind:
        return
    used = {node.name for node in plan.facts.upstream(plan.writers)}
    wanted = plan.frames
    for use in files(plan.facts.document):
        if not use.reads or use.node not in used:
            continue
        if not use.present:
            yield f"{use.node}: {use.path} does not exist."
        elif gaps := use.gaps(wanted[0], wanted[-1]):
            yield f"{use.node}: {use.path} lacks {_frames(gaps)}."


def _frames(numbers: Iterable[int]) -> str:
    found = set(numbers)
    return f"frame{'s' if len(found) > 1 else ''} {brief(found)}"


def _folders(plan: Plan, todo: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Folders that cannot be written to, and those that a confined job may not use."""
    for output in plan.outputs:
        paths = [output.files[frame] for frame in todo[output.writer]]
        for folder in sorted({path.parent for path in paths}):
            try:
                plan.facts.media.allow(folder / "x", "write")
            except MemecompError as error:
                yield str(error)
                continue
            problem = _unwritable(folder)
            if problem:
                yield f"{output.writer} cannot write to {folder}: {problem}."


def _unwritable(folder: Path) -> str:
    """Why no file can be made there; what this makes it takes away again."""
    standing = folder
    while not standing.exists() and standing != standing.parent:
        standing = standing.parent
    if not standing.is_dir():
        return f"{standing} is a file, not a folder"
    if standing != folder:
        return "" if os.access(standing, os.W_OK | os.X_OK) else f"no permission in {standing}"
    # A name of its own: two renders of one process may ask at once.
    probe = folder / f"{HIDDEN}-{secrets.token_hex(8)}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return os_reason(error)
    return ""


def _strangers(paths: Sequence[Path]) -> Iterator[str]:
    if paths:
        names = ", ".join(str(path) for path in paths[:3])
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        one = len(paths) == 1
        yield (
            f"{names}{more} {'is' if one else 'are'} there already, and no render of this program "
            f"made {'it' if one else 'them'}, or {'it was' if one else 'they were'} changed since: "
            f"move {'it' if one else 'them'} away, choose another folder with --out, or give "
            "--overwrite."
        )


def _disk(plan: Plan, todo: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Disks that cannot hold even the least that the frames may take."""
    needs: dict[int, tuple[float, Path]] = {}
    for output in plan.outputs:
        frames = todo[output.writer]
        if not frames:
            continue
        path = output.files[frames[0]]
        expected = plan.facts.expected(output.writer, frames[0], path)
        if expected.size is None:
            continue
        raw = expected.size[0] * expected.size[1] * (expected.channels or 3)
        raw *= _BYTES.get(expected.depth, 1)
        packed = _FILM_PACKED if output.film else _PACKED.get(path.suffix.lower(), 0.1)
        standing = next(folder for folder in path.parents if folder.exists())
        device = standing.stat().st_dev
        so_far, _ = needs.get(device, (0.0, standing))
        needs[device] = (so_far + raw * packed * len(frames), standing)
    for need, standing in needs.values():
        free = shutil.disk_usage(standing).free
        if need > free:
            yield (
                f"{standing} has {_bytes(free)} free, and the frames need {_bytes(need)} at the "
                "very least: free some space, or render fewer frames."
            )


def _memory(plan: Plan) -> Iterator[str]:
    """Too little memory for even two pictures for each frame that is rendered at a time."""
    free = _free_memory()
    if free is None:
        return
    own = plan.engine.kind == "embedded"
    threads = (plan.engine.threads or os.cpu_count() or 1) if own else 1
    size = max((_pixels(plan, output.writer) for output in plan.outputs), default=0)
    each = _PROCESS + threads * size * 16 * 2
    need = each * plan.job.jobs
    if need > free:
        advice = "give a smaller --jobs" if each <= free else "close other programs"
        yield (
            f"{plan.job.jobs} renderer(s) of this size need {_bytes(need)} of memory at the very "
            f"least, and {_bytes(free)} are free: {advice}."
        )


def _pixels(plan: Plan, writer: str) -> int:
    window: Window = plan.facts.graph.format
    return window.width * window.height


def _free_memory() -> int | None:
    """Bytes that programs may still take; None where the system does not tell."""
    try:
        text = Path("/proc/meminfo").read_text()
    except OSError:
        return None
    found = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    names: Iterable[str] = ("MemAvailable", "SwapFree")
    return sum(int(found[name].split()[0]) * 1024 for name in names if name in found) or None


def _bytes(count: float) -> str:
    for name, unit in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= unit / 10:
            return f"{count / unit:.1f} {name}"
    return f"{count:.0f} bytes"
