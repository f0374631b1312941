import json

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.shot import alignment as report
from driver.shot.match import Fixed
from driver.shot.paths import ShotPaths
from driver.shot.settings import Align, Bands, Canvas, Inpaint, Settings
from driver.stages.align import STAGE, manual_numbers
from driver.stages.base import Job
from ofx_helpers.media.images import read_rgb8, write_image
from tests.driver.pairs import Truth, dvd, facts, film, wide

CENTRED = Truth()
MOVED = Truth(scale=4.02, x=6.3, y=-9.8, noise=1)


def shot(root, truth, dvd_frames, wide_frames):
    """A work folder as ingest leaves it."""
    paths = ShotPaths(root)
    for number, frame in enumerate(dvd_frames, 1):
        write_image(paths.plate("dvd", number), dvd(film()[frame], truth, frame))
    for number, frame in enumerate(wide_frames, 1):
        write_image(paths.plate("wide", number), wide(film()[frame], truth))
    paths.facts.write_text(facts(truth.wide[2:], len(wide_frames), truth.dvd_size, len(dvd_frames)))
    return paths


def run(paths, settings=None, **job):
    said = []
    settings = settings or Settings()
    STAGE.run(Job(settings=settings, folder=paths.root, paths=paths, on_message=said.append, **job))
    return report.load(paths.align_report), said


@pytest.fixture(scope="module")
def centred(tmp_path_factory):
    paths = shot(tmp_path_factory.mktemp("centred"), CENTRED, range(3, 9), range(0, 8))
    return paths, *run(paths)


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    paths = shot(tmp_path_factory.mktemp("moved"), MOVED, range(3, 9), range(5, 10))
    return paths, *run(paths)


def test_a_dvd_without_its_first_frames_starts_the_shot_later(centred):
    _, found, _ = centred
    assert found.matched_pair_indices == ((4, 1), (5, 2), (6, 3), (7, 4), (8, 5))
    assert found.measured_offsets[2] == 3


def test_a_dvd_that_starts_earlier_waits_for_the_widescreen(moved):
    _, found, _ = moved
    assert found.matched_pair_indices == ((1, 3), (2, 4), (3, 5), (4, 6))
    assert found.measured_offsets[2] == -2


def test_the_report_places_the_demo_pair(centred):
    _, found, _ = centred
    assert found.canvas == (1280, 720)
    assert found.wide == (0, 92, 1280, 536)
    assert found.dvd == (160, 0, 960, 720)
    assert found.top == (160, 0, 960, 100)
    assert found.bottom == (160, 620, 960, 100)
    assert abs(found.scale_residual) < 1e-3
    assert found.fps == 25
    assert not found.manual
    assert not found.apply_residual


def test_a_moved_pair_has_unequal_bands_and_its_rest_in_the_report(moved):
    _, found, _ = moved
    assert found.wide_padded == (1280 + 12, 536 + 20)
    assert found.scale_residual == pytest.approx(0.005, abs=1e-3)
    assert found.band_rows[0] > found.band_rows[1]
    assert found.residual.dx == pytest.approx(0.3, abs=0.25)


def test_the_report_has_the_words_of_the_runbook(centred):
    paths, _, _ = centred
    text = json.loads(paths.align_report.read_text())
    assert {"matched_pair_indices", "measured_offsets", "measured_scale", "wide", "dvd"} <= set(
        text
    )


def test_aligned_frames_are_the_plates_renumbered(centred):
    paths, found, _ = centred
    for number, (there, here) in enumerate(found.matched_pair_indices, 1):
        assert paths.aligned("wide", number).read_bytes() == paths.plate("wide", there).read_bytes()
        assert paths.aligned("dvd", number).read_bytes() == paths.plate("dvd", here).read_bytes()
    assert not paths.aligned("wide", found.frames + 1).exists()
    assert set(STAGE.writes(Job(settings=Settings(), folder=paths.root, paths=paths))) >= {
        paths.aligned("dvd", found.frames),
        paths.align_report,
    }


def test_the_difference_picture_is_dark_where_the_copies_agree(centred):
    paths, _, _ = centred
    apart = read_rgb8(paths.align_difference)
    assert apart.shape == (720, 1280, 3)
    # The picture shows four times the difference; detail that the DVD lacks remains.
    assert 1 < apart[100:620, 160:1120].mean() < 45
    assert apart[:92].max() == 0
    assert apart[:, :160].max() == 0


def test_aligning_again_with_fewer_frames_leaves_no_old_ones(tmp_path):
    paths = shot(tmp_path, CENTRED, range(3, 8), range(0, 8))
    given = Align(scale=4.0, offset_x=0.0, offset_y=0.0, time_offset=3)
    assert run(paths, Settings(align=given))[0].frames == 5
    given = Align(scale=4.0, offset_x=0.0, offset_y=0.0, time_offset=5)
    found, said = run(paths, Settings(align=given))
    assert found.manual
    assert found.matched_pair_indices == ((6, 1), (7, 2), (8, 3))
    assert sorted(path.name for path in paths.aligned("wide", 1).parent.iterdir()) == [
        f"{source}.{number:04d}.png" for source in ("dvd", "wide") for number in (1, 2, 3)
    ]
    assert any("+5 frames" in line for line in said)


def test_a_small_widescreen_is_resampled_to_the_canvas(tmp_path):
    half = Truth(scale=2.0, dvd_size=(120, 90), wide=(320, 226, 640, 268))
    paths = shot(tmp_path, half, range(0, 2), range(0, 2))
    given = Align(scale=2.0, offset_x=0.0, offset_y=0.0, time_offset=0)
    settings = Settings(align=given, canvas=Canvas(width=1280, height=720))
    found, _ = run(paths, settings)
    assert found.wide_scale == 2
    assert found.wide == (0, 92, 1280, 536)
    large = read_rgb8(paths.aligned("wide", 1))
    assert large.shape == (536, 1280, 3)
    small = large.reshape(268, 2, 640, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - read_rgb8(paths.plate("wide", 1))).mean() < 1


