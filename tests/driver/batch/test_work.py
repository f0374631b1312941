"""A batch at work: each row its own output, failures at the end, hooks, going on."""

import json
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from driver.batch.jobs import Wanted, read_batch
from driver.batch.work import How, Result, work
from driver.errors import CancelledError, MemecompError
from driver.events import Event
from driver.naming import claim
from driver.project.document import read
from driver.render.base import RenderJob
from driver.render.choose import renderer
from driver.render.journal import HIDDEN
from driver.render.preflight import _unwritable
from ofx_helpers.media.images import read_rgb8
from tests.driver.project.make_template import BODY, TOML, make_template

ASKS = BODY.replace('"[Project]/out/a.####.png"', "output_file")
MORE = '\n[parameters.output_file]\ntype = "file"\nhelp = "Where to."\n'
HEAD = "words,last,colour\n"
THREE = HEAD + 'red,1,"1,0,0,1"\ngreen,2,"0,1,0,1"\nblue,1,"0,0,1,1"\n'


class Bench:
    """A folder with a template and a file of jobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        make_template(folder, body=ASKS, toml=TOML + MORE)

    def run(self, text: str | None = None, **more: object) -> Result:
        """Works through the jobs; `more` are fields of `Wanted` and `How`."""
        jobs = self.folder / "jobs.csv"
        if text is not None:
            jobs.write_text(text)
        how = {name: more.pop(name) for name in ("jobs", "overwrite", "cancelled") if name in more}
        said = {"template": str(self.folder / "square"), "output": "{words}.####.png", **more}
        self.events.clear()
        return work(
            read_batch(jobs, Wanted(**said)),  # type: ignore[arg-type]
            How(renderer=renderer("embedded"), on_event=self.events.append, **how),  # type: ignore[arg-type]
        )

    def names(self) -> list[str]:
        """What a person sees in the folder."""
        ours = {"square", "jobs.csv", HIDDEN}
        return sorted(path.name for path in self.folder.iterdir() if path.name not in ours)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def script(folder: Path, text: str) -> list[str]:
    path = folder / "square" / f"hook{len(text)}.py"
    path.write_text(text)
    return [sys.executable, str(path)]


def as_option(words: list[str], *more: str) -> str:
    return " ".join(f"'{word}'" for word in (*words, *more))


def test_each_row_has_its_own_project_and_picture(bench: Bench) -> None:
    found = bench.run(THREE)
    assert (found.done, found.kept, found.failed) == ([1, 2, 3], [], {})
    assert bench.names() == [
        "blue.0001.png",
        "blue.ntp",
        "green.0001.png",
        "green.0002.png",
        "green.ntp",
        "red.0001.png",
        "red.ntp",
    ]
    for name, colour in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        assert tuple(read_rgb8(bench.folder / f"{name}.0001.png")[3, 3]) == colour
    writes = [node for node in read(bench.folder / "red.ntp").nodes if node.name == "Write1"]
    assert writes[0].params["filename"].values == ("[Project]/red.####.png",)


def test_a_row_that_fails_leaves_the_others_alone_and_is_named_at_the_end(bench: Bench) -> None:
    found = bench.run(HEAD + "a,x,\nb,1,\nc,0,\nb,1,\n")
    assert found.done == [2]
    assert sorted(found.failed) == [1, 3, 4]
    with pytest.raises(MemecompError) as caught:
        found.require()
    lines = str(caught.value).splitlines()
    assert lines[0] == "3 of 4 rows failed:"
    assert lines[1] == "  row 1: last: takes a whole number, not 'x'."
    assert "last frame 0 is before 1" in lines[2]
    assert f"row 4: it writes {bench.folder}/b.####.png, as row 2 does" in lines[3]


def test_a_second_run_does_only_what_changed(bench: Bench) -> None:
    bench.run(THREE)
    assert bench.run().kept == [1, 2, 3]
    assert [event.kind for event in bench.events] == ["start", "kept"] * 3
    changed = THREE.replace("0,1,0,1", "1,1,0,1")
    found = bench.run(changed)
    assert (found.done, found.kept) == ([2], [1, 3])
    assert tuple(read_rgb8(bench.folder / "green.0001.png")[3, 3]) == (255, 255, 0)
    (bench.folder / "red.0001.png").unlink()
    assert bench.run(changed).done == [1]
    assert (bench.folder / "red.0001.png").exists()
    body = (bench.folder / "square/template.ntp.j2").read_text()
    (bench.folder / "square/template.ntp.j2").write_text(body + "\n")
    assert bench.run(changed).done == [1, 2, 3]


def test_a_changed_input_is_a_change(bench: Bench) -> None:
    from PIL import Image

    picture = bench.folder / "square" / "in.png"
    Image.new("RGB", (64, 64), (9, 9, 9)).save(picture)
    text = "words,last,file\na,1,square/in.png\n"
    assert bench.run(text).done == [1]
    assert bench.run(text).kept == [1]
    Image.new("RGB", (64, 64), (90, 9, 9)).save(picture)
    assert bench.run(text).done == [1]
    assert tuple(read_rgb8(bench.folder / "a.0001.png")[40, 40]) == (90, 9, 9)


def test_a_project_that_somebody_changed_is_not_replaced(bench: Bench) -> None:
    bench.run(THREE)
    mine = (bench.folder / "red.ntp").read_bytes() + b"\n"
    (bench.folder / "red.ntp").write_bytes(mine)
    found = bench.run(THREE.replace("1,0,0,1", "0,0,0,1"))
    assert "red.ntp exists already and is not as a batch wrote it" in found.failed[1]
    assert (bench.folder / "red.ntp").read_bytes() == mine
    assert bench.run(overwrite=True).done == [1, 2, 3]
    assert (bench.folder / "red.ntp").read_bytes() != mine


def test_a_strangers_picture_is_not_replaced(bench: Bench) -> None:
    (bench.folder / "red.0001.png").write_text("mine")
    found = bench.run(THREE)
    assert list(found.failed) == [1]
    assert (bench.folder / "red.0001.png").read_text() == "mine"


def test_names_by_the_scheme_count_versions_up(bench: Bench) -> None:
    text = "words,last,scene,icon\na,1,3,hero\nb,1,3,hero\nc,1,12,moon\n"
    how = {"output": "", "scheme": "png", "assign": ("project=wiz", "fx=look")}
    assert bench.run(text, **how).done == [1, 2, 3]
    assert [name for name in bench.names() if name.endswith(".png")] == [
        "WIZ_SC_03_HERO_LOOK_v01.0001.png",
        "WIZ_SC_03_HERO_LOOK_v02.0001.png",
        "WIZ_SC_12_MOON_LOOK_v01.0001.png",
    ]
    before = (bench.folder / "WIZ_SC_03_HERO_LOOK_v02.0001.png").read_bytes()
    assert bench.run(**how).kept == [1, 2, 3]
    assert bench.run(text.replace("b,1", "b2,1"), **how).done == [2]
    assert (bench.folder / "WIZ_SC_03_HERO_LOOK_v03.0001.png").exists()
    assert (bench.folder / "WIZ_SC_03_HERO_LOOK_v02.0001.png").read_bytes() == before
    assert not [name for name in bench.names() if name.endswith(".claim")]


def test_a_scheme_for_films_writes_one_file(bench: Bench) -> None:
    text = "words,last,scene,icon\na,3,3,hero\n"
    how = {"output": "", "scheme": ".mov", "assign": ("project=wiz", "fx=look")}
    assert bench.run(text, **how).failed == {}
    assert "WIZ_SC_03_HERO_LOOK_v01.mov" in bench.names()


def test_a_row_without_a_name_says_which_fields_it_lacks(bench: Bench) -> None:
    found = bench.run("words,last\na,1\n", output="", scheme="png")
    assert "needs project, scene, icon" in found.failed[1]
    found = bench.run("words,last\na,1\n", output="")
    assert "it has no output: add a column output" in found.failed[1]
    found = bench.run("words,last,output\na,1,{wrods}.png\n", output="")
    assert "no value 'wrods'. Near: words" in found.failed[1]


def test_hooks_get_the_rows_values_and_no_shell(bench: Bench) -> None:
    log = bench.folder / "square" / "log.txt"
    text = (
        "import os, sys, json\n"
        f"with open({str(log)!r}, 'a') as f:\n"
        "    own = {k: v for k, v in os.environ.items() if k.startswith('MEMECOMP_ROW_')}\n"
        "    f.write(json.dumps([sys.argv[1:], own, os.getcwd()]) + '\\n')\n"
    )
    command = script(bench.folder, text)
    rows = 'words,last\n"$(touch x); a b",1\n'
    found = bench.run(
        rows,
        output="a.####.png",
        before=(as_option(command, "before", "{words}"),),
        after=(as_option(command, "after", "{output}", "{{x}}"),),
    )
    assert found.failed == {}
    first, second = (json.loads(line) for line in log.read_text().splitlines())
    assert first[0] == ["before", "$(touch x); a b"]
    assert second[0] == ["after", f"{bench.folder}/a.####.png", "{x}"]
    assert first[1]["MEMECOMP_ROW_WORDS"] == "$(touch x); a b"
    assert first[1]["MEMECOMP_ROW_NUMBER"] == "1"
    assert first[1]["MEMECOMP_ROW_PROJECT_FILE"] == f"{bench.folder}/a.ntp"
    assert [one[1]["MEMECOMP_ROW_STATUS"] for one in (first, second)] == ["begun", "done"]
    assert first[2] == str(bench.folder)
    assert not (bench.folder / "x").exists()


def test_a_hook_that_fails_fails_its_row_with_its_own_last_words(bench: Bench) -> None:
    command = script(bench.folder, "import sys\nsys.exit('no disk' if 'red' in sys.argv else 0)\n")
    found = bench.run(THREE, before=(as_option(command, "{words}"),))
    assert found.done == [2, 3]
    assert found.failed == {1: f"{sys.executable} ended with status 1: no disk"}
    assert not (bench.folder / "red.0001.png").exists()
    found = bench.run(HEAD + "a,1,\n", before=("no_such_command_here",))
    assert found.failed[1].startswith("no_such_command_here cannot be started: ")


def test_the_hook_after_runs_for_a_row_that_could_not_be_rendered_too(bench: Bench) -> None:
    log = bench.folder / "square" / "log.txt"
    command = script(bench.folder, f"import sys\nopen({str(log)!r}, 'a').write(sys.argv[1])\n")
    found = bench.run("words,last,file\na,1,missing.png\n", after=(as_option(command, "{status}"),))
    assert "missing.png" in found.failed[1]
    assert log.read_text() == "failed"


def test_several_rows_at_once_make_the_same_files(bench: Bench) -> None:
    found = bench.run(THREE, jobs=3)
    assert (sorted(found.done), found.failed) == ([1, 2, 3], {})
    assert len(bench.names()) == 7
    assert tuple(read_rgb8(bench.folder / "blue.0001.png")[3, 3]) == (0, 0, 255)


def test_rows_at_once_do_not_hinder_each_other_where_they_ask_for_the_same_folder(
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(_unwritable, [tmp_path] * 2000))
    assert said == {""}
    assert list(tmp_path.iterdir()) == []


def test_the_users_stop_keeps_what_is_finished(bench: Bench) -> None:
    def after_one() -> bool:
        return any(event.kind == "done" for event in bench.events)

    with pytest.raises(CancelledError):
        bench.run(THREE, cancelled=after_one)
    assert bench.names() == ["red.0001.png", "red.ntp"]
    found = bench.run(THREE)
    assert (found.done, found.kept) == ([2, 3], [1])


class Stopped:
    """A renderer that is stopped in the middle of a row."""

    name = "stopped"

    def __init__(self, inside: Callable[[Path], None]) -> None:
        self.inside = inside

    def render(self, job: RenderJob) -> None:
        self.inside(job.project)
        raise KeyboardInterrupt


def test_a_row_that_was_begun_keeps_its_version_unless_somebody_is_at_it(bench: Bench) -> None:
    text = "words,last,scene,icon\na,1,3,hero\n"
    said = Wanted(
        template=str(bench.folder / "square"), scheme="png", assign=("project=wiz", "fx=look")
    )
    (bench.folder / "jobs.csv").write_text(text)
    other: list[str] = []

    def meanwhile(_: Path) -> None:
        # Another process with the same jobs at the same time.
        thread = threading.Thread(target=again)
        thread.start()
        thread.join()

    def again() -> None:
        found = work(
            read_batch(bench.folder / "jobs.csv", said), How(renderer=renderer("embedded"))
        )
        assert found.failed == {}
        other.extend(name for name in bench.names() if name.endswith(".png"))

    with pytest.raises(KeyboardInterrupt):
        work(read_batch(bench.folder / "jobs.csv", said), How(renderer=Stopped(meanwhile)))
    assert other == ["WIZ_SC_03_HERO_LOOK_v02.0001.png"]
    (bench.folder / "jobs.csv").write_text(text.replace("a,1", "z,1"))
    with pytest.raises(KeyboardInterrupt):
        work(read_batch(bench.folder / "jobs.csv", said), How(renderer=Stopped(lambda _: None)))
    found = work(read_batch(bench.folder / "jobs.csv", said), How(renderer=renderer("embedded")))
    assert found.done == [1]
    assert [name for name in bench.names() if name.endswith(".png")] == [
        "WIZ_SC_03_HERO_LOOK_v02.0001.png",
        "WIZ_SC_03_HERO_LOOK_v03.0001.png",
    ]


def test_claims_of_other_programs_are_respected(bench: Bench) -> None:
    held = claim(bench.folder, "WIZ_SC_03_HERO_LOOK", "png")
    text = "words,last,scene,icon\na,1,3,hero\n"
    bench.run(text, output="", scheme="png", assign=("project=wiz", "fx=look"))
    held.release()
    assert "WIZ_SC_03_HERO_LOOK_v02.0001.png" in bench.names()
