"""ImageEffect suite 1."""

from typing import Any

from ofx_helpers.host import handles, scope
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.clips import ClipInstance
from ofx_helpers.host.images import Image
from ofx_helpers.host.instance import Described, Instance, aborting
from ofx_helpers.host.memory import ImageMemory
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.status import OfxError, Status, callback
from ofx_helpers.host.suites.property_suite import text_of
from ofx_helpers.host.types import Box


def effect(handle: int) -> Described | Instance:
    """A description or an instance."""
    found = handles.find(handle)
    if isinstance(found, (Described, Instance)):
        return found
    raise OfxError(Status.BAD_HANDLE, f"{handle:#x} is no effect")


def image_of(clip_handle: int, time: float, region: Any) -> int:
    """The handle of an image of a clip, for the render that this thread works for."""
    clip = handles.get(clip_handle, ClipInstance)
    job = scope.current().job
    if job is None:
        raise OfxError(Status.FAILED, "images can be had in renders only")
    box: Box | None = None
    if region != ffi.NULL:
        box = (region.x1, region.y1, region.x2, region.y2)
    return clip.instance.image(clip, job, time, box).properties.handle


def region_of(clip_handle: int, time: float, bounds: Any) -> None:
    """A clip's region of definition; zeros and OK for one that is not connected, as in Natron."""
    clip = handles.get(clip_handle, ClipInstance)
    bounds.x1, bounds.y1, bounds.x2, bounds.y2 = clip.region(time)


@callback("OfxStatus(Handle, Handle *)")
def get_properties(handle: int, properties: Any) -> None:
    """GetPropertySet."""
    properties[0] = effect(handle).properties.handle


@callback("OfxStatus(Handle, Handle *)")
def get_params(handle: int, params: Any) -> None:
    """GetParamSet."""
    params[0] = effect(handle).params.handle


@callback("OfxStatus(Handle, const char *, Handle *)")
def define_clip(handle: int, name: Any, properties: Any) -> None:
    """ClipDefine."""
    made = handles.get(handle, Described).define_clip(text_of(name))
    if properties != ffi.NULL:
        properties[0] = made.handle


@callback("OfxStatus(Handle, const char *, Handle *, Handle *)")
def get_clip(handle: int, name: Any, clip: Any, properties: Any) -> None:
    """ClipGetHandle."""
    found = handles.get(handle, Instance).clips.get(text_of(name))
    if found is None:
        raise OfxError(Status.UNKNOWN, f"no clip {text_of(name)}")
    if clip != ffi.NULL:
        clip[0] = found.handle
    if properties != ffi.NULL:
        properties[0] = found.properties.handle


@callback("OfxStatus(Handle, Handle *)")
def get_clip_properties(handle: int, properties: Any) -> None:
    """ClipGetPropertySet."""
    properties[0] = handles.get(handle, ClipInstance).properties.handle


@callback("OfxStatus(Handle, double, const OfxRectD *, Handle *)")
def get_image(handle: int, time: float, region: Any, image: Any) -> None:
    """ClipGetImage."""
    image[0] = 0
    image[0] = image_of(handle, time, region)


@callback("OfxStatus(Handle)")
def release_image(handle: int) -> None:
    """ClipReleaseImage."""
    image = handles.get(handle, PropertySet).owner
    if not isinstance(image, Image):
        raise OfxError(Status.BAD_HANDLE, "no image")
    with image.owner.lock:
        image.owner.images.remove(image)
    image.close()


@callback("OfxStatus(Handle, double, OfxRectD *)")
def get_region(handle: int, time: float, bounds: Any) -> None:
    """ClipGetRegionOfDefinition."""
    region_of(handle, time, bounds)


# int abort(OfxImageEffectHandle): whether what runs should stop. The set itself is the function.
aborted = ffi.callback("int(Handle)", aborting.__contains__)


@callback("OfxStatus(Handle, size_t, Handle *)")
def allocate(handle: int, size: int, block: Any) -> None:
    """ImageMemoryAlloc."""
    owner = handles.find(handle)
    made = ImageMemory(size, owner)
    if isinstance(owner, Instance):
        owner.image_memory.append(made)
    block[0] = made.handle


@callback("OfxStatus(Handle)")
def free(handle: int) -> None:
    """ImageMemoryFree."""
    block = handles.get(handle, ImageMemory)
    if isinstance(block.owner, Instance):
        block.owner.image_memory.remove(block)
    block.close()


@callback("OfxStatus(Handle, void **)")
def lock(handle: int, data: Any) -> None:
    """ImageMemoryLock: the memory never moves, so locks are not counted."""
    data[0] = handles.get(handle, ImageMemory).block


@callback("OfxStatus(Handle)")
def unlock(handle: int) -> None:
    """ImageMemoryUnlock."""
    handles.get(handle, ImageMemory)


SUITE = ffi.new(
    "OfxImageEffectSuiteV1 *",
    {
        "getPropertySet": get_properties,
        "getParamSet": get_params,
        "clipDefine": define_clip,
        "clipGetHandle": get_clip,
        "clipGetPropertySet": get_clip_properties,
        "clipGetImage": get_image,
        "clipReleaseImage": release_image,
        "clipGetRegionOfDefinition": get_region,
        "abort": aborted,
        "imageMemoryAlloc": allocate,
        "imageMemoryFree": free,
        "imageMemoryLock": lock,
        "imageMemoryUnlock": unlock,
    },
)
