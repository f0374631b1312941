"""Who distributes the plug-ins that a project may name: for the error about a missing one."""

from collections.abc import Mapping

from ofx_helpers.engine.errors import RenderError

_SUPPLIERS: Mapping[str, str] = {
    "net.sf.openfx.": "the openfx-misc bundle (Misc.ofx.bundle)",
    "net.sf.cimg.": "the openfx-misc bundle (CImg.ofx.bundle)",
    "eu.cimg.": "the openfx-misc bundle (CImg.ofx.bundle)",
    "fr.inria.openfx.": "the openfx-io bundle (IO.ofx.bundle)",
    "net.fxarena.openfx.": "the openfx-arena bundle (Arena.ofx.bundle)",
    "fr.inria.built-in.": "Natron itself",
    "fr.inria.": "Natron's bundled PyPlugs, saved expanded in the project",
}
"""By the beginning of an id, the longest that fits."""


def missing(name: str, plugin: str) -> RenderError:
    """What to say of the node `name`, whose plug-in nobody has."""
    prefixes = [prefix for prefix in _SUPPLIERS if plugin.startswith(prefix)]
    supplier = _SUPPLIERS[max(prefixes, key=len)] if prefixes else "an OpenFX bundle"
    return RenderError(
        f"{name} is a {plugin}, which the embedded engine does not have. It comes with "
        f"{supplier}: render with Natron, or put the bundle on OFX_PLUGIN_PATH."
    )
