"""Does the rows of a batch: fills the template, runs the hooks, renders, and tells how it went."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from driver.batch.hooks import run_hook
from driver.batch.jobs import Batch, Row
from driver.batch.journal import BatchJournal, digests, row_key
from driver.batch.placeholders import replaced
from driver.errors import CancelledError, MemecompError
from driver.events import Event, Listener
from driver.naming import Claim, claim, reclaim, stem
from driver.prepare import prepared
from driver.prepare.measured import measured
from driver.project import catalog
from driver.project.document import Document
from driver.project.files import files
from driver.project.template import Template, fill
from driver.render.base import Renderer, RenderJob
from driver.shot.frames import parse
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.sequences import frame_path, is_sequence
from ofx_helpers.media.errors import MediaError


@dataclass
class Result:
    """What became of the rows, by number; `failed` says why."""

    done: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)

    def require(self) -> None:
        """Raises MemecompError with every failure, where there is one."""
        if self.failed:
            count = len(self.done) + len(self.kept) + len(self.failed)
            listed = "".join(f"\n  row {n}: {why}" for n, why in sorted(self.failed.items()))
            raise MemecompError(f"{len(self.failed)} of {count} rows failed:{listed}")


@dataclass(frozen=True, kw_only=True)
class How:
    """How a batch is worked through."""

    renderer: Renderer
    jobs: int = 1
    overwrite: bool = False
    on_event: Listener = lambda _: None
    cancelled: Callable[[], bool] = lambda: False


def work(batch: Batch, how: How) -> Result:
    """Does every row that is not done already; a row that fails leaves the others alone.

    Raises:
        CancelledError: the user asked to stop; finished rows and frames are kept.
    """
    worker = _Worker(batch, how)
    if how.jobs == 1:
        for row in batch.rows:
            worker.do(row)
    else:
        with ThreadPoolExecutor(how.jobs, thread_name_prefix="row") as pool:
            list(pool.map(worker.do, batch.rows))
    if how.cancelled():
        raise CancelledError
    return worker.result


class _Worker:
    def __init__(self, batch: Batch, how: How) -> None:
        self.result = Result()
        self._batch, self._how = batch, how
        self._journal = BatchJournal(batch.folder)
        self._written: dict[Path, int] = {}
        self._lock = Lock()

    def do(self, row: Row) -> None:
        """One row; what goes wrong is noted."""
        if self._how.cancelled():
            return
        self._tell("start", row, text=row.texts.get("output", ""))
        began = time.monotonic()
        try:
            if row.fault:
                raise MemecompError(row.fault)
            kept = self._row(row)
        except CancelledError:
            self._tell("failed", row, text="stopped")
        except (MemecompError, RenderError, MediaError, OSError) as error:
            self.result.failed[row.number] = str(error)
            self._tell("failed", row, text=str(error))
        else:
            (self.result.kept if kept else self.result.done).append(row.number)
            self._tell("kept" if kept else "done", row, seconds=time.monotonic() - began)

    def _row(self, row: Row) -> bool:
        """Whether the row was done already."""
        batch = self._batch
        frames = row.texts.get("frames") or batch.frames
        said = {
            "values": dict(row.values),
            "texts": dict(row.texts),
            "output": batch.output,
            "scheme": batch.scheme,
            "frames": frames,
        }
        key = row_key(said, batch.template.files)
        if not self._how.overwrite and self._journal.is_done(key):
            self._mine(row, self._journal.output(key) or batch.folder)
            return True
        row = replace(row, values=measured(batch.template, row.values, batch.folder))
        held = self._output(row, key)
        try:
            self._make(row, key, held.path, frames)
        finally:
            held.release()
        return False

    def _make(self, row: Row, key: str, output: Path, frames: str) -> None:
        batch = self._batch
        project = output.with_name(f"{_stem(output)}.ntp")
        self._mine(row, project)
        values = prepared(batch.template, row.values, project)
        document = _filled(batch.template, values, project, output)
        self._write(document, key, output)
        texts = {
            **row.texts,
            "number": str(row.number),
            "output": str(output),
            "project_file": str(project),
            "template": batch.template.name,
            "status": "begun",
        }
        for command in batch.before:
            run_hook(command, texts, batch.folder)
        try:
            self._render(row, project, frames)
        except (MemecompError, RenderError, MediaError) as error:
            try:
                for command in batch.after:
                    run_hook(command, {**texts, "status": "failed"}, batch.folder)
            except MemecompError as second:
                raise MemecompError(f"{error} Afterwards {second}") from None
            raise
        for command in batch.after:
            run_hook(command, {**texts, "status": "done"}, batch.folder)
        read = [path for use in files(document) if use.reads for path in use.present]
        made = _made(output, parse(frames) if frames else _range(document))
        self._journal.add(
            key,
            "done",
            output,
            digests([project])[str(project)],
            inputs=digests(read),
            files=digests(made),
        )

    def _output(self, row: Row, key: str) -> Claim:
        """Where the row goes: the version that it was begun with, else a new one."""
        batch = self._batch
        pattern = row.texts.get("output") or batch.output
        if pattern:
            path = batch.folder / replaced(pattern, {**row.texts, "number": str(row.number)})
            self._mine(row, path)
            return Claim(path, -1, path)
        if not batch.scheme:
            named = row.values.get(_asks_for_output(batch.template, row.values))
            if named is not None:
                path = batch.folder / str(named)
                self._mine(row, path)
                return Claim(path, -1, path)
            raise MemecompError(
                "it has no output: add a column output, --output 'NAME.####.png' with {columns}, "
                "or --scheme mov."
            )
        name = stem({"fx": batch.template.name, **{k: v for k, v in row.texts.items() if v}})
        begun = self._journal.output(key) if self._journal.was_begun(key) else None
        held = reclaim(begun) if begun is not None else None
        return held or claim(batch.folder, name, batch.scheme)

    def _mine(self, row: Row, path: Path) -> None:
        with self._lock:
            other = self._written.setdefault(path, row.number)
        if other != row.number:
            raise MemecompError(f"it writes {path}, as row {other} does.")

    def _write(self, document: Document, key: str, output: Path) -> None:
        """The row's project; one that somebody has changed is not replaced."""
        path = document.path
        data = document.to_bytes()
        stands = path.exists() and path.read_bytes() != data
        if stands and not self._how.overwrite and not self._journal.made(path):
            raise MemecompError(
                f"{path} exists already and is not as a batch wrote it: move it away, or add "
                "--overwrite."
            )
        document.write(path)
        with self._lock:
            self._journal.add(key, "begun", output, digests([path])[str(path)])

    def _render(self, row: Row, project: Path, frames: str) -> None:
        def heard(event: Event) -> None:
            if event.kind in ("message", "lost"):
                self._tell("message", row, text=event.text)
            elif event.kind in ("progress", "frame"):
                self._tell("progress", row, done=event.done, total=event.total)

        how = self._how
        how.renderer.render(
            RenderJob(
                project=project,
                frames=parse(frames) if frames else None,
                overwrite=how.overwrite,
                isolate=True if how.jobs > 1 else None,
                on_event=heard,
                cancelled=how.cancelled,
            )
        )
        if how.cancelled():
            raise CancelledError

    def _tell(self, kind: str, row: Row, **more: object) -> None:
        event = Event(kind=kind, stage=f"row {row.number}", **more)  # type: ignore[arg-type]
        with self._lock:
            self._how.on_event(event)


