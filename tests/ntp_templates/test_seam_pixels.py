"""The seam: eight pixels inside the widescreen's edge, and nothing else."""

from pathlib import Path

import numpy as np

from tests.ntp_templates.composite_shot import WIDE_HEIGHT, WIDE_Y, Shot, linear


def test_a_seam_changes_only_its_own_pixels_inside_the_edge(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    final, _none = shot.render(seam_feather=8)
    changed = (final != shot.expected()).any(axis=2)
    allowed = np.zeros_like(changed)
    # Where a band lies beneath: 4 rows of it reach under the widescreen's edge.
    allowed[WIDE_Y : WIDE_Y + 4, 12:52] = True
    allowed[WIDE_Y + WIDE_HEIGHT - 4 : WIDE_Y + WIDE_HEIGHT, 12:52] = True
    assert changed[allowed].mean() > 0.9
    assert not changed[~allowed].any()


def test_a_seam_fades_from_the_band_to_the_widescreen(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    shot.wide[:] = 0
    shot.top = np.full((20, 40, 3), 255, np.uint8)
    final, _none = shot.render(seam_feather=8, top_paste=(12, 0, 40, 20))
    band = linear(final[:, 30, 0])
    ramp = band[WIDE_Y : WIDE_Y + 8]
    assert band[WIDE_Y - 1] == 1.0
    assert ramp[0] > 0.95
    assert (np.diff(ramp) < 0).all()
    assert 0.3 < ramp[3:5].mean() < 0.75
    assert band[WIDE_Y + 8] == 0.0
