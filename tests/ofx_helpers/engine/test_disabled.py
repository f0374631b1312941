"""Which input a disabled node shows, as NatronRenderer does."""

import pytest

from ofx_helpers.engine.disabled import preferred_input

SHUFFLE = "net.sf.openfx.ShufflePlugin"


@pytest.mark.parametrize(
    ("plugin", "version", "connected", "shown"),
    [
        (SHUFFLE, 2, ("B", "A"), "A"),  # PyPlugs that come with Natron are of that time
        (SHUFFLE, 3, ("B", "A"), "B"),
        (SHUFFLE, 3, ("A",), "A"),
        ("net.sf.openfx.MergePlugin", 2, ("B", "A", "Mask"), "B"),
        ("net.sf.openfx.MergePlugin", 2, ("A", "Mask"), "A"),
        ("net.sf.openfx.STMap", 1, ("UV", "Source"), "Source"),
        ("net.sf.openfx.PIK", 1, ("PFg", "Fg", "InM"), "Fg"),
        ("net.sf.openfx.GradePlugin", 2, ("Mask",), "Mask"),
        ("net.sf.openfx.GradePlugin", 2, (), ""),
    ],
)
def test_the_input_that_stands_for_a_disabled_node(
    plugin: str, version: int, connected: tuple[str, ...], shown: str
) -> None:
    main = "Fg" if "Fg" in connected else "Source"
    assert preferred_input(plugin, version, connected, main) == shown
