"""Binaries and the plug-ins in them: loading, describing, and the one way to call an action."""

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ofx_helpers.host import names as n
from ofx_helpers.host import scope
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.hooks import hooks
from ofx_helpers.host.instance import Described, Messages
from ofx_helpers.host.properties import PropertySet, Schema
from ofx_helpers.host.status import Status, kept, log
from ofx_helpers.host.suites.table import host

CONTEXTS = ("Reader", "Writer", "General", "Filter", "Generator", "Transition", "Retimer")
"""Best first. Shuffle crashes as a filter on a host with planes; readers must come before."""

_TEXT = {
    Status.FAILED: "failed",
    Status.FATAL: "failed for good",
    Status.UNKNOWN: "failed with an unknown error",
    Status.MISSING_HOST_FEATURE: "needs something that this host lacks",
    Status.UNSUPPORTED: "is not supported",
    Status.MEMORY: "ran out of memory",
    Status.BAD_HANDLE: "was given a bad handle",
    Status.BAD_INDEX: "used a bad index",
    Status.VALUE: "met a value that it cannot use",
    Status.FORMAT: "met a format that it cannot use",
    Status.IMAGE_FORMAT: "met an image format that it cannot use",
}
GOOD = (Status.OK, Status.REPLY_DEFAULT)


def ending(status: int) -> str:
    """A status in words that follow an action's name."""
    try:
        return _TEXT.get(Status(status), f"answered {Status(status).name}")
    except ValueError:
        return f"answered {status}, which is no status"


class Binary:
    """A loaded `.ofx` file. It stays mapped until the process ends: plug-ins register things with
    the C library that outlive them, and unmapping their code then crashes.
    """

    loaded: dict[Path, "Binary"] = {}  # noqa: RUF012

    def __init__(self, path: Path) -> None:
        """Map the file with lazy binding: some plug-ins name functions that no host has."""
        try:
            self.library: Any = ffi.dlopen(str(path), ffi.RTLD_LAZY | ffi.RTLD_LOCAL)
            # int OfxGetNumberOfPlugins(void)
            count = self.library.OfxGetNumberOfPlugins()
        except (OSError, AttributeError) as error:
            raise PluginError(f"{path} cannot be loaded as a plug-in: {error}") from None
        self.path = path
        # OfxPlugin *OfxGetPlugin(int nth)
        found = [self.library.OfxGetPlugin(index) for index in range(max(0, count))]
        self.plugins = [
            Plugin(self, index, entry) for index, entry in enumerate(found) if entry != ffi.NULL
        ]

    @classmethod
    def load(cls, path: Path) -> "Binary":
        """The binary at a path, mapped once a process."""
        path = path.resolve()
        if path not in cls.loaded:
            cls.loaded[path] = cls(path)
        return cls.loaded[path]


