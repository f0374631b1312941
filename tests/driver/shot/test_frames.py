import pytest

from driver.errors import MemecompError
from driver.shot.frames import brief, choose, parse


def test_ranges_steps_and_single_frames_are_joined_in_order() -> None:
    assert parse("30,1-3,10-20:5") == [1, 2, 3, 10, 15, 20, 30]


def test_brief_is_the_reverse_of_parse() -> None:
    assert brief(parse("1-24,30")) == "1-24,30"


@pytest.mark.parametrize("text", ["", "a-b", "5-1", "1-9:0", "1--3"])
def test_nonsense_is_refused_with_the_text_itself(text: str) -> None:
    with pytest.raises(MemecompError, match="frames '"):
        parse(text)


def test_a_frame_outside_the_shot_is_refused_with_the_range() -> None:
    with pytest.raises(MemecompError, match=r"frame 49 .* has frames 1 to 48"):
        choose("40-49", 48)
