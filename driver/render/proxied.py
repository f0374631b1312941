"""A copy of a project that writes at a fraction of the size.

The whole picture is computed and then scaled by a Reformat before each writer: what a proxy shows
is what the full render will show, smaller, and every node means what it meant. It saves disk and
encoding, not computing. It works the same in every renderer.
"""

from pathlib import Path

from driver.errors import MemecompError
from driver.project.catalog import WRITE
from driver.project.document import Document
from driver.project.edit import add_node, connect, set_param
from driver.render.moved import make_paths_absolute


def proxied(document: Document, scale: float, folder: Path) -> Path:
    """Writes the copy to `folder` and returns its path; `document` is changed.

    Paths in the copy are absolute. Raises MemecompError for a project of an older Natron.
    """
    make_paths_absolute(document)
    for node in list(document.nodes):
        source = node.inputs.get("Source")
        if node.plugin != WRITE or source is None:
            continue
        name = _free_name(document, f"Proxy{node.name}")
        values = {"reformatType": "scale", "reformatScale": [scale, scale], "filter": "cubic"}
        try:
            add_node(document, name, "Reformat", values, {"Source": source})
            connect(document, node.name, "Source", name)
            set_param(document, node.name, "formatType", "input")
        except MemecompError as error:
            raise MemecompError(f"--proxy: {error}") from error
    copy = folder / document.path.name
    document.write(copy)
    return copy


def _free_name(document: Document, wanted: str) -> str:
    taken = {node.name for node in document.nodes}
    name = wanted
    while name in taken:
        name += "_"
    return name
