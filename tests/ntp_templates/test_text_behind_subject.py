"""Words that stay behind the subject."""

from pathlib import Path

import numpy as np

from tests.ntp_templates.rendered import HEIGHT, WIDTH, film_frames, rendered, save

FRAMES = tuple(range(1, 13))


def show(folder: Path, **values: object) -> tuple[dict[int, np.ndarray], np.ndarray, np.ndarray]:
    """The frames, the picture and the matte: a box over the middle with a soft side."""
    picture = film_frames()[0]
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[20:, 60:90] = 255
    matte[20:, 90:94] = 128
    source = save(folder, "source", [picture] * 12)
    mattes = save(folder, "matte", [matte] * 12)
    frames = rendered(
        "text_behind_subject", folder, values.pop("frames", FRAMES), last=12,
        source_file=source, matte_file=mattes, **values,
    )  # fmt: skip
    return frames, picture, matte


def changed(frame: np.ndarray, picture: np.ndarray) -> np.ndarray:
    return (frame != picture).any(-1)


def test_the_subject_stays_bit_for_bit_in_every_frame(tmp_path: Path) -> None:
    frames, picture, matte = show(tmp_path, text="MMMM", text_y=0.5)
    for frame in frames.values():
        np.testing.assert_array_equal(frame[matte == 255], picture[matte == 255])


def test_the_words_lie_on_both_sides_of_the_subject_in_their_colour(tmp_path: Path) -> None:
    frames, picture, matte = show(
        tmp_path, text="MMMM", text_y=0.5, colour=(0, 1, 0, 1), shadow=0, frames=(6,)
    )
    pure = (frames[6] == (0, 255, 0)).all(-1)
    assert pure[:, :60].sum() > 150
    assert pure[:, 94:].sum() > 150
    rows = np.flatnonzero(pure.any(1))
    assert abs((rows[0] + rows[-1]) / 2 - HEIGHT / 2) < 5
    assert not (changed(frames[6], picture) & (matte == 255)).any()


def test_the_words_slide_in_drift_to_the_right_and_leave(tmp_path: Path) -> None:
    frames, picture, _matte = show(tmp_path, text="III", text_y=0.12, leave=True, drift=0.1)
    middles = {
        number: np.flatnonzero(changed(frame, picture)[:18].any(0)).mean()
        for number, frame in frames.items()
        if changed(frame, picture)[:18].any()
    }
    assert 1 not in middles
    assert 12 not in middles
    standing = [middles[number] for number in (4, 5, 6, 7, 8, 9)]
    assert standing == sorted(standing)
    assert 8 <= standing[-1] - standing[0] <= 20  # a tenth of 160 pixels


def test_the_subjects_shadow_falls_on_the_words_beside_it_only(tmp_path: Path) -> None:
    plain, _, _ = show(tmp_path, text="MMMM", text_y=0.5, shadow=0, frames=(6,))
    dark, picture, _ = show(tmp_path, text="MMMM", text_y=0.5, shadow=0.8, frames=(6,))
    darker = (dark[6].astype(int) < plain[6]).any(-1)
    assert darker[:, 50:60].sum() > 20
    assert not (darker & ~changed(plain[6], picture)).any()
    assert not (dark[6].astype(int) > plain[6]).any()
