import numpy as np
import pytest

from driver.shot.alignment import Grade, Residual
from driver.shot.colour import apply_table, grade_table
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings
from driver.stages.base import Job
from driver.stages.real import STAGE, composed
from ofx_helpers.media.images import read_grey8, read_image, write_image
from tests.driver.stages.test_bands import alignment

RNG = np.random.default_rng(3)


def pictures(found):
    """Random widescreen and bands of the sizes that the alignment asks for."""

    def noise(rect):
        return RNG.integers(30, 226, (rect.height, rect.width, 3), np.uint8)

    bands = {side: noise(found.band_rect(side)) for side in ("top", "bottom")}
    return noise(found.wide_rect), bands


def test_widescreen_wins_over_bands_and_bands_over_nothing():
    found = alignment()
    wide, bands = pictures(found)
    key, masks = composed(wide, bands, found)
    assert key.shape == (144, 200, 4)
    assert (key[20:132, :, :3] == wide).all()
    assert (key[:20, 4:196, :3] == bands["top"][:20]).all()
    assert (key[132:, 4:196, :3] == bands["bottom"][-12:]).all()
    missing = np.zeros((144, 200), bool)
    missing[:20, :4] = missing[:20, 196:] = missing[132:, :4] = missing[132:, 196:] = True
    assert (masks["missing"] == missing).all()
    assert (key[..., 3] == np.where(missing, 0, 255)).all()
    assert (key[missing] == 0).all()
    assert masks["wide"].sum() == 200 * 112
    assert masks["bands"].sum() == 192 * (28 + 20)


def test_bands_carry_the_grade_and_the_widescreen_does_not():
    grade = Grade(multiply=(1.2, 1.0, 0.8), gamma=(1.0, 1.1, 1.0))
    found = alignment(grade=grade)
    wide, bands = pictures(found)
    key, _ = composed(wide, bands, found)
    assert (key[20:132, :, :3] == wide).all()
    assert (key[:20, 4:196, :3] == apply_table(bands["top"], grade_table(grade))[:20]).all()


def test_a_widescreen_reaching_over_the_canvas_is_cut():
    found = alignment().model_copy(update={"wide": (-6, 20, 200, 112)})
    wide, bands = pictures(found)
    key, masks = composed(wide, bands, found)
    assert (key[20:132, :194, :3] == wide[:, 6:]).all()
    assert masks["missing"][60, 194:].all()
    # The DVD has those columns in its bands only: the core is not upscaled.
    assert not masks["missing"][10, 194:196].any()


def test_a_rest_moves_the_bands_and_leaves_half_covered_pixels_missing():
    rest = Residual(scale=1.0, dx=0.5, dy=0.0)
    found = alignment().model_copy(update={"apply_residual": True, "residual": rest})
    wide, bands = pictures(found)
    ramp = (np.arange(192) + 40).astype(np.uint8)
    bands["top"] = np.repeat(np.tile(ramp[None, :, None], (28, 1, 1)), 3, axis=2)
    key, masks = composed(wide, bands, found)
    assert masks["missing"][5, 4]
    assert not masks["missing"][5, 8]
    assert key[5, 44, 0] == pytest.approx((float(ramp[40]) + ramp[39]) / 2, abs=1)
    assert (key[20:132, :, :3] == wide).all()


def test_the_stage_writes_the_key_and_the_masks(tmp_path):
    paths = ShotPaths(tmp_path)
    found = alignment()
    wide, bands = pictures(found)
    write_image(paths.aligned("wide", 1), wide)
    for side, band in bands.items():
        write_image(paths.band(side), band)
    paths.align_report.parent.mkdir()
    paths.align_report.write_text(found.model_dump_json())
    work = Job(settings=Settings(), folder=tmp_path, paths=paths)
    assert set(STAGE.reads(work)) == {
        paths.align_report,
        paths.aligned("wide", 1),
        paths.band("top"),
        paths.band("bottom"),
    }
    STAGE.run(work)
    key = read_image(paths.real_key).pixels
    assert (key == composed(wide, bands, found)[0]).all()
    assert set(np.unique(read_grey8(paths.available("missing")))) == {0, 255}
    assert all(path.exists() for path in STAGE.writes(work))
