"""OpenGLRender suite 1, which gives no texture: no render is ever asked for with OpenGL.

It is there because plug-ins that could use it may not describe themselves to a host without.
"""

from typing import Any

from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.status import OfxError, Status, callback


@callback("OfxStatus(Handle, double, const char *, const OfxRectD *, Handle *)")
def load_texture(_clip: int, _time: float, _form: Any, _region: Any, texture: Any) -> None:
    """ClipLoadTexture."""
    texture[0] = 0
    raise OfxError(Status.FAILED, "this host has no OpenGL")


@callback("OfxStatus(Handle)")
def free_texture(_texture: int) -> None:
    """ClipFreeTexture."""
    raise OfxError(Status.BAD_HANDLE, "no texture")


@callback("OfxStatus(void)")
def flush() -> None:
    """FlushResources: there are none."""


SUITE = ffi.new(
    "OfxImageEffectOpenGLRenderSuiteV1 *",
    {"clipLoadTexture": load_texture, "clipFreeTexture": free_texture, "flushResources": flush},
)
