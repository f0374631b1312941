"""A bar that opens, stands in its colours, and closes."""

from pathlib import Path

import numpy as np
import pytest

from tests.ntp_templates.rendered import HEIGHT, WIDTH, film_frames, linear, rendered, save

TIMES = {"start": 3, "end": 10, "move_frames": 2}
BAR, ACCENT = (0.2, 0.1, 0.3, 0.7), (1.0, 0.0, 0.0)


def shown(folder: Path, frames: tuple[int, ...], **values: object) -> dict:
    source = save(folder, "source", [film_frames()[0]] * 12)
    given = {"bar": BAR, "accent": ACCENT, "title": "Il", "subtitle": "", **TIMES, **values}
    return rendered("lower_third", folder, frames, source_file=source, last=12, **given)


def box(frame: np.ndarray) -> tuple[slice, slice]:
    """The rectangle that differs from the picture."""
    rows, columns = np.nonzero((frame != film_frames()[0]).any(-1))
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def test_before_and_after_the_picture_is_untouched(tmp_path: Path) -> None:
    found = shown(tmp_path, (1, 2, 3, 6, 10, 11, 12))
    for frame, pixels in found.items():
        assert np.array_equal(pixels, film_frames()[0]) == (frame in (1, 2, 11, 12)), frame


def test_the_bar_lies_at_the_lower_left_inside_the_frame(tmp_path: Path) -> None:
    rows, columns = box(shown(tmp_path, (6,))[6])
    assert columns.start == int(0.06 * WIDTH)
    assert rows.stop == HEIGHT - int(0.09 * HEIGHT)
    assert rows.start > HEIGHT / 2


def test_stripe_bar_and_words_have_their_colours(tmp_path: Path) -> None:
    found, source = (
        shown(tmp_path, (6,), title="M", ink=(0, 1, 0), title_size=14)[6],
        film_frames()[0],
    )
    rows, columns = box(found)
    np.testing.assert_array_equal(
        found[rows, columns][:, 0], [(255, 0, 0)] * (rows.stop - rows.start)
    )
    last = np.s_[rows, columns.stop - 2 : columns.stop]
    wanted = np.array(BAR[:3]) * BAR[3] + linear(source[last]) * (1 - BAR[3])
    np.testing.assert_allclose(linear(found[last]), wanted, atol=0.006)
    assert (found == (0, 255, 0)).all(-1).sum() > 3


def test_it_opens_to_the_right_and_closes_again(tmp_path: Path) -> None:
    found = shown(tmp_path, (3, 4, 5, 8, 9, 10))
    wide = {frame: box(pixels)[1] for frame, pixels in found.items()}
    length = {frame: part.stop - part.start for frame, part in wide.items()}
    assert length[3] < length[4] < length[5] == length[8] > length[9] > length[10]
    assert len({part.start for part in wide.values()}) == 1


def test_a_longer_name_makes_a_longer_bar_inside_the_frame(tmp_path: Path) -> None:
    lengths = [
        box(shown(tmp_path, (6,), title=title)[6])[1].stop
        for title in ("Il", "Il Il Il Il", "M" * 80)
    ]
    assert lengths[0] < lengths[1] < lengths[2] == WIDTH


def test_words_never_show_outside_the_bar(tmp_path: Path) -> None:
    plain, named = (shown(tmp_path, (4, 6), title=title) for title in (" " * 20, "M" * 20))
    for frame in (4, 6):
        assert box(plain[frame]) == box(named[frame])


@pytest.mark.parametrize("last", [1, 2, 3])
def test_very_short_ranges_render(tmp_path: Path, last: int) -> None:
    source = save(tmp_path, "source", film_frames(3)[:last])
    assert len(rendered("lower_third", tmp_path, (1, last), source_file=source, last=last))
