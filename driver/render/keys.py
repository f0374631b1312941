"""What a frame is made from, as a hash: the project's nodes, the content of the files that the
frame reads, and how it is rendered. Times of files and places of nodes do not count.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from copy import deepcopy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lxml import etree

from driver.project.document import Document
from driver.project.files import files
from driver.render.base import Engine
from driver.render.facts import Survey
from driver.render.journal import digest
from driver.render.plan import Plan

_UNSEEN = ("ProjectGui", "Background_project")


class Keys:
    """Makes the keys of one plan's frames; each file is read once."""

    def __init__(self, plan: Plan) -> None:
        """Hashes what all frames share."""
        self._plan = plan
        self._folder = plan.document.path.absolute().parent
        self._digests: dict[Path, str] = {}
        job = plan.job
        shared = [_content(plan.document), _who(plan.engine), job.proxy, job.node]
        colour = os.environ.get("OCIO", "")
        shared.append(self._digest(Path(colour)) if colour else "")
        self._shared = json.dumps(shared)
        self._all = [path for use in files(plan.document) if use.reads for path in use.present]

    def frame(self, writer: str, survey: Survey) -> str:
        """The key of a writer's frame whose files are those of `survey`."""
        used = survey.files if survey.complete else {*self._all, *survey.files}
        return self._key([self._shared, writer], used)

    def film(self, keys: Mapping[int, str]) -> str:
        """The key of a video of frames with these keys."""
        return self._key([sorted(keys.items())], ())

    def _key(self, parts: list[object], used: Iterable[Path]) -> str:
        named = [[os.path.relpath(path, self._folder), self._digest(path)] for path in sorted(used)]
        return hashlib.sha256(json.dumps([parts, named]).encode()).hexdigest()[:32]

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = digest(path)
        return self._digests[path]


def _content(document: Document) -> str:
    """Hash of the project but for how its window looks."""
    root = deepcopy(document.root)
    for name in _UNSEEN:
        for element in root.findall(name):
            root.remove(element)
    return hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()


def _who(engine: Engine) -> str:
    if engine.kind == "natron":
        return f"natron {engine.executable and digest(engine.executable)}"
    try:
        return f"embedded {version('memecomp')}"
    except PackageNotFoundError:
        return "embedded"
