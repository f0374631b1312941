"""Defaults that earlier major versions of a plug-in had: a project stores only what differs.

Facts of openfx-misc, which keeps the old versions so that old projects look as they did.
"""

from collections.abc import Mapping
from typing import Any

# Plug-in: (the first major version of the catalogue's defaults, what was the default before).
_BEFORE: Mapping[str, tuple[int, Mapping[str, Any]]] = {
    "net.sf.openfx.Reformat": (2, {"reformatType": "format"}),
    "net.sf.openfx.LensDistortion": (4, {"cropToFormat": False}),
    "net.sf.cimg.CImgBlur": (4, {"NatronOfxParamProcessA": False}),
    "net.sf.cimg.CImgLaplacian": (4, {"NatronOfxParamProcessA": False}),
    "net.sf.cimg.CImgBloom": (4, {"NatronOfxParamProcessA": False}),
    "net.sf.cimg.CImgChromaBlur": (4, {"NatronOfxParamProcessA": False}),
}


def older_defaults(plugin: str, version: int) -> Mapping[str, Any]:
    """The defaults of `version` (0: the catalogue's) that differ from the catalogue's."""
    first, before = _BEFORE.get(plugin, (0, {}))
    return before if 0 < version < first else {}
