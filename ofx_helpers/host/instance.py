"""The objects behind image effect handles: a plug-in's descriptions and its instances."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host import handles, memory
from ofx_helpers.host import names as n
from ofx_helpers.host.clips import ClipInstance, described
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.geometry import box_of, to_pixels
from ofx_helpers.host.images import Buffer, Image, from_frame
from ofx_helpers.host.params import ParamSet
from ofx_helpers.host.properties import Pointer, PropertySet
from ofx_helpers.host.schemas import EFFECT, INSTANCE
from ofx_helpers.host.status import OfxError, Status
from ofx_helpers.host.types import Box, Fetch, Output, Project

log = logging.getLogger("ofx_helpers.host")

aborting: set[int] = set()
"""Handles of instances that should stop: plug-ins ask for each row, so a set answers at once."""

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


class Described:
    """A plug-in described, at large or in one context; it defines clips and parameters."""

    def __init__(self, plugin: str, file_path: str, base: PropertySet | None = None) -> None:
        """`base`: properties to start from, those of the description at large."""
        self.plugin = plugin
        self.properties = base.copy() if base else PropertySet(EFFECT)
        self.properties.put(n.PROP_FILE_PATH, file_path)
        self.params = ParamSet(plugin)
        self.clips: dict[str, PropertySet] = {}
        self.messages = Messages(plugin)
        self.handle = handles.add(self)

    def define_clip(self, name: str) -> PropertySet:
        """A clip more."""
        if name in self.clips:
            raise OfxError(Status.EXISTS, f"clip {name} is defined twice")
        self.clips[name] = described(name)
        return self.clips[name]

    def close(self) -> None:
        """Give every handle back."""
        handles.release(self.handle)
        self.properties.close()
        self.params.close()
        for clip in self.clips.values():
            clip.close()


@dataclass
class Messages:
    """What a plug-in said: log lines go to `logging`, errors wait for the action's end."""

    plugin: str
    errors: list[str] = field(default_factory=list)
    persistent: tuple[str, str] | None = None
    """Kind and text of the message that stands until it is cleared."""

    def say(self, kind: str, text: str) -> None:
        """One message, by its OpenFX type."""
        if kind in ("OfxMessageError", "OfxMessageFatal"):
            self.errors.append(text)
            return
        level = {
            "OfxMessageLog": logging.INFO,
            "OfxMessageMessage": logging.INFO,
            "OfxMessageQuestion": logging.INFO,
        }.get(kind, logging.WARNING)
        log.log(level, "%s: %s", self.plugin, text)

    def take(self) -> str:
        """The errors since the last call, as one text."""
        errors, self.errors = self.errors, []
        return " ".join(dict.fromkeys(error.strip() for error in errors if error.strip()))


@dataclass
class Job:
    """One render in progress: where its pixels come from and go to."""

    fetch: Fetch
    scale: float
    window: Window
    """What is rendered, in pixels at the scale."""
    output: Buffer
    interest: Mapping[str, Box]
    """Regions of interest of the inputs, canonical."""
    region: Box
    lock: threading.Lock = field(default_factory=threading.Lock)
    images: list[Image] = field(default_factory=list)

    def close(self) -> int:
        """Release the images that the plug-in forgot; how many those were."""
        left = self.images
        self.images = []
        for image in left:
            image.close()
        return len(left)


