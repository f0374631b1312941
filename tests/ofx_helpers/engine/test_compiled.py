from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.engine import compiled


def test_what_is_kept_is_kept_for_the_text_of_all_kernels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nodes").mkdir()
    kernel, node = tmp_path / "nodes" / "_hsv_kernel.py", tmp_path / "nodes" / "hsv_tool.py"
    kernel.write_text("1")
    node.write_text("1")
    monkeypatch.setattr(compiled, "PACKAGE", tmp_path)
    texts = []
    for changed in (kernel, node, kernel):
        compiled._text.cache_clear()
        texts.append(compiled._text())
        changed.write_text("2")
    compiled._text.cache_clear()
    assert texts[0] != texts[1] == texts[2]


def test_a_loop_is_kept_beside_the_code() -> None:
    from ofx_helpers.engine.kernels import over

    kept = over._cache.cache_path  # type: ignore[attr-defined]
    assert f"__pycache__/kernels-{compiled._text()}" in kept


def test_a_loop_divides_as_numpy_does() -> None:
    @compiled.inlined
    def ratio(a: float, b: float) -> float:
        return a / b

    assert np.isnan(ratio(0.0, 0.0))
    assert ratio(-1.0, 0.0) == -np.inf