class Plugin:
    """One plug-in of a binary. Loaded once, it stays so until `unload_all` or the process's end:
    many free what they are made of when they are unloaded, and crash if they are loaded again.
    """

    def __init__(self, binary: Binary, index: int, entry: Any) -> None:
        """`entry` is its `OfxPlugin *`; nothing of it is called yet."""
        self.binary = binary
        self.index = index
        self.entry = entry
        self.identifier = bytes(ffi.string(entry.pluginIdentifier)).decode("utf-8", "replace")
        self.version = (int(entry.pluginVersionMajor), int(entry.pluginVersionMinor))
        self.api = bytes(ffi.string(entry.pluginApi)).decode("utf-8", "replace")
        self.described: Described | None = None
        self.in_context: dict[str, Described] = {}
        self.lock = threading.RLock()
        self._unloaded = False

    @property
    def bundle(self) -> Path:
        """The bundle's folder; for a bare file, the folder it lies in."""
        for parent in self.binary.path.parents:
            if parent.name.endswith(".ofx.bundle"):
                return parent
        return self.binary.path.parent

    def load(self) -> Described:
        """Load and describe, the first time."""
        with self.lock:
            if self._unloaded:
                raise PluginError(f"{self.identifier} was unloaded from this process for good")
            if self.described is None:
                self._load()
            assert self.described is not None
            return self.described

    def _load(self) -> None:
        if self.api != "OfxImageEffectPluginAPI":
            raise PluginError(f"{self.identifier} is no image effect but {self.api}")
        # void setHost(OfxHost *)
        self.entry.setHost(host())
        messages = Messages(self.identifier)
        self.call(n.ACTION_LOAD, messages=messages)
        described = Described(self.identifier, str(self.bundle))
        try:
            self.call(n.ACTION_DESCRIBE, described.handle, messages=described.messages)
        except BaseException:
            described.close()
            self._unloaded = True
            self.call(n.ACTION_UNLOAD, messages=messages, check=False)
            raise
        self.described = described

    def contexts(self) -> tuple[str, ...]:
        """The contexts it says it has, by the last part of their names, best first."""
        assert self.described is not None
        words = self.described.properties.all(n.PROP_CONTEXTS)
        known = {word.removeprefix(n.CONTEXT_PREFIX) for word in words}
        return tuple(context for context in CONTEXTS if context in known)

    def describe(self, context: str) -> Described:
        """Its description in a context; the plug-in must be loaded."""
        with self.lock:
            if context in self.in_context:
                return self.in_context[context]
            assert self.described is not None
            made = Described(self.identifier, str(self.bundle), self.described.properties)
            try:
                with arguments({n.PROP_CONTEXT: n.CONTEXT_PREFIX + context}) as given:
                    self.call(
                        n.ACTION_DESCRIBE_IN_CONTEXT, made.handle, given, messages=made.messages
                    )
            except BaseException:
                made.close()
                raise
            self.in_context[context] = made
            return made

    def unload(self) -> None:
        """Unload and give all handles back; its instances must be closed."""
        with self.lock:
            if self.described is None:
                return
            self._unloaded = True
            self.call(n.ACTION_UNLOAD, messages=self.described.messages, check=False)
            for described in (*self.in_context.values(), self.described):
                described.close()
            self.in_context.clear()
            self.described = None

    def call(
        self,
        action: str,
        handle: int = 0,
        given: PropertySet | None = None,
        answer: PropertySet | None = None,
        *,
        messages: Messages,
        check: bool = True,
        **here: Any,
    ) -> int:
        """Call an action in a scope; its status. Raises what callbacks raised, and, where
        `check`, a `PluginError` for any status but OK and default.
        """
        before, kept.errors = kept.errors, []
        with hooks.acting(self.identifier, short(action)), scope.within(action=action, **here):
            # OfxStatus mainEntry(const char *action, const void *handle,
            #                     OfxPropertySetHandle inArgs, OfxPropertySetHandle outArgs)
            status = int(
                self.entry.mainEntry(
                    action.encode(),
                    ffi.cast("const void *", handle),
                    given.handle if given else 0,
                    answer.handle if answer else 0,
                )
            )
        errors, kept.errors = kept.errors, before
        if errors:
            raise errors[0]
        if check and status not in GOOD:
            # What it said before and still stands is its reason too.
            standing = messages.persistent[1] if messages.persistent else ""
            raise self.error(action, status, messages.take() or standing)
        return status

    def error(self, action: str, status: int, said: str) -> PluginError:
        """What to tell of an action that failed."""
        words = f": {said}" if said else ""
        return PluginError(f"{self.identifier}: action {short(action)} {ending(status)}{words}")


@atexit.register
def unload_all() -> None:
    """Unload every plug-in of this process; none can be loaded again."""
    for binary in Binary.loaded.values():
        for plugin in binary.plugins:
            try:
                plugin.unload()
            except Exception as error:
                log.warning("%s: action Unload: %s", plugin.identifier, error)


def short(action: str) -> str:
    """An action's name as people say it."""
    name = action.removeprefix("uk.co.thefoundry.").removeprefix("FnOfx").removeprefix("Ofx")
    return name.removeprefix("ImageEffect").removeprefix("Action")


@contextmanager
def arguments(*schemas: Schema) -> Iterator[PropertySet]:
    """A property set for one action."""
    made = PropertySet(*schemas)
    try:
        yield made
    finally:
        made.close()
