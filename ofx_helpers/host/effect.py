"""An effect in this process.

Public: `LocalEffect(description, project)` is `types.Effect`; `host.bundle.describe(binary)` and
`host.bundle.binaries(paths)` give the descriptions it takes. A plug-in that crashes takes this
process with it: `host/remote.py` has the same effect in a process of its own.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host import names as n
from ofx_helpers.host import scope
from ofx_helpers.host.actions import Actions
from ofx_helpers.host.announced import ahead, announced
from ofx_helpers.host.bundle import plugin_of
from ofx_helpers.host.describe import parameter
from ofx_helpers.host.errors import OverrunError, PluginError
from ofx_helpers.host.geometry import FAR, box_of, to_pixels
from ofx_helpers.host.images import address, guarded, intact, to_frame
from ofx_helpers.host.instance import Instance, Job
from ofx_helpers.host.params import Param
from ofx_helpers.host.preferences import negotiate
from ofx_helpers.host.types import (
    Box,
    Clip,
    Description,
    Fetch,
    Keys,
    Output,
    Parameter,
    Project,
    Values,
)

log = logging.getLogger("ofx_helpers.host")

_DEEPEST = 8
"""Parameters that a plug-in sets while it is told of one that it has set, and so on."""

Progress = Callable[[str, float], bool]
"""Label and share done; False asks the plug-in to stop."""


class LocalEffect:
    """One instance of a plug-in in this process; `types.Effect` says what its methods do."""

    def __init__(
        self, description: Description, project: Project, *, progress: Progress | None = None
    ) -> None:
        """Load the plug-in if need be and create the instance in the description's context."""
        self.description = description
        self._plugin = plugin_of(description)
        self._lock = threading.RLock()
        self._depth = 0
        self._sequence: tuple[float, float, float] | None = None
        self._running = 0
        self._plugin.load()
        with ExitStack() as undo:
            context = description.context.capitalize()
            described = self._plugin.describe(context)
            instance = Instance(
                description.identifier,
                described,
                n.CONTEXT_PREFIX + context,
                project,
                address(self._plugin.entry),
            )
            undo.callback(instance.close)
            instance.progress = progress
            self._instance: Instance | None = instance
            self._acting = Actions(self._plugin, instance)
            instance.output_region = self._region
            self._create()
            undo.pop_all()
        try:
            self.connect({})
        except BaseException:
            self.close()
            raise

    @property
    def _actions(self) -> Actions:
        if self._instance is None:
            raise self._closed()
        return self._acting

    @property
    def _open(self) -> Instance:
        if self._instance is None:
            raise self._closed()
        return self._instance

    def _closed(self) -> PluginError:
        return PluginError(f"{self.description.identifier}: the effect is closed")

    def set(self, name: str, values: Values | Keys | Callable[[float], Values]) -> None:
        """A parameter's value, keys or function; the plug-in is told as if a person had done it."""
        with self._lock:
            param = self._open.params.named(name)
            self._put(param, values)
            self._changed(name, n.CHANGE_USER, n.TYPE_PARAMETER)
            negotiate(self._plugin, self._open, self._now)

    def restore(self, values: Mapping[str, Values | Keys | Callable[[float], Values]]) -> None:
        """Values as a saved project has them: the instance is made anew with them, and the plug-in
        is not told of changes, since telling makes it change other parameters.
        """
        with self._lock:
            instance = self._open
            params = {name: instance.params.named(name) for name in values}
            self._end(quiet=True)
            self._actions.call(n.ACTION_DESTROY_INSTANCE, self._now)
            instance.params.changed_by_plugin = None
            try:
                for name, value in values.items():
                    self._put(params[name], value)
            finally:
                self._create()
            negotiate(self._plugin, instance, self._now)

    def _create(self) -> None:
        self._actions.call(n.ACTION_CREATE_INSTANCE, self._now)
        self._open.params.changed_by_plugin = self._plugin_changed

    def _put(self, param: Param, values: Any) -> None:
        holder = param.values
        if param.kind == "Parametric":
            param.set_curves(values)
            return
        if holder is None:
            param.checked(())  # raises: such a parameter has no value
            return
        if callable(values):
            param.checked(values(self._now))
            holder.set_function(lambda time: param.checked(values(time)))
        elif isinstance(values, (list, tuple)) and values and isinstance(values[0], (list, tuple)):
            holder.set_keys([(float(time), param.checked(value)) for time, value in values])
        else:
            holder.set(param.checked(values))
        animating = param.properties.properties.get(n.PARAM_PROP_IS_ANIMATING)
        if animating:
            animating.values = [int(holder.animated)]

    def get(self, name: str, time: float = 0.0) -> Values:
        """A parameter's value at a time."""
        param = self._open.params.named(name)
        if param.kind == "Parametric":
            return tuple(curve.curve() for curve in param.curves)
        if param.values is None:
            raise PluginError(f"{self.description.identifier}: {name} is a {param.kind}, no value")
        return param.shown(param.values.at(time))

    def parameter(self, name: str) -> Parameter:
        """A parameter as it is now."""
        with self._lock:
            return parameter(self._open.params.named(name))

    def press(self, name: str) -> None:
        """Push a button."""
        with self._lock:
            if self._open.params.named(name).kind != "PushButton":
                raise PluginError(f"{self.description.identifier}: {name} is no button")
            self._changed(name, n.CHANGE_USER, n.TYPE_PARAMETER)

    def connect(self, inputs: Mapping[str, Clip]) -> Output:
        """Connect the inputs; the plug-in is told of those that changed, preferences are asked."""
        with self._lock:
            instance = self._open
            unknown = set(inputs) - {clip.name for clip in instance.inputs()}
            if unknown:
                names = ", ".join(clip.name for clip in instance.inputs()) or "none"
                raise PluginError(
                    f"{self.description.identifier} has no input {min(unknown)}; it has {names}"
                )
            changed = []
            for clip in instance.inputs():
                connection = inputs.get(clip.name)
                if connection is not clip.connection:
                    changed.append(clip.name)
                clip.connection = connection
                clip.refresh()
            negotiate(self._plugin, instance, self._now)
            # Told as the plug-in's doing, since what a person connects makes plug-ins change their
            # parameters (Grade's premultiply, say): defaults would not be what was described.
            for name in changed:
                self._changed(name, n.CHANGE_PLUGIN, n.TYPE_CLIP)
            return negotiate(self._plugin, instance, self._now) if changed else instance.output

    def region(self, time: float) -> Box:
        """Region of definition, canonical."""
        with self._lock:
            return self._region(time)

    def _region(self, time: float) -> Box:
        return self._actions.region(time)

    def frames(self) -> tuple[float, float]:
        """First and last frame."""
        with self._lock:
            return self._actions.time_domain()

    def regions_of_interest(self, time: float, window: Window) -> Mapping[str, Window]:
        """Pixels needed of each connected input."""
        with self._lock:
            instance = self._open
            boxes = self._actions.interest(time, self._box(window, 1.0))
            return {
                name: to_pixels(box, 1.0, instance.clips[name].aspect)
                for name, box in boxes.items()
            }

    def frames_needed(self, time: float) -> Mapping[str, Sequence[tuple[float, float]]]:
        """Frame ranges needed of each connected input."""
        with self._lock:
            return self._actions.frames_needed(time)

    def identity(self, time: float, window: Window) -> tuple[str, float] | None:
        """The input and time passed on unchanged, if so."""
        with self._lock:
            return self._actions.identity(time, window, 1.0)

    def transform(self, time: float) -> tuple[str, tuple[float, ...]] | None:
        """The input and matrix that the effect is, if so."""
        with self._lock:
            return self._actions.transform(time)

    def render(
        self,
        time: float,
        window: Window,
        fetch: Fetch,
        *,
        scale: float = 1.0,
        sequence: bool = False,
    ) -> Frame:
        """Render `window`; see `types.Effect`. Raises what `fetch` raised, if it did."""
        if self.description.thread_safety != "fully-safe":
            with self._lock:
                wanted = announced(self._actions, self._open, time, window, scale)
            fetch = ahead(wanted, fetch)
        with self._render_lock(sequence):
            instance = self._open
            self._check_inputs(instance)
            self._running += 1
            try:
                return self._rendered(instance, time, window, fetch, scale, sequence)
            finally:
                self._running -= 1
                if not self._running:
                    instance.aborted = False

    def _rendered(
        self,
        instance: Instance,
        time: float,
        window: Window,
        fetch: Fetch,
        scale: float,
        sequence: bool,
    ) -> Frame:
        output = instance.clips[n.OUTPUT]
        region = self._actions.region(time, scale)
        whole = to_pixels(region, scale, output.aspect)
        area = window.intersect(whole) if output.tiles else self._whole(whole, scale)
        if area.empty:
            return to_frame(guarded(area, "RGBA", "Float")[0], area, "Float").crop(window)
        interest = self._actions.interest(time, self._box(area, scale), scale)
        pixels, memory = guarded(area, output.components, output.depth)
        job = Job(fetch, scale, area, pixels, interest, region)
        try:
            if sequence or self._sequence is not None:
                self._in_sequence(time, job, last=not sequence)
            else:
                self._alone(time, job)
        except BaseException:
            self._end(quiet=True)
            raise
        finally:
            forgotten = job.close()
        name = self.description.identifier
        if forgotten:
            log.warning("%s kept %d images after its render", name, forgotten)
        if not intact(memory):
            raise OverrunError(f"{name}: action Render wrote outside of its image")
        said = instance.messages.take()
        if instance.aborted:
            raise PluginError(f"{name}: the render was stopped{': ' + said if said else ''}")
        if said:
            raise PluginError(f"{name}: action Render: {said}")
        return to_frame(pixels, area, output.depth).crop(window)

    def _whole(self, whole: Window, scale: float) -> Window:
        if max(map(abs, whole)) < FAR:
            return whole
        return to_pixels(self._open.project_box(), scale, self._open.output.pixel_aspect)

    def _box(self, window: Window, scale: float) -> Box:
        return box_of(window, scale, self._open.clips[n.OUTPUT].aspect)

    def _check_inputs(self, instance: Instance) -> None:
        for clip in instance.inputs():
            if not clip.optional and clip.connection is None:
                raise PluginError(f"{self.description.identifier}: input {clip.name} is needed")

    def _alone(self, time: float, job: Job) -> None:
        """A sequence of one frame; others may run beside it. Who can render in order only, as
        writers of videos, must be told that this is one.
        """
        ordered = self._open.properties[n.PROP_SEQUENTIAL] == 1
        alone = time, time, job.scale, ordered
        self._actions.sequence(n.ACTION_BEGIN_SEQUENCE, *alone)
        try:
            self._actions.render(time, job, ordered)
        except BaseException:
            with suppress(PluginError):
                self._actions.sequence(n.ACTION_END_SEQUENCE, *alone)
            raise
        self._actions.sequence(n.ACTION_END_SEQUENCE, *alone)

    def _in_sequence(self, time: float, job: Job, *, last: bool) -> None:
        """The next frame of a sequence, which the first begins and the last ends."""
        if self._sequence is None:
            self._sequence = (time, max(time, self._open.project.last), job.scale)
            self._actions.sequence(n.ACTION_BEGIN_SEQUENCE, *self._sequence, True)
        self._actions.render(time, job, True)
        if last:
            self._end()

    def _end(self, *, quiet: bool = False) -> None:
        if self._sequence is None:
            return
        begun, self._sequence = self._sequence, None
        try:
            self._actions.sequence(n.ACTION_END_SEQUENCE, *begun, True)
        except PluginError as error:
            if not quiet:
                raise
            log.debug("%s", error)

    @contextmanager
    def _render_lock(self, sequence: bool) -> Iterator[None]:
        """One render at a time of the plug-in, of this instance, or any number, as it says."""
        safety = self.description.thread_safety
        if safety == "unsafe":
            with self._plugin.lock, self._lock:
                yield
        elif safety == "instance-safe" or sequence or self._sequence is not None:
            with self._lock:
                yield
        else:
            yield

    @property
    def _now(self) -> float:
        here = scope.current()
        return here.time if here.instance is self._instance else self._open.project.first

    def _changed(self, name: str, reason: str, what: str) -> None:
        self._depth += 1
        try:
            self._actions.changed(name, reason, self._now, what)
        finally:
            self._depth -= 1
        said = self._open.messages.take()
        if said:
            log.error("%s: %s", self.description.identifier, said)

    def _plugin_changed(self, param: Param) -> None:
        """The plug-in set a parameter: tell it so, unless it is rendering or goes on for ever."""
        here = scope.current()
        if here.job is not None or here.spawned or self._depth >= _DEEPEST:
            return
        self._changed(param.name, n.CHANGE_PLUGIN, n.TYPE_PARAMETER)

    def abort(self) -> None:
        """From another thread: the render in progress should stop."""
        instance = self._instance
        if instance is not None and self._running:
            instance.aborted = True

    def close(self) -> None:
        """Destroy the instance and give every handle back; again is harmless."""
        with self._lock:
            instance = self._instance
            if instance is None:
                return
            try:
                self._end(quiet=True)
                self._actions.call(n.ACTION_DESTROY_INSTANCE, instance.project.first)
            except Exception as error:
                log.warning("%s", error)
            finally:
                self._instance = None
                instance.close()
