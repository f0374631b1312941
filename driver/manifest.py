"""`manifest.json`: everything that a run was made from, so that it can be repeated."""

import contextlib
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from driver.errors import CancelledError, MemecompError
from driver.events import Event, Listener
from driver.render.natron import find_natron
from driver.runner import Outcome, Request, run
from driver.shot.resolve import validate
from driver.shot.settings import relative_to
from driver.stages import collect
from driver.stages.base import Job
from driver.state import State
from driver.timings import seconds_by_stage
from models.errors import ModelError
from models.weights import fingerprint
from ofx_helpers.media.atomic import os_reason, write_bytes
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.ffmpeg_binary import find_ffmpeg
from ofx_helpers.media.sequences import Sequence

PACKAGES = (
    "memecomp",
    "numpy",
    "opencv-python",
    "av",
    "imageio-ffmpeg",
    "lxml",
    "jinja2",
    "numba",
    "scipy",
    "OpenEXR",
    "openvino",
    "onnxruntime",
    "rembg",
    "pypatchmatch",
    "ncnn",
    "torch",
    "torchvision",
    "realesrgan",
    "diffusers",
    "transformers",
)


def run_with_manifest(
    request: Request, listener: Listener, cancelled: Callable[[], bool] = lambda: False
) -> Outcome:
    """`runner.run`, and the manifest written whether it ends well or not."""
    outcome = Outcome()
    ended = "failed"
    try:
        run(request, listener, cancelled, outcome)
        ended = "done"
    except BaseException as error:
        if isinstance(error, CancelledError | KeyboardInterrupt):
            ended = "stopped"
        # What stopped the run may stop the manifest too; it is the first that must be told.
        with contextlib.suppress(MediaError, MemecompError, ModelError):
            _write(request, outcome, ended)
        raise
    else:
        _write(request, outcome, ended)
    finally:
        listener(Event(kind="end", stage="", text=ended))
    return outcome


def _write(request: Request, outcome: Outcome, ended: str) -> None:
    if request.paths.root.is_dir() and os.access(request.paths.root, os.W_OK):
        text = json.dumps(describe(request, outcome, ended), indent=2, ensure_ascii=False)
        write_bytes(request.paths.manifest, f"{text}\n".encode())


def describe(request: Request, outcome: Outcome, ended: str) -> dict[str, Any]:
    """The manifest's content; paths are relative to the manifest's own folder."""
    paths, settings = request.paths, request.settings
    return {
        "ended": ended,
        "shot": os.path.relpath(request.folder, paths.root),
        "run": {
            "frames": request.frames,
            "proxy": request.proxy,
            "from": request.start,
            "until": request.until,
            "only": request.only,
            "redo": list(request.redo),
        },
        "settings": settings.model_dump(mode="json"),
        "seeds": {"inpaint": settings.inpaint.seed},
        "inputs": _hashes(request),
        "weights": _weights(request),
        "versions": versions(),
        "seconds": seconds_by_stage(paths),
        "ran": list(outcome.seconds),
        "kept": outcome.kept,
    }


def repeated(path: Path) -> Request:
    """The request that wrote the manifest at `path`; refused when an input is another file now."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        folder = (path.parent / manifest["shot"]).resolve()
        wanted = manifest["run"]
        request = Request(
            settings=validate(manifest["settings"], str(path)),
            folder=folder,
            frames=wanted["frames"],
            proxy=wanted["proxy"],
            start=wanted["from"],
            until=wanted["until"],
            only=wanted["only"],
            redo=tuple(wanted["redo"]),
        )
        expected = {**manifest["inputs"], **manifest["weights"]}
    except FileNotFoundError:
        raise MemecompError(
            f"{path} does not exist: a run writes it in the shot's folder"
        ) from None
    except OSError as error:
        raise MemecompError(
            f"{path} cannot be read: {os_reason(error)}; give the manifest.json that a run wrote"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise MemecompError(
            f"{path} is not a manifest of a run: give the manifest.json that a run wrote"
        ) from None
    for name, digest in {**_hashes(request), **_weights(request)}.items():
        if expected.get(name) != digest:
            raise MemecompError(
                f"{name} is not the file that {path} was made from: "
                "bring that one back, or run the shot.toml"
            )
    return request


def versions() -> dict[str, str]:
    """Versions of everything that can change a pixel; 'absent' for what is not installed."""
    found = {"python": platform.python_version(), "platform": sys.platform}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    found["ffmpeg"] = find_ffmpeg().version
    found["NatronRenderer"] = str(find_natron() or "absent")
    return found


def _hashes(request: Request) -> dict[str, str]:
    """Content hashes of the user's own files, by the names that the settings give them."""
    state = State(request.paths.state)
    settings = request.settings
    named = [settings.wide.path, settings.dvd.path, settings.face.asset, settings.segment.face_mask]
    hashes = {}
    for name in filter(None, named):
        files = list(_files(relative_to(request.folder, name)))
        hashes[name] = (
            state.key([], files, request.folder) if len(files) != 1 else (state.digest(files[0]))
        )
    return hashes


def _files(path: Path) -> Iterable[Path]:
    """The file itself, or every image of a numbered sequence or a folder."""
    if path.is_file() or not ("#" in path.name or "%" in path.name or path.is_dir()):
        return [path]
    if path.is_dir():
        return sorted(path.iterdir())
    sequence = Sequence.parse(path)
    return [sequence.path(frame) for frame in sequence.frames_on_disk()]


def _weights(request: Request) -> dict[str, str]:
    """Checksums of the weights of every stage, whichever of them this run did."""
    job = Job(settings=request.settings, folder=request.folder, paths=request.paths)
    names = {name for stage in collect() for name in stage.weights(job)}
    return {name: fingerprint(name) for name in sorted(names)}
