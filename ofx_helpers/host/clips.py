"""Clips: what a plug-in's inputs and output are, and the images it gets of them."""

from typing import TYPE_CHECKING, Any

from ofx_helpers.host import handles
from ofx_helpers.host import names as n
from ofx_helpers.host.geometry import box_of, to_pixels
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.schemas import CLIP, CLIP_INSTANCE
from ofx_helpers.host.types import Above, Box
from ofx_helpers.host.types import Clip as Connection

if TYPE_CHECKING:
    from ofx_helpers.host.instance import Instance

_BETTER = {
    "RGBA": ("RGBA", "RGB", "Alpha", "XY"),
    "RGB": ("RGB", "RGBA", "Alpha", "XY"),
    "Alpha": ("Alpha", "RGBA", "RGB", "XY"),
    "XY": ("XY", "RGB", "RGBA", "Alpha"),
}
"""What is taken, best first, where an input has the components on the left."""


def described(name: str) -> PropertySet:
    """The properties that a clip's description starts with."""
    texts = dict.fromkeys((n.PROP_NAME, n.PROP_LABEL, n.PROP_SHORT_LABEL, n.PROP_LONG_LABEL), name)
    return PropertySet(CLIP, texts)


def components_of(properties: PropertySet) -> tuple[str, ...]:
    """The components that a clip supports, by our names, in the plug-in's order."""
    known = {word: name for name, word in n.COMPONENTS.items()}
    return tuple(
        known[word] for word in properties.all(n.PROP_COMPONENTS_SUPPORTED) if word in known
    )


class ClipInstance:
    """A clip of an instance. `connection` is None where nothing is connected (or the output)."""

    def __init__(self, name: str, description: PropertySet, instance: "Instance") -> None:
        """Starts unconnected, with what the host prefers."""
        self.name = name
        self.instance = instance
        self.supported = components_of(description) or ("RGBA",)
        self.properties = description.copy(CLIP_INSTANCE)
        self.connection: Connection | None = None
        self.depth = "Float"
        self.components = self.nearest("RGBA")
        self.premultiplication = "premultiplied"
        self.aspect = instance.project.pixel_aspect
        self.handle = handles.add(self)
        self.refresh()

    @property
    def output(self) -> bool:
        """Whether this is the output."""
        return self.name == n.OUTPUT

    @property
    def optional(self) -> bool:
        """Whether it may be left unconnected."""
        return bool(self.properties[n.CLIP_PROP_OPTIONAL])

    @property
    def connected(self) -> bool:
        """Whether images can be had; the output always is."""
        return self.output or self.connection is not None

    @property
    def tiles(self) -> bool:
        """Whether plug-in and clip take parts of an image."""
        both = self.properties[n.PROP_TILES] and self.instance.properties[n.PROP_TILES]
        return bool(both)

    def nearest(self, components: str) -> str:
        """What the clip takes that is nearest to `components`."""
        return next((c for c in _BETTER[components] if c in self.supported), self.supported[0])

    def close(self) -> None:
        """Give the handles back."""
        handles.release(self.handle)
        self.properties.close()

    def region(self, time: float) -> Box:
        """Region of definition, canonical; zeros where nothing is connected."""
        if self.output:
            return self.instance.output_region(time)
        if self.connection is None:
            return (0.0, 0.0, 0.0, 0.0)
        return self.connection.region(time)

    def above(self, time: float) -> Above | None:
        """The transforms that the plug-in is to apply to this input's pictures."""
        if self.connection is None or self.connection.above is None:
            return None
        return self.connection.above(time)

    def refresh(self) -> None:
        """Bring the properties up to date with connection and preferences."""
        project, connection = self.instance.project, self.connection
        frames = (project.first, project.last)
        fps, varies = project.fps, False
        form = project.format
        if connection is not None:
            frames, varies = connection.frames, connection.varies
            form = connection.format or form
            self.premultiplication = connection.premultiplication
            self.aspect = connection.pixel_aspect
        elif self.output:
            fps = self.instance.output.fps
            varies = self.instance.output.varies
            form = self.instance.output.format or form
        raw = self.components if connection is None else connection.components
        values: dict[str, Any] = {
            n.PROP_DEPTH: n.DEPTHS[self.depth],
            n.PROP_COMPONENTS: n.COMPONENTS[self.components],
            n.CLIP_PROP_UNMAPPED_DEPTH: n.DEPTHS["Float"],
            n.CLIP_PROP_UNMAPPED_COMPONENTS: n.COMPONENTS[raw],
            n.PROP_PREMULTIPLICATION: n.PREMULTIPLICATIONS[self.premultiplication],
            n.IMAGE_PROP_ASPECT: self.aspect,
            n.PROP_FRAME_RATE: fps,
            n.PROP_UNMAPPED_FRAME_RATE: fps,
            n.CLIP_PROP_CONNECTED: int(self.connected),
            n.CLIP_PROP_CONTINUOUS: int(varies),
        }
        for name, value in values.items():
            self.properties.put(name, value)
        self.properties.put(n.PROP_FRAME_RANGE, *map(float, frames))
        self.properties.put(n.PROP_UNMAPPED_FRAME_RANGE, *map(float, frames))
        self.properties.put(n.CLIP_PROP_FORMAT, *form)

    def pixel_region(self, time: float, scale: float) -> Any:
        """Region of definition as pixels at a scale."""
        return to_pixels(self.region(time), scale, self.aspect)

    def format_box(self) -> Box:
        """The project's format, canonical."""
        return box_of(self.instance.project.format, 1.0, self.instance.project.pixel_aspect)
