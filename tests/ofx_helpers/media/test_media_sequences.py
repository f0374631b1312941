import pytest

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.sequences import Sequence


def touch(folder, *names):
    for name in names:
        (folder / name).write_text("")


@pytest.mark.parametrize(
    ("pattern", "frame", "name"),
    [
        ("a.####.png", 7, "a.0007.png"),
        ("a.%04d.png", 7, "a.0007.png"),
        ("a.%d.png", 7, "a.7.png"),
        ("a.#.png", 12, "a.12.png"),
        ("a.##.png", 1234, "a.1234.png"),
        ("%03d.exr", 1, "001.exr"),
        ("still.png", 5, "still.png"),
    ],
)
def test_a_pattern_gives_the_file_of_a_frame(pattern, frame, name):
    assert Sequence.parse(f"take #2/{pattern}").path(frame).as_posix() == f"take #2/{name}"


def test_both_spellings_are_one_sequence():
    assert Sequence.parse("x/a.####.png") == Sequence.parse("x/a.%04d.png")
    assert Sequence.parse("x/a.####.png").pattern == "x/a.%04d.png"


def test_only_names_that_the_pattern_gives_are_frames(tmp_path):
    touch(tmp_path, "a.0003.png", "a.0001.png", "a.12345.png", "a.2.png", "b.0002.png", "a.x.png")
    assert Sequence.parse(tmp_path / "a.####.png").frames_on_disk() == [1, 3, 12345]
    assert Sequence.parse(tmp_path / "a.%d.png").frames_on_disk() == [2, 12345]


def test_a_gap_names_the_missing_frames(tmp_path):
    touch(tmp_path, "a.0001.png", "a.0002.png", "a.0005.png")
    with pytest.raises(MediaError, match=r"lacks frames 3, 4 between 1 and 5"):
        Sequence.parse(tmp_path / "a.####.png").whole_range()


def test_a_whole_sequence_gives_its_range(tmp_path):
    touch(tmp_path, *(f"a.{n}.png" for n in range(8, 12)))
    assert Sequence.parse(tmp_path / "a.%d.png").whole_range() == range(8, 12)


def test_no_file_at_all_names_the_pattern(tmp_path):
    with pytest.raises(MediaError, match=r"No file .*a\.%04d\.png exists"):
        Sequence.parse(tmp_path / "a.####.png").whole_range()


def test_the_sequence_of_a_folder_is_found(tmp_path):
    touch(tmp_path, *(f"shot2_v1.{n:03d}.tif" for n in range(95, 105)), "notes.txt", "b.01.png")
    found = Sequence.guess(tmp_path)
    assert found == Sequence.parse(tmp_path / "shot2_v1.%03d.tif")
    assert found.whole_range() == range(95, 105)


def test_unpadded_numbers_are_found_too(tmp_path):
    touch(tmp_path, *(f"{n}.jpg" for n in range(1, 12)))
    assert Sequence.guess(tmp_path).whole_range() == range(1, 12)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(MediaError, match="holds no numbered images"):
        Sequence.guess(tmp_path)


def test_two_sequences_in_a_folder_are_both_named(tmp_path):
    touch(tmp_path, "a.01.png", "a.02.png", "b.01.png", "b.02.png")
    with pytest.raises(MediaError, match=r"several sequences.*'a\.####\.png' or 'b\.####\.png'"):
        Sequence.guess(tmp_path)


def test_two_places_for_the_number_are_refused():
    with pytest.raises(MediaError, match="more than one place"):
        Sequence.parse("a.##.%04d.png")
