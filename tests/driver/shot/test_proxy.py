from driver.shot.proxy import at_proxy
from driver.shot.settings import Foreground, Seam, Segment, Settings

FULL = Settings(
    seam=Seam(feather_px=8),
    segment=Segment(feather_px=12, face="box", face_box=(400, 40, 100, 120)),
    foreground=Foreground(aberration_red=(8, 0), aberration_blue=(-6, 1)),
)


def test_lengths_shrink_with_the_frame() -> None:
    quarter = at_proxy(FULL, 0.25)
    assert quarter.seam.feather_px == 2
    assert quarter.segment.feather_px == 3
    assert quarter.segment.face_box == (100, 10, 25, 30)
    assert quarter.track.drift_px == FULL.track.drift_px / 4


def test_a_shift_keeps_its_direction_and_never_vanishes() -> None:
    quarter = at_proxy(FULL, 0.25)
    assert quarter.foreground.aberration_red == (2, 0)
    assert quarter.foreground.aberration_blue == (-2, 1)


def test_at_full_size_nothing_changes() -> None:
    assert at_proxy(FULL, 1.0) is FULL
