"""The embedded engine: the same project, the same pixels, without Natron."""

from driver.render import trusted
from driver.render.base import Engine, RenderJob


class EmbeddedRenderer:
    """Renders with our own nodes on every core."""

    name = "the embedded engine"

    def __init__(self, spread: trusted.Spread | None = None) -> None:
        """`spread` gets the chunks, None for this machine."""
        self._spread = spread

    def render(self, job: RenderJob) -> None:
        """See `Renderer`; renders Write nodes and any other node."""
        trusted.render(job, Engine(kind="embedded"), self._spread).require()
