"""What a frame is made from, as a hash: the project's nodes, the content of the files that the
frame reads, and how it is rendered. Times of files and places of nodes do not count.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from copy import deepcopy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock

from lxml import etree

from driver.project.document import Document
from driver.project.files import files
from driver.render.base import Engine, RenderJob
from driver.render.facts import Facts
from driver.render.journal import digest

_UNSEEN = (
    *("ProjectGui", "Background_project"),
    *("Project/Timeline_current_time", "Project/CreationDate"),
)


def shared_key(document: Document, engine: Engine, job: RenderJob) -> str:
    """Hash of what all frames of a job share."""
    colour = os.environ.get("OCIO", "")
    parts = [
        _content(document),
        _who(engine),
        job.nodes,
        job.proxy,
        job.node,
        digest(Path(colour)) if colour else "",
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Keys:
    """The keys of one job's frames; each input is read once. Safe to share by threads."""

    def __init__(self, facts: Facts, shared: str) -> None:
        """`shared` is `shared_key`'s, "" where no keys are wanted."""
        self._facts, self._shared = facts, shared
        self._folder = facts.graph.folder
        self._digests: dict[Path, str] = {}
        self._lock = Lock()

    def frame(self, writer: str, frame: int) -> str:
        """The key of a writer's frame."""
        if not self._shared:
            return ""
        survey = self._facts.survey([writer], frame)
        used = survey.files | set(self._facts.graph.projects)
        if not survey.complete:
            # Nobody knows which files it reads: any of them.
            read = (use for use in files(self._facts.document) if use.reads)
            used = used | {path for use in read for path in use.present}
        shapes = [
            (os.path.relpath(path, self._folder), aspect)
            for path, aspect in sorted(survey.aspects.items())
        ]
        return self._key([self._shared, writer, *shapes], used)

    def film(self, writer: str, frames: Sequence[int]) -> str:
        """The key of a video of these frames."""
        return self._key([(frame, self.frame(writer, frame)) for frame in frames], ())

    def _key(self, parts: Sequence[object], used: Iterable[Path]) -> str:
        if not self._shared:
            return ""
        named = [[os.path.relpath(path, self._folder), self._digest(path)] for path in sorted(used)]
        return hashlib.sha256(json.dumps([parts, named]).encode()).hexdigest()[:32]

    def _digest(self, path: Path) -> str:
        with self._lock:
            known = self._digests.get(path)
        if known is None:
            known = digest(path)
            with self._lock:
                self._digests[path] = known
        return known


def _content(document: Document) -> str:
    """Hash of the project but for how its window looks."""
    root = deepcopy(document.root)
    for path in _UNSEEN:
        for element in root.findall(path):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    return hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()


def _who(engine: Engine) -> str:
    if engine.kind == "natron":
        return f"natron {engine.executable and digest(engine.executable)}"
    try:
        return f"embedded {version('memecomp')}"
    except PackageNotFoundError:
        return "embedded"
