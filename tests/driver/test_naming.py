"""Names by the scheme: what they are made of, versions counted up, none taken twice."""

import multiprocessing
from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.naming import claim, reclaim, stem

FIELDS = {"project": "Wizard", "scene": "3", "icon": "hero", "fx": "glow"}


def test_the_fields_make_the_name() -> None:
    assert stem(FIELDS) == "WIZARD_SC_03_HERO_GLOW"


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"scene": "12"}, "WIZARD_SC_12_HERO_GLOW"),
        ({"scene": "7b"}, "WIZARD_SC_07B_HERO_GLOW"),
        ({"fx": "lower_third"}, "WIZARD_SC_03_HERO_LOWER-THIRD"),
        ({"icon": "", "shot": "a/b: c"}, "WIZARD_SC_03_A-B-C_GLOW"),
        ({"project": "Ünï 5"}, "ÜNÏ-5_SC_03_HERO_GLOW"),
    ],
)
def test_a_field_becomes_a_part_of_a_file_name(changed: dict[str, str], name: str) -> None:
    assert stem({**FIELDS, **changed}) == name


def test_every_missing_field_is_named() -> None:
    with pytest.raises(MemecompError, match="needs scene, icon:"):
        stem({"project": "a", "fx": "b", "icon": " "})


def test_versions_count_up_over_what_is_there(tmp_path: Path) -> None:
    first = claim(tmp_path, "A_SC_01_B_C", "mov")
    assert first.path.name == "A_SC_01_B_C_v01.mov"
    second = claim(tmp_path, "A_SC_01_B_C", "png")
    assert second.path.name == "A_SC_01_B_C_v02.####.png"
    first.release()
    second.release()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "A_SC_01_B_C_v07.0001.png").touch()
    (tmp_path / "A_SC_01_B_CD_v09.mov").touch()
    assert claim(tmp_path, "A_SC_01_B_C", ".MOV").path.name == "A_SC_01_B_C_v08.mov"


def test_a_version_that_was_begun_is_taken_up_again_by_one_only(tmp_path: Path) -> None:
    path = tmp_path / "A_v01.mov"
    held = reclaim(path)
    assert held is not None
    assert reclaim(path) is None
    held.release()
    assert reclaim(path) is not None


def take(folder: str, count: int) -> list[str]:
    """Claims versions and writes their files, never two the same."""
    names = []
    for _ in range(count):
        held = claim(Path(folder), "A_SC_01_B_C", "mov")
        with held.path.open("x"):
            names.append(held.path.name)
        held.release()
    return names


def test_two_processes_never_take_one_version(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        taken = pool.starmap(take, [(str(tmp_path), 20)] * 3)
    names = [name for one in taken for name in one]
    assert len(set(names)) == 60
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_a_folder_that_cannot_be_written_to_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MemecompError, match="file/x: a part of its path is a file"):
        claim(tmp_path / "file" / "x", "A", "mov")


def test_a_version_that_was_finished_between_look_and_mark_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "A_v01.mov").touch()
    monkeypatch.setattr("driver.naming._latest", lambda *_: 0)  # looked before it was there
    assert claim(tmp_path, "A", "mov").path.name == "A_v02.mov"
    assert not (tmp_path / ".A_v01.claim").exists()