class Instance:
    """An instance: parameters with values, clips with connections, and the renders in progress."""

    def __init__(
        self, plugin: str, context: Described, context_word: str, project: Project, entry: int
    ) -> None:
        """Everything at its defaults; the plug-in has not been told of it yet.

        Raises PluginError for one that only renders in ways that this host has not.
        """
        if context.properties[n.PROP_OPENGL_SUPPORTED] == "needed":
            raise PluginError(f"{plugin} renders with OpenGL only, which this host has not")
        self.plugin = plugin
        self.project = project
        width = float(project.format.width * project.pixel_aspect)
        height = float(project.format.height)
        offset = (float(project.format.x1 * project.pixel_aspect), float(project.format.y1))
        self.properties = context.properties.copy(
            INSTANCE,
            {
                n.PROP_CONTEXT: context_word,
                n.PROP_PLUGIN_HANDLE: Pointer(entry),
                n.PROP_PROJECT_SIZE: (width, height),
                n.PROP_PROJECT_OFFSET: offset,
                n.PROP_PROJECT_EXTENT: (offset[0] + width, offset[1] + height),
                n.PROP_PROJECT_ASPECT: float(project.pixel_aspect),
                n.PROP_DURATION: float(project.last - project.first + 1),
                n.PROP_FRAME_RATE: float(project.fps),
            },
        )
        self.context = context_word.removeprefix(n.CONTEXT_PREFIX).lower()
        self.messages = Messages(plugin)
        self.output = Output(fps=project.fps, pixel_aspect=project.pixel_aspect)
        self.output_region: Callable[[float], Box] = lambda time: self.project_box()
        self.progress: Callable[[str, float], bool] | None = None
        self.progress_label = ""
        self.params = context.params.instance((width, height))
        self.clips = {name: ClipInstance(name, clip, self) for name, clip in context.clips.items()}
        self.image_memory: list[memory.ImageMemory] = []
        self.handle = handles.add(self)

    @property
    def aborted(self) -> bool:
        """Whether its renders should stop."""
        return self.handle in aborting

    @aborted.setter
    def aborted(self, stop: bool) -> None:
        if stop:
            aborting.add(self.handle)
        else:
            aborting.discard(self.handle)

    def project_box(self) -> Box:
        """The project's format, canonical."""
        return box_of(self.project.format, 1.0, self.project.pixel_aspect)

    def inputs(self) -> list[ClipInstance]:
        """Every clip but the output."""
        return [clip for clip in self.clips.values() if not clip.output]

    def image(self, clip: ClipInstance, job: Job, time: float, region: Box | None) -> Image:
        """An image of a clip; an `OfxError` where there is none."""
        if not clip.connected:
            raise OfxError(Status.FAILED, f"{clip.name} is not connected")
        matrix: tuple[float, ...] = IDENTITY
        if clip.output:
            pixels, bounds = job.output, job.window
            whole = to_pixels(job.region, job.scale, clip.aspect)
        else:
            whole = clip.pixel_region(time, job.scale)
            bounds = self._bounds(clip, job, region, whole)
            if bounds.empty:
                raise OfxError(Status.FAILED, f"{clip.name} is empty there")
            above = clip.above(time)
            frame = self._fetched(clip, job, time, bounds)
            if above is None:
                frame = frame.crop(bounds)
            pixels, bounds = from_frame(frame, clip.components, clip.depth), frame.window
            if above is not None:
                matrix, whole = above.matrix, above.region
        image = Image(
            pixels,
            bounds,
            components=clip.components,
            depth=clip.depth,
            premultiplication=clip.premultiplication,
            region=whole,
            scale=job.scale,
            aspect=clip.aspect,
            matrix=matrix,
            owner=job,
        )
        with job.lock:
            job.images.append(image)
        return image

    def _bounds(self, clip: ClipInstance, job: Job, region: Box | None, whole: Window) -> Window:
        if not clip.tiles:
            form = to_pixels(self.project_box(), job.scale, clip.aspect)
            return whole if whole.width < 1 << 20 and whole.height < 1 << 20 else form
        wanted = region or job.interest.get(clip.name)
        if wanted is None:
            return whole.intersect(job.window)
        return to_pixels(wanted, job.scale, clip.aspect).intersect(whole)

    def _fetched(self, clip: ClipInstance, job: Job, time: float, bounds: Window) -> Frame:
        with job.lock:
            frame = job.fetch(clip.name, time, bounds)
        if not isinstance(frame, Frame):
            raise PluginError(f"{self.plugin}: input {clip.name} at frame {time:g} gave no frame")
        return frame

    def close(self) -> None:
        """Give every handle back, and what the plug-in forgot to."""
        self.aborted = False
        handles.release(self.handle)
        forgotten = memory.free_all(self.handle)
        for block in list(self.image_memory):
            forgotten += 1
            block.close()
        self.image_memory.clear()
        if forgotten:
            log.warning("%s left %d blocks of memory behind", self.plugin, forgotten)
        self.params.close()
        for clip in self.clips.values():
            clip.close()
        self.properties.close()


def messages_of(handle: Any) -> Messages | None:
    """Where a handle's messages go; None for a handle that is no effect's."""
    found = handles.find(handle)
    return found.messages if isinstance(found, (Instance, Described)) else None
