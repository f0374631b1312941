"""Write, in the graph: passes its input on. `engine.render` writes the files."""

from ofx_helpers.engine.node_type import Context, NodeType, Same, never_rendered


def _same(_context: Context) -> Same:
    # What is asked of its input is the file's window, whatever region that says it has.
    return Same("Source", beyond=True)


NODE = NodeType(
    plugins=(
        "fr.inria.built-in.Write",
        "fr.inria.openfx.WritePNG",
        "fr.inria.openfx.WriteEXR",
        "fr.inria.openfx.WriteOIIO",
        "fr.inria.openfx.WritePFM",
        "fr.inria.openfx.WriteFFmpeg",
    ),
    same=_same,
    render=never_rendered,
)
