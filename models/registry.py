"""Which AI backends there are: every file in `models/backends` exports one `BACKEND`.

The files import nothing heavy at their top; a backend's libraries are imported when it is loaded.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from models import backends
from models.errors import ModelError
from models.names import unknown


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One way to run one kind of model.

    `kind` is upscaler, segmenter, face or inpainter. `load` takes the kind's own keyword arguments
    (`load_upscaler` and so on in the kind's module give them). `needs` are the modules that must
    be importable; `extra` the pip extra that brings them, empty when the base install does.
    Of several available ones the lowest `rank` is taken for "auto".
    """

    kind: str
    name: str
    help: str
    needs: tuple[str, ...]
    load: Callable[..., Any]
    extra: str = ""
    rank: int = 100
    in_auto: Callable[[], bool] = lambda: True
    """Whether "auto" may take it on this machine; asked only when it is installed."""

    def missing(self) -> str | None:
        """Why it cannot be used here and what to do about it; None where it can."""
        absent = [name for name in self.needs if importlib.util.find_spec(name) is None]
        if not absent:
            return None
        package = f"memecomp[{self.extra}]" if self.extra else "memecomp"
        return f"{', '.join(absent)} is not installed: pip install '{package}'"


@cache
def collect() -> dict[str, dict[str, Backend]]:
    """Every backend by kind and name. ModelError where two share both."""
    found: dict[str, dict[str, Backend]] = {}
    for entry in pkgutil.iter_modules(backends.__path__):
        backend = importlib.import_module(f"{backends.__name__}.{entry.name}").BACKEND
        add(found, backend)
    return found


def add(found: dict[str, dict[str, Backend]], backend: Backend) -> None:
    """Puts one backend among the others; ModelError and no change where its name is taken."""
    kind = found.get(backend.kind, {})
    if backend.name in kind:
        raise ModelError(f"Two {backend.kind} backends are called {backend.name!r}")
    found.setdefault(backend.kind, {})[backend.name] = backend


def choose(kind: str, name: str = "auto") -> Backend:
    """The backend of that name, or for "auto" the best of those installed.

    ModelError where there is none of that name (with the near ones), or where it is not installed
    (with the pip extra that brings it).
    """
    known = collect().get(kind, {})
    if name == "auto":
        for backend in sorted(known.values(), key=lambda backend: backend.rank):
            if backend.missing() is None and backend.in_auto():
                return backend
        reasons = "; ".join(f"{b.name}: {b.missing()}" for b in known.values() if b.missing())
        raise ModelError(f"No {kind} can be used here. {reasons}")
    if name not in known:
        raise ModelError(unknown(kind, name, [*known, "auto"]))
    reason = known[name].missing()
    if reason:
        raise ModelError(f"The {kind} {name!r} cannot be used: {reason}")
    return known[name]
