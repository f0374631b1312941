"""Backends are found by themselves, and errors say what to do."""

import subprocess
import sys

import pytest

from models import registry
from models.errors import ModelError
from models.registry import Backend
from models.upscaler import load_upscaler


def test_every_backend_has_its_own_name_and_a_help():
    kinds = registry.collect()
    assert "openvino" in kinds["upscaler"]
    for kind, backends in kinds.items():
        for name, backend in backends.items():
            assert (backend.kind, backend.name) == (kind, name)
            assert backend.help


def test_two_backends_of_one_name_are_refused_and_nothing_changes():
    first = Backend(kind="face", name="a", help="h", needs=(), load=object)
    found = {"face": {"a": first}}
    with pytest.raises(ModelError, match="Two face backends are called 'a'"):
        registry.add(found, Backend(kind="face", name="a", help="h", needs=(), load=object))
    assert found == {"face": {"a": first}}


def test_an_unknown_backend_lists_the_near_ones():
    with pytest.raises(ModelError, match=r"no upscaler 'openvin'. Did you mean 'openvino'"):
        load_upscaler("openvin")


def test_a_backend_that_is_not_installed_names_the_pip_extra(monkeypatch):
    absent = Backend(
        kind="upscaler", name="far", help="h", needs=("no_such_module",), load=object, extra="far"
    )
    monkeypatch.setattr(registry, "collect", lambda: {"upscaler": {"far": absent}})
    with pytest.raises(ModelError, match=r"pip install 'memecomp\[far\]'"):
        load_upscaler("far")
    with pytest.raises(ModelError, match=r"No upscaler can be used here.*memecomp\[far\]"):
        load_upscaler("auto")


def test_auto_takes_the_lowest_rank_that_is_installed(monkeypatch):
    def made(name, rank, needs=(), fits=True):
        return Backend(
            kind="x", name=name, help="h", needs=needs, load=object, rank=rank, in_auto=lambda: fits
        )

    some = [
        made("best", 1, ("no_such_module",)),
        made("unfit", 2, fits=False),
        made("good", 3),
        made("last", 4),
    ]
    monkeypatch.setattr(registry, "collect", lambda: {"x": {b.name: b for b in some}})
    assert registry.choose("x").name == "good"
    assert registry.choose("x", "last").name == "last"


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"weights": "u2netp"}, "for a segmenter, not for an upscaler"),
        ({"device": "tpu"}, "Known: auto, cpu, gpu"),
        ({"precision": "int8"}, "Known: auto, fp32, bf16, fp16"),
    ],
)
def test_a_wrong_choice_is_named(choice, words):
    with pytest.raises(ModelError, match=words):
        load_upscaler(**choice)


def test_collecting_imports_nothing_heavy():
    heavy = ["torch", "openvino", "onnxruntime", "cv2", "diffusers", "rembg", "numba", "ncnn"]
    code = (
        "import sys; from models import registry, tiling, upscaler, weights, download; "
        f"registry.collect(); print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
