"""Which renderer renders."""

from typing import Literal

from driver.errors import MemecompError
from driver.render.base import Renderer
from driver.render.natron import NatronRenderer, find_natron
from driver.render.trusted import Spread

Engine = Literal["auto", "embedded", "natron"]


def renderer(engine: Engine, spread: Spread | None = None) -> Renderer:
    """The renderer of that name; 'auto' takes NatronRenderer where it is installed.

    `spread` gets the chunks, None for this machine.
    """
    executable = find_natron()
    if engine == "natron" and executable is None:
        raise MemecompError(
            "NatronRenderer is not on the PATH: install Natron, set NATRON_RENDERER to its "
            "executable, or choose the embedded engine (--engine embedded, or "
            "render.engine in shot.toml)"
        )
    if executable is not None and engine != "embedded":
        return NatronRenderer(executable, spread)
    from driver.render.embedded import EmbeddedRenderer  # numba and OpenCV are slow to import

    return EmbeddedRenderer(spread)