def test_a_pair_that_does_not_match_is_refused_and_leaves_no_report(tmp_path):
    paths = ShotPaths(tmp_path)
    for number, frame in enumerate(film("carphone_pristine.mp4", 12)[:4], 1):
        write_image(paths.plate("dvd", number), frame)
        write_image(paths.plate("wide", number), wide(film()[number], CENTRED))
    paths.facts.write_text(facts((1280, 536), 4, (frame.shape[1], frame.shape[0]), 4))
    with pytest.raises(MemecompError, match="do not match"):
        run(paths)
    assert not paths.align_report.exists()


def test_an_unfinished_ingest_is_said_so(tmp_path):
    paths = ShotPaths(tmp_path)
    with pytest.raises(MemecompError, match=r"facts\.json is missing: run the ingest stage first"):
        run(paths)


def test_numbers_that_leave_no_common_frame_or_key_are_refused(tmp_path):
    paths = shot(tmp_path, CENTRED, range(3, 6), range(0, 4))
    given = {"scale": 4.0, "offset_x": 0.0, "offset_y": 0.0}
    with pytest.raises(MemecompError, match=r"align\.time_offset = 9: the copies share no frame"):
        run(paths, Settings(align=Align(time_offset=9, **given)))
    settings = Settings(align=Align(time_offset=2, **given), inpaint=Inpaint(key_frame=3))
    with pytest.raises(MemecompError, match=r"inpaint\.key_frame = 3: the two copies share only 2"):
        run(paths, settings)
    with pytest.raises(MemecompError, match=r"set bands\.allow_fractional"):
        run(paths, Settings(align=Align(time_offset=0, **given | {"scale": 4.3})))
    settings = Settings(
        align=Align(time_offset=2, **given | {"scale": 4.3}), bands=Bands(allow_fractional=True)
    )
    assert run(paths, settings)[0].apply_residual


def test_the_runbooks_sample_gives_four():
    sample = Align(measured_center_sample=(960, 540))
    settings = Settings(align=sample, canvas=Canvas(width=3840, height=2160))
    assert manual_numbers(settings, (3840, 1610)) == [Fixed(scale=4.0)]
    assert manual_numbers(Settings(align=sample), (3840, 1610)) == [Fixed(scale=4.0)]
    # A widescreen copy of half the canvas may be enlarged twice: then 2 of its pixels are one.
    assert manual_numbers(settings, (1920, 805)) == [Fixed(scale=4.0), Fixed(scale=2.0)]


def test_two_scales_by_hand_that_contradict_each_other_are_refused():
    both = Align(measured_center_sample=(960, 540), scale=3.9)
    with pytest.raises(MemecompError, match=r"align\.scale = 3\.9 and align\.measured_center_samp"):
        manual_numbers(Settings(align=both), (3840, 1610))


def test_a_proxy_scales_the_numbers_given_in_pixels():
    align = Align(offset_x=12.0, offset_y=-8.0, scale=4.0)
    (fixed,) = manual_numbers(Settings(align=align), (320, 134), proxy=0.25)
    assert (fixed.scale, fixed.x, fixed.y) == (4.0, 3.0, -2.0)


def test_a_sample_whose_height_says_another_factor_is_refused():
    canvas = Canvas(width=3840, height=2160)
    align = Align(measured_center_sample=(960, 450))
    with pytest.raises(MemecompError, match=r"width says 4 canvas pixels .* its height 4\.8"):
        manual_numbers(Settings(align=align, canvas=canvas), (3840, 1610))
    align = Align(measured_center_sample=(960, 538))
    assert manual_numbers(Settings(align=align, canvas=canvas), (3840, 1610))[0].scale == 4


def with_cuts(paths, **cuts):
    """Says in the facts where other shots begin, as ingest does."""
    found = json.loads(paths.facts.read_text())
    for name, frames in cuts.items():
        found[name]["cuts"] = frames
    paths.facts.write_text(json.dumps(found))


def test_another_shot_before_the_shot_is_cut_off(tmp_path):
    paths = shot(tmp_path, CENTRED, range(2, 8), range(0, 8))
    other = film("carphone_pristine.mp4", 12)
    for number in range(8, 0, -1):
        paths.plate("wide", number).rename(paths.plate("wide", number + 4))
    for number in range(1, 5):
        large = np.zeros((536, 1280, 3), np.uint8)
        large[:144, :176] = other[number][:144, :176]
        write_image(paths.plate("wide", number), large)
    facts_now = json.loads(paths.facts.read_text())
    facts_now["wide"]["frames"] = 12
    paths.facts.write_text(json.dumps(facts_now))
    with_cuts(paths, wide=[5])
    found, _ = run(paths)
    assert found.matched_pair_indices == tuple((frame + 6, frame) for frame in range(1, 7))
    assert found.measured_offsets[2] == 6


@pytest.mark.parametrize(
    ("cuts", "words"),
    [({"wide": [5]}, r"begins at frame 5 \(image 5\)"), ({"dvd": [4]}, "frame 4")],
)
def test_a_cut_inside_the_shot_is_refused_with_its_frame(tmp_path, cuts, words):
    paths = shot(tmp_path, CENTRED, range(0, 8), range(0, 8))
    with_cuts(paths, **cuts)
    given = Align(scale=4.0, offset_x=0.0, offset_y=0.0, time_offset=0)
    with pytest.raises(MemecompError, match=f"cut inside the shot.*{words}"):
        run(paths, Settings(align=given))
    assert not paths.align_report.exists()
