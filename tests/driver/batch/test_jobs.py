"""Rows from CSV and TOML: what they may say, and what is refused."""

from pathlib import Path

import pytest

from driver.batch.jobs import Batch, Wanted, read_batch
from driver.errors import MemecompError
from tests.driver.project.make_template import make_template


def batch(folder: Path, text: str, name: str = "jobs.csv", **wanted: object) -> Batch:
    make_template(folder)
    (folder / name).write_text(text)
    said = Wanted(**{"template": str(folder / "square"), **wanted})  # type: ignore[arg-type]
    return read_batch(folder / name, said)


def test_a_row_a_job_a_column_a_parameter(tmp_path: Path) -> None:
    found = batch(
        tmp_path, 'last,colour,file,words,scene\n1,"1,0,0,1",plates/a.png,"a, b",7\n2,,,,\n'
    )
    assert found.rows[0].values == {
        "last": 1,
        "colour": [1.0, 0.0, 0.0, 1.0],
        "file": str(tmp_path / "plates/a.png"),
        "words": "a, b",
    }
    assert found.rows[0].texts["scene"] == "7"
    assert found.rows[1].values == {"last": 2}
    assert found.folder == tmp_path


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_sign_between_columns_is_found(tmp_path: Path, sign: str) -> None:
    text = f"\ufefflast{sign}words\n\n3{sign}x\n"
    assert [row.values for row in batch(tmp_path, text).rows] == [{"last": 3, "words": "x"}]


def test_a_toml_file_says_everything(tmp_path: Path) -> None:
    text = """
template = "square"
folder = "out"
output = "{words}.####.png"
before = ["echo", "{words}"]
after = [["a"], ["b", "c"]]
[values]
last = 4
[naming]
project = "wiz"
[[rows]]
words = "one"
[[rows]]
words = "two"
last = 5
moves = [[1, 2, 3]]
"""
    found = batch(tmp_path, text, "jobs.toml", template="")
    assert (found.template.name, found.folder) == ("square", tmp_path / "out")
    assert (found.before, found.after) == ((("echo", "{words}"),), (("a",), ("b", "c")))
    assert [row.values["last"] for row in found.rows] == [4, 5]
    assert found.rows[1].values["moves"] == [[1, 2, 3]]
    assert found.rows[0].texts["project"] == "wiz"


def test_what_the_command_line_says_counts_for_every_row(tmp_path: Path) -> None:
    found = batch(
        tmp_path,
        "words\na\nb\n",
        assign=("last=3", "project=wiz"),
        before=("run 'two words' {words}",),
    )
    assert [row.values["last"] for row in found.rows] == [3, 3]
    assert found.rows[1].texts["project"] == "wiz"
    assert found.before == (("run", "two words", "{words}"),)


def test_a_wrong_value_is_the_fault_of_its_row_alone(tmp_path: Path) -> None:
    rows = batch(tmp_path, "last,colour\n1,\nx,\n2,red\n").rows
    assert [row.fault for row in rows] == [
        "",
        "last: takes a whole number, not 'x'.",
        "colour: takes a number, not 'red'.",
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("jobs.csv", "lsat\n1\n", "'lsat' is no parameter of square, .* {lsat}. Near: last"),
        ("jobs.csv", "last,last\n1,2\n", "names the columns, each once"),
        ("jobs.csv", "last\n1,2\n", "line 2: 2 values for 1 columns"),
        ("jobs.csv", "last\n", "has no row"),
        ("jobs.csv", "", "names the columns"),
        ("jobs.toml", "tempalte = 'x'", "no field 'tempalte'. Near: template"),
        ("jobs.toml", "rows = 3", r"write each job as a table \[\[rows\]\]"),
        ("jobs.toml", "before = 'echo x'\n[[rows]]\nlast=1", "write before as a list of words"),
        ("jobs.toml", "a =", "is not valid TOML"),
    ],
)
def test_a_batch_that_cannot_be_understood_is_refused_whole(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(MemecompError, match=words):
        batch(tmp_path, text, name)


def test_a_column_that_only_a_command_or_output_says_is_fine(tmp_path: Path) -> None:
    found = batch(tmp_path, "last,server\n1,x\n", after=("send {server}",))
    assert found.rows[0].texts["server"] == "x"
    assert "server" not in found.rows[0].values


def test_without_a_template_it_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(MemecompError, match="names no template: add --template"):
        batch(tmp_path, "last\n1\n", template="")
