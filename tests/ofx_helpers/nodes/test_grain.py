import numpy as np
import pytest

from tests.ofx_helpers.engine.graphs import graph, node, render

KINDS = ("gaussian", "uniform", "saltnpepper", "poisson", "rice")


def grain(level: float = 0.5, time: float = 1.0, size: int = 64, **params: object) -> np.ndarray:
    made = graph(
        node("C", "ConstantPlugin", color=(level,) * 3 + (1.0,)),
        node("N", "net.sf.cimg.CImgNoise", {"Source": "C"}, **params),
        size=(size, size),
    )
    return render(made, "N", time=time).pixels


def test_the_deviation_is_the_asked_one_and_poisson_noise_counts() -> None:
    normal = grain(sigma=0.1)[..., :3]
    assert normal.std() == pytest.approx(0.1, rel=0.05)
    assert normal.mean() == pytest.approx(0.5, abs=0.01)
    even = grain(sigma=0.1, type="uniform")[..., 0]
    assert np.abs(even - 0.5).max() <= 0.1
    assert even.std() == pytest.approx(0.1 / 3**0.5, rel=0.05)
    counts = grain(sigma=0.01, type="poisson")[..., 0]
    np.testing.assert_allclose(counts / 0.01, np.rint(counts / 0.01), atol=1e-3)


def test_salt_and_pepper_hit_the_asked_percentage() -> None:
    hit = grain(sigma=10.0, type="saltnpepper")[..., 0]
    assert (hit != 0.5).mean() == pytest.approx(0.1, abs=0.02)
    assert set(np.unique(hit)) == {0, 0.5, 1}


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_always_has_the_same_noise_and_another_frame_another(kind: str) -> None:
    options = {"type": kind, "sigma": 5.0 if kind == "saltnpepper" else 0.1, "size": 16}
    first = grain(**options)
    np.testing.assert_array_equal(first, grain(**options))
    assert not np.array_equal(first, grain(time=2.0, **options))
    still = grain(staticSeed=True, **options)
    np.testing.assert_array_equal(still, grain(staticSeed=True, time=2.0, **options))
    np.testing.assert_array_equal(first[..., 3], 1)
