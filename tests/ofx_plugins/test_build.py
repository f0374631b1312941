"""The test plug-ins themselves: they build, and what a bundle exports is an OpenFX plug-in."""

import ctypes
from pathlib import Path

import pytest

from tests.ofx_plugins import build

NAMES = {
    "pictures": ["Mix", "Ramp", "Average", "Threads", "Curve"],
    "kinds": [
        *("Bytes", "AlphaOnly", "ThreeOnly", "Untiled", "Unscaled", "Same", "Grow", "Move"),
        *("Straight", "InOrder", "Unsafe", "Views", "Shader"),
    ],
    "parameters": ["Parameters"],
    "files": ["Read", "Write"],
    "hostile": ["Hostile"],
}


class Plugin(ctypes.Structure):
    """The start of an OfxPlugin."""

    _fields_ = (
        ("api", ctypes.c_char_p),
        ("version", ctypes.c_int),
        ("identifier", ctypes.c_char_p),
    )


@pytest.mark.parametrize("name", build.SOURCES)
def test_bundles_export_their_plugins(name: str, ofx_bundles: Path) -> None:
    binary = ofx_bundles / f"{name}.ofx.bundle" / "Contents" / build.binary_folder() / f"{name}.ofx"
    library = ctypes.CDLL(str(binary))
    library.OfxGetPlugin.restype = ctypes.POINTER(Plugin)
    found = [library.OfxGetPlugin(i).contents for i in range(library.OfxGetNumberOfPlugins())]
    assert [plugin.identifier.decode() for plugin in found] == [
        f"memecomp.test.{plugin}" for plugin in NAMES[name]
    ]
    assert {plugin.api for plugin in found} == {b"OfxImageEffectPluginAPI"}
    assert not library.OfxGetPlugin(len(found))


def test_without_a_compiler_the_tests_fail_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(RuntimeError, match=r"need a C compiler, `cc`: install one"):
        build.compiler()
