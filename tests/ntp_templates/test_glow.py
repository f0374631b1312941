"""Light that spills: how much, from where, and what it leaves alone."""

from pathlib import Path

import numpy as np

from tests.ntp_templates.rendered import film_frames, linear, rendered, save


def test_nothing_above_the_threshold_changes_nothing(tmp_path: Path) -> None:
    frame = film_frames()[0]
    source = save(tmp_path, "source", [frame])
    found = rendered("glow", tmp_path, source_file=source, threshold=1.0)[1]
    np.testing.assert_array_equal(found, frame)


def test_what_is_added_is_the_light_above_the_threshold_times_amount_and_tint(
    tmp_path: Path,
) -> None:
    picture = np.full((90, 160, 3), 20, np.uint8)
    picture[35:55, 60:100] = 255
    source = save(tmp_path, "source", [picture])
    # Little of it, so that nothing clips but the lamp itself, which the sum leaves out.
    found = rendered(
        "glow", tmp_path, source_file=source, threshold=0.5, size=4, amount=0.5,
        tint=(1.0, 0.5, 0.25),
    )[1]  # fmt: skip
    added = linear(found) - linear(picture)
    outside = np.ones((90, 160), bool)
    outside[35:55, 60:100] = False
    sums = added[outside].sum(0)
    assert sums[0] > 10
    np.testing.assert_allclose(sums / sums[0], (1, 0.5, 0.25), atol=0.01)


def test_a_lamp_at_the_threshold_plus_the_stated_light_spills_it_all(tmp_path: Path) -> None:
    """A blur keeps the sum: a small grey lamp adds (light − threshold) × amount × area."""
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[40:50, 75:85] = 188  # linear 0.503
    source = save(tmp_path, "source", [picture])
    found = rendered(
        "glow", tmp_path, source_file=source, threshold=0.1, size=3, amount=0.6, tint=(1, 1, 1)
    )[1]
    light = linear(np.array(188, np.uint8)) - 0.1
    added = (linear(found) - linear(picture)).sum(axis=(0, 1))
    np.testing.assert_allclose(added, light * 0.6 * 100, rtol=0.03)
