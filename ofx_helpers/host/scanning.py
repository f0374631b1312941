"""Finds the plug-ins of this machine; each bundle is described in a worker that may die of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ofx_helpers.host import cache
from ofx_helpers.host.backend import BACKEND
from ofx_helpers.host.encode import description_from_json
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.process import AbortedError, WorkerDiedError, WorkerProcess
from ofx_helpers.host.search import bundles, folders
from ofx_helpers.host.types import Description, Fault, Found

TIME_LIMIT = 30.0
"""Seconds that describing one plug-in may take."""
_AT_ONCE = 2
Progress = Callable[[int, int, Path], None]
"""How many bundles are done, of how many, and the last one."""


@dataclass(frozen=True)
class Plugins:
    """What a scan found: iterates over the descriptions, in the order of the folders."""

    found: tuple[Found, ...]

    def __iter__(self) -> Iterator[Description]:
        """Every plug-in, older versions included."""
        return (plugin for found in self.found for plugin in found.plugins)

    def __len__(self) -> int:
        """How many plug-ins."""
        return sum(len(found.plugins) for found in self.found)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What could not be read, with the reason."""
        return tuple(fault for found in self.found for fault in found.faults)

    def newest(self) -> dict[str, Description]:
        """By identifier: the newest version of each, the first where two bundles have it."""
        best: dict[str, Description] = {}
        for plugin in self:
            known = best.get(plugin.identifier)
            if known is None or plugin.version > known.version:
                best[plugin.identifier] = plugin
        return best

    def get(self, identifier: str) -> Description:
        """A plug-in: the newest, or the newest of a major version as in `identifier@1`.

        Raises PluginError, which lists near names and what could not be read.
        """
        name, _, major = identifier.partition("@")
        versions = [plugin for plugin in self if plugin.identifier == name]
        fitting = [p for p in versions if not major or str(p.version[0]) == major]
        if fitting:
            return max(fitting, key=lambda plugin: plugin.version)
        if versions:
            have = ", ".join(f"{name}@{plugin.version[0]}" for plugin in versions)
            raise PluginError(f"There is no {identifier}; there is {have}.")
        raise PluginError(self._unknown(name))

    def _unknown(self, name: str) -> str:
        for fault in self.faults:
            if fault.plugin == name:
                return f"{name} cannot be used: {fault.reason}"
        if not self.found:
            looked = ", ".join(map(str, folders()))
            return (
                f"There is no plug-in {name}, for no bundle was found in {looked}: "
                "set OFX_PLUGIN_PATH to the folder of your .ofx.bundle folders."
            )
        names = {plugin.identifier for plugin in self}
        tail = name.rpartition(".")[2].lower()
        near = get_close_matches(name, sorted(names), 3)
        near += [n for n in sorted(names) if tail and tail in n.lower() and n not in near]
        hint = f" Near: {', '.join(near[:4])}." if near else ""
        bad = sorted({fault.bundle.name for fault in self.faults if not fault.plugin})
        unread = f" Not read: {', '.join(bad)}." if bad else ""
        return f"There is no plug-in {name} among {len(names)}.{hint}{unread}"


def scan(
    paths: Iterable[Path | str] | None = None,
    rebuild: bool = False,
    *,
    progress: Progress | None = None,
    backend: str = BACKEND,
) -> Plugins:
    """Describes every plug-in in folders at any depth, or in the system's (see `search.folders`).

    What was described before and has not changed comes from the user's cache folder; `rebuild`
    describes all anew. What cannot be loaded or described is in `faults`, and hurts nothing.
    """
    places = folders() if paths is None else [Path(path).expanduser() for path in paths]
    found: dict[Path, Found | None] = dict.fromkeys(bundles(places))
    if not rebuild:
        found = {bundle: cache.recall(bundle) for bundle in found}
    missing = [bundle for bundle, known in found.items() if known is None]
    done = len(found) - len(missing)
    if missing:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for new in threads.map(lambda bundle: _Examination(bundle, backend).run(), missing):
                cache.keep(new)
                found[new.bundle] = new
                done += 1
                if progress is not None:
                    progress(done, len(found), new.bundle)
    return Plugins(tuple(entry for entry in found.values() if entry is not None))


class _Examination:
    """One bundle, in workers of its own."""

    def __init__(self, bundle: Path, backend: str) -> None:
        self._bundle = bundle
        self._backend = backend
        self._worker: WorkerProcess | None = None

    def run(self) -> Found:
        plugins: list[Description] = []
        faults: list[Fault] = []
        try:
            try:
                listed: Sequence[Any] = self._ask({"do": "identify"}, "was loaded")
            except PluginError as error:
                return Found(self._bundle, (), (Fault(self._bundle, "", str(error)),))
            for index, (identifier, *_) in enumerate(listed):
                try:
                    data = self._ask({"do": "describe", "index": index}, "was described")
                    plugins.append(description_from_json(data))
                except PluginError as error:
                    faults.append(Fault(self._bundle, identifier, str(error)))
        finally:
            if self._worker is not None:
                self._worker.close()
        return Found(self._bundle, tuple(plugins), tuple(faults))

    def _ask(self, message: dict[str, Any], doing: str) -> Any:
        said = ""
        for _ in range(2):
            if self._worker is None:
                self._worker = WorkerProcess(self._backend)
            try:
                with self._worker.channel() as channel:
                    return channel.request(
                        {**message, "bundle": str(self._bundle)}, limit=TIME_LIMIT
                    )
            except (WorkerDiedError, AbortedError) as death:
                last = death.last if isinstance(death, WorkerDiedError) else ()
                words = f" Its last words: {' | '.join(last)}" if last else ""
                said = f"it {death} when it {doing}, twice.{words}"
                self._worker.close()
                self._worker = None
            except RuntimeError as error:
                raise PluginError(str(error)) from error
        raise PluginError(said)
