"""What an instance is asked between its making and its end, one function an action."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, isfinite, isnan
from typing import Any

from ofx_helpers.engine.frame import Window
from ofx_helpers.host import names as n
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.geometry import canonical, union
from ofx_helpers.host.instance import IDENTITY, Instance, Job
from ofx_helpers.host.plugin import Plugin, arguments
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.status import Status
from ofx_helpers.host.types import Box

Ranges = Sequence[tuple[float, float]]


class Actions:
    """The actions of one instance; locks and errors' order are the caller's."""

    def __init__(self, plugin: Plugin, instance: Instance) -> None:
        """The plug-in must be loaded and described in the instance's context."""
        self.plugin = plugin
        self.instance = instance

    def call(
        self,
        action: str,
        time: float,
        given: PropertySet | None = None,
        answer: PropertySet | None = None,
        **here: Any,
    ) -> int:
        """One action with the instance's handle."""
        return self.plugin.call(
            action,
            self.instance.handle,
            given,
            answer,
            messages=self.instance.messages,
            instance=self.instance,
            time=time,
            **here,
        )

    def changed(self, name: str, reason: str, time: float, what: str) -> None:
        """Begin, changed, end: as if a person or the plug-in had set a parameter or a clip."""
        why = {n.PROP_CHANGE_REASON: reason}
        about = {
            n.PROP_TYPE: what,
            n.PROP_NAME: name,
            n.PROP_TIME: float(time),
            n.PROP_RENDER_SCALE: (1.0, 1.0),
            n.PROP_VIEW: 0,
            **why,
        }
        with arguments(why) as begin, arguments(about) as given:
            self.call(n.ACTION_BEGIN_INSTANCE_CHANGED, time, begin)
            try:
                self.call(n.ACTION_INSTANCE_CHANGED, time, given)
            finally:
                self.call(n.ACTION_END_INSTANCE_CHANGED, time, begin)

    def region(self, time: float, scale: float = 1.0) -> Box:
        """Region of definition: the plug-in's answer, or the context's default."""
        default = self.default_region(time)
        given = {
            n.PROP_TIME: float(time),
            n.PROP_RENDER_SCALE: (float(scale), float(scale)),
            n.PROP_VIEW: 0,
        }
        answer = {n.PROP_REGION_OF_DEFINITION: default}
        with arguments(given) as into, arguments(answer) as out:
            status = self.call(n.ACTION_REGION_OF_DEFINITION, time, into, out)
            box = out.all(n.PROP_REGION_OF_DEFINITION)
        return self._sound_box(box, "GetRegionOfDefinition") if status == Status.OK else default

    def default_region(self, time: float) -> Box:
        """Union of the inputs that must be there, and of an optional one called Source; a retimer's
        at the two frames around its time; the project's format where there is none.
        """
        instance = self.instance
        needed = [
            clip
            for clip in instance.inputs()
            if clip.connected and (not clip.optional or clip.name == n.SOURCE)
        ]
        if instance.context in ("generator", "reader") or not needed:
            return instance.project_box()
        times = [time]
        retime = instance.params.params.get(n.RETIMER_TIME)
        if instance.context == "retimer" and retime is not None and retime.values is not None:
            (at,) = retime.values.at(time)
            times = [floor(at), ceil(at)]
        return union([clip.region(when) for clip in needed for when in times])

    def interest(self, time: float, region: Box, scale: float = 1.0) -> dict[str, Box]:
        """Canonical region needed of each connected input for a region of the output."""
        clips = [clip for clip in self.instance.inputs() if clip.connected]
        given = {
            n.PROP_TIME: float(time),
            n.PROP_RENDER_SCALE: (float(scale), float(scale)),
            n.PROP_REGION_OF_INTEREST: region,
            n.PROP_VIEW: 0,
        }
        answer: dict[str, Any] = {n.ROI_PREFIX + clip.name: region for clip in clips}
        # An input that is not there is asked for too by some plug-ins: they may.
        answer |= {
            n.ROI_PREFIX + clip.name: region for clip in self.instance.inputs() if clip not in clips
        }
        with arguments(given) as into, arguments(answer) as out:
            status = self.call(n.ACTION_REGIONS_OF_INTEREST, time, into, out)
            found: dict[str, Box] = {}
            for clip in clips:
                box = out.all(n.ROI_PREFIX + clip.name)
                found[clip.name] = (
                    self._sound_box(box, "GetRegionsOfInterest") if status == Status.OK else region
                )
                if not clip.tiles:
                    found[clip.name] = clip.region(time)
        return found

    def frames_needed(self, time: float) -> Mapping[str, Ranges]:
        """Frame ranges of each connected input; the same frame where the plug-in has no say."""
        now = (float(time), float(time))
        given = {n.PROP_TIME: float(time), n.PROP_VIEW: 0}
        # A list of pairs that may grow.
        answer = {n.FRAMES_PREFIX + clip.name: [*now] for clip in self.instance.inputs()}
        with arguments(given) as into, arguments(answer) as out:
            status = self.call(n.ACTION_FRAMES_NEEDED, time, into, out)
            found: dict[str, Ranges] = {}
            for clip in self.instance.inputs():
                if not clip.connected:
                    continue
                values = out.all(n.FRAMES_PREFIX + clip.name)
                pairs = list(zip(values[::2], values[1::2], strict=False))
                found[clip.name] = pairs if status == Status.OK else [now]
                for first, last in found[clip.name]:
                    self._sound_range(first, last, "GetFramesNeeded")
        return found

    def time_domain(self) -> tuple[float, float]:
        """First and last frame: the plug-in's, else those of its inputs, else the project's."""
        project = self.instance.project
        ranges = [clip.connection.frames for clip in self.instance.inputs() if clip.connection]
        default = (float(project.first), float(project.last))
        if ranges:
            default = (float(min(r[0] for r in ranges)), float(max(r[1] for r in ranges)))
        if self.instance.context not in ("general", "generator", "reader"):
            return default
        with arguments({n.PROP_FRAME_RANGE: default}) as out:
            status = self.call(n.ACTION_TIME_DOMAIN, project.first, None, out)
            first, last = out.all(n.PROP_FRAME_RANGE)
        if status != Status.OK:
            return default
        self._sound_range(first, last, "GetTimeDomain")
        return first, last

    def _sound_box(self, box: tuple[float, ...], action: str) -> Box:
        x1, y1, x2, y2 = box
        if any(map(isnan, box)) or x2 < x1 or y2 < y1:
            raise self._nonsense(action, f"the region {x1:g}, {y1:g} to {x2:g}, {y2:g}")
        return x1, y1, x2, y2

    def _sound_range(self, first: float, last: float, action: str) -> None:
        if isnan(first) or isnan(last) or last < first:
            raise self._nonsense(action, f"the frames {first:g} to {last:g}")

    def _nonsense(self, action: str, what: str) -> PluginError:
        return PluginError(f"{self.plugin.identifier}: action {action} answered nonsense: {what}")

    def identity(self, time: float, window: Window, scale: float) -> tuple[str, float] | None:
        """The input and time passed on unchanged over a window of pixels at the scale."""
        given = {
            n.PROP_TIME: float(time),
            n.PROP_FIELD_TO_RENDER: n.FIELD_NONE,
            n.PROP_RENDER_WINDOW: tuple(window),
            n.PROP_RENDER_SCALE: (float(scale), float(scale)),
            n.PROP_VIEW: 0,
            n.PROP_IDENTITY_PLANE: n.PLANE_COLOUR,
        }
        answer = {
            n.PROP_TIME: float(time),
            n.PROP_NAME: "",
            n.PROP_VIEW: 0,
            n.PROP_IDENTITY_PLANE: n.PLANE_COLOUR,
        }
        with arguments(given) as into, arguments(answer) as out:
            status = self.call(n.ACTION_IS_IDENTITY, time, into, out)
            name, when = out[n.PROP_NAME], out[n.PROP_TIME]
        if status != Status.OK or not name:
            return None
        if name not in self.instance.clips or isnan(when):
            raise self._nonsense("IsIdentity", f"{name!r} at frame {when:g}")
        return name, when

    def transform(self, time: float) -> tuple[str, tuple[float, ...]] | None:
        """The input and the canonical matrix from it to the output, where that is all there is."""
        if not self.instance.properties[n.PROP_CAN_TRANSFORM]:
            return None
        given = {
            n.PROP_TIME: float(time),
            n.PROP_FIELD_TO_RENDER: n.FIELD_NONE,
            n.PROP_RENDER_SCALE: (1.0, 1.0),
            n.PROP_RENDER_DRAFT: 0,
            n.PROP_VIEW: 0,
        }
        answer = {n.PROP_NAME: "", n.PROP_MATRIX_2D: IDENTITY}
        with arguments(given) as into, arguments(answer) as out:
            status = self.call(n.ACTION_TRANSFORM, time, into, out)
            name, pixels = out[n.PROP_NAME], out.all(n.PROP_MATRIX_2D)
        clip = self.instance.clips.get(name)
        if status != Status.OK or clip is None or not all(map(isfinite, pixels)):
            return None
        return name, canonical(pixels, clip.aspect, self.instance.output.pixel_aspect)

    def sequence(self, action: str, first: float, last: float, scale: float, long: bool) -> None:
        """Begin or end a sequence of frames."""
        with arguments(
            {
                n.PROP_FRAME_RANGE: (float(first), float(last)),
                n.PROP_FRAME_STEP: 1.0,
                n.PROP_IS_INTERACTIVE: 0,
                **self._status(scale, long),
            }
        ) as given:
            self.call(action, first, given)

    def render(self, time: float, job: Job, long: bool) -> None:
        """Render one window into the job's output."""
        with arguments(
            {
                n.PROP_TIME: float(time),
                n.PROP_FIELD_TO_RENDER: n.FIELD_NONE,
                n.PROP_RENDER_WINDOW: tuple(job.window),
                n.PROP_RENDER_PLANES: [n.PLANE_COLOUR],
                **self._status(job.scale, long),
            }
        ) as given:
            if self.call(n.ACTION_RENDER, time, given, job=job) != Status.OK:
                raise PluginError(f"{self.plugin.identifier}: action Render was not done")

    def _status(self, scale: float, long: bool) -> dict[str, Any]:
        return {
            n.PROP_RENDER_SCALE: (float(scale), float(scale)),
            n.PROP_SEQUENTIAL_STATUS: int(long),
            n.PROP_INTERACTIVE_STATUS: 0,
            n.PROP_OPENGL_ENABLED: 0,
            n.PROP_RENDER_DRAFT: 0,
            n.PROP_VIEW: 0,
            "OfxImageEffectPropOpenCLEnabled": 0,
            "OfxImageEffectPropCudaEnabled": 0,
            "OfxImageEffectPropMetalEnabled": 0,
        }
