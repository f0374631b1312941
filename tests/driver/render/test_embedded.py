"""Where the embedded engine writes, what it refuses, and which node it shows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.project.boost import child_of
from driver.render.base import RenderJob
from driver.render.embedded import EmbeddedRenderer
from driver.render.guard import MAX_PIXELS
from ofx_helpers.media.images import read_image
from tests.driver.cli.run_cli import Said, run_cli
from tests.driver.render.small_project import small_project

TWO = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/one.####.png") }}
{{ node("Write2", "Write", Source="Read1", filename="[Project]/elsewhere/two.####.png") }}
"""


def rendered(**job: object) -> None:
    EmbeddedRenderer().render(RenderJob(**job))  # type: ignore[arg-type]


def test_a_folder_gets_every_writers_files_under_their_names(tmp_path: Path) -> None:
    small_project(tmp_path, TWO)
    rendered(project=tmp_path / "a.ntp", folder=tmp_path / "all")
    names = {path.name for path in (tmp_path / "all").glob("[!.]*")}
    assert names == {"one.0001.png", "one.0002.png", "two.0001.png", "two.0002.png"}
    assert not (tmp_path / "out").exists()
    original = read_image(tmp_path / "in.png").pixels
    assert (read_image(tmp_path / "all/one.0001.png").pixels[..., :3] == original).all()


def test_a_project_named_by_a_relative_path_finds_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shot").mkdir()
    small_project(tmp_path / "shot", TWO)
    monkeypatch.chdir(tmp_path)
    rendered(project=Path("shot/a.ntp"), frames=[2])
    assert (tmp_path / "shot/out/one.0002.png").exists()
    assert (tmp_path / "shot/elsewhere/two.0002.png").exists()


def test_two_writers_of_one_name_are_refused_before_any_frame(tmp_path: Path) -> None:
    small_project(tmp_path, TWO.replace("two.", "one."))
    with pytest.raises(MemecompError, match=r"Write1 and Write2 both write .*one\.0001\.png"):
        rendered(project=tmp_path / "a.ntp", folder=tmp_path / "all")
    assert not (tmp_path / "all").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[Project]/in.png", "[Project]/../secret.png", "wants to read"),
        ("[Project]/in.png", "[Project]/link.png", "wants to read"),
        ("[Project]/out/one", "[Project]/../one", "wants to write"),
        ("[Project]/out/one", "/tmp/memecomp-test-one", "wants to write"),
    ],
)
def test_a_confined_project_stays_in_its_folder(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "shot"
    folder.mkdir()
    small_project(folder, TWO.replace(old, new))
    (tmp_path / "secret.png").write_bytes((folder / "in.png").read_bytes())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(MemecompError, match=f"--confine: the project {said} .*outside {folder}"):
        rendered(project=folder / "a.ntp", confine=True, writers=("Write1",))
    assert not list(tmp_path.glob("one*"))


def test_a_confined_project_may_use_its_folder_and_that_of_the_output(tmp_path: Path) -> None:
    folder = tmp_path / "shot"
    folder.mkdir()
    small_project(folder, TWO)
    rendered(project=folder / "a.ntp", confine=True, folder=tmp_path / "all")
    assert len(list((tmp_path / "all").glob("*.png"))) == 4


def _format(right: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "a.ntp"
        path.write_text(path.read_text().replace("<Right>8</Right>", f"<Right>{right}</Right>"))

    return change


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("400000000", "400000000×6; pictures of up to"),
        ("0", "no pixels"),
        ("nan", "no number|fini"),
    ],
)
def test_an_absurd_format_is_one_sentence(tmp_path: Path, right: str, said: str) -> None:
    small_project(tmp_path, TWO)
    _format(right)(tmp_path)
    with pytest.raises(MemecompError, match=said):
        rendered(project=tmp_path / "a.ntp")


def test_an_input_of_absurd_size_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    small_project(tmp_path, TWO)
    data = bytearray((tmp_path / "in.png").read_bytes())
    data[16:20] = MAX_PIXELS.to_bytes(4, "big")
    (tmp_path / "in.png").write_bytes(data)
    with pytest.raises(MemecompError, match=r"in\.png is 268435456×6; pictures of up to"):
        rendered(project=tmp_path / "a.ntp", folder=tmp_path / "all")


def test_an_absurd_frame_range_is_one_sentence(tmp_path: Path) -> None:
    document = small_project(tmp_path, TWO)
    knob = next(k for k in document.project.iterfind("item") if k.findtext("Name") == "frameRange")
    child_of(knob.findall("item")[1], "Value").text = "2000000000"
    document.write(tmp_path / "a.ntp")
    with pytest.raises(MemecompError, match=r"Write1 has the frames 1 to 2000000000"):
        rendered(project=tmp_path / "a.ntp", folder=tmp_path / "all")


@pytest.mark.parametrize("node", ["Read1", "Bend", "Look", "Viewer1"])
def test_any_node_can_be_rendered_as_if_a_write_were_attached(tmp_path: Path, node: str) -> None:
    small_project(
        tmp_path,
        """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Bend", "Dot", **{"": "Read1"}) }}
{% call group("Look", Picture="Bend", output="Deep") %}
{{ node("Deep", "Invert", Source="Picture", disableNode=true) }}
{% endcall %}
{{ node("Viewer1", "Viewer", **{"1": "Bend"}) }}
""",
    )
    rendered(project=tmp_path / "a.ntp", node=node, output=tmp_path / "x.####.png", frames=[2])
    original = read_image(tmp_path / "in.png").pixels
    assert (read_image(tmp_path / "x.0002.png").pixels[..., :3] == original).all()


def test_many_projects_go_on_after_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small_project(tmp_path, TWO, "a.ntp")
    (tmp_path / "bad.ntp").write_text("no project")
    small_project(tmp_path, TWO.replace("one", "three").replace("two", "four"), "c.ntp")
    paths = [tmp_path / name for name in ("a.ntp", "bad.ntp", "c.ntp")]
    words = ("render", *paths, "--out", tmp_path / "all", "--engine", "embedded")
    said: Said = run_cli(monkeypatch, capsys, *words)
    assert said.status == 1
    assert said.error.endswith(f"memecomp: 1 of 3 projects failed:\n  {tmp_path}/bad.ntp\n")
    assert "bad.ntp is not a whole Natron project" in said.error
    assert (tmp_path / "all/one.0002.png").exists()
    assert (tmp_path / "all/three.0002.png").exists()