def output_parameter(template: Template, values: Mapping[str, object], folder: Path) -> str:
    """The parameter that names what the template's first Write writes.

    Raises:
        MemecompError: no file parameter does.
    """
    asked = [name for name, one in template.parameters.items() if one.type == "file"]
    # Each file parameter gets a name of its own; the Write says which one it writes.
    marks = {name: f"mark{index}{secrets.token_hex(6)}" for index, name in enumerate(asked)}
    given = {
        name: f"[Project]/{mark}.####.png"
        for name, mark in marks.items()
        if name in values or template.parameters[name].required or template.parameters[name].default
    }
    document = fill(template, {**values, **given}, folder / "probe.ntp")
    for node in document.all_nodes():
        if node.plugin == catalog.WRITE and "filename" in node.params:
            written = str(node.params["filename"].values[0])
            for name, mark in marks.items():
                if mark in written:
                    return name
    raise MemecompError(
        f"template {template.name} has no parameter for the file that it writes: give its Write "
        "one, of type file."
    )


def _filled(
    template: Template, values: Mapping[str, object], project: Path, output: Path
) -> Document:
    name = _asks_for_output(template, values)
    return fill(template, {**values, name: output}, project)


def _asks_for_output(template: Template, values: Mapping[str, object]) -> str:
    with TemporaryDirectory() as scratch:
        return output_parameter(template, values, Path(scratch))


def _range(document: Document) -> range:
    first, last = document.frame_range
    return range(first, last + 1)


def _made(output: Path, frames: "list[int] | range") -> list[Path]:
    """The files of a row that are there."""
    if not is_sequence(output.name):
        return [output] if output.is_file() else []
    return [path for frame in frames if (path := frame_path(output, frame)).is_file()]


def _stem(output: Path) -> str:
    return re.sub(r"[._-]*(#+|%0?\d*d)", "", output.stem) or "project"
