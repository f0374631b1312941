import json
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from driver.errors import CancelledError, MemecompError
from driver.shot import facts
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings
from driver.stages.base import Job
from driver.stages.ingest import STAGE
from ofx_helpers.media.ffmpeg_binary import find_ffmpeg
from ofx_helpers.media.images import read_rgb8, write_image


def scene(seed, height=72, width=160):
    """A picture with large shapes, wider than the 96 columns that are shown of it."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / height
    picture = np.full((height, width, 3), 110.0)
    for _ in range(14):
        cx, cy, size = rng.uniform(0, 2.2), rng.uniform(0, 1), rng.uniform(0.05, 0.3)
        inside = 1 / (1 + np.exp((np.hypot(x - cx, y - cy) - size) * 60))
        picture += inside[..., None] * rng.uniform(-120, 120, 3)
    return np.clip(picture, 30, 255).astype(np.uint8)


def shot(count=8, seed=1):
    wide = scene(seed)
    return [np.ascontiguousarray(wide[:, 2 * k : 2 * k + 96]) for k in range(count)]


def barred(frames, top=9, bottom=9):
    return [np.pad(f, ((top, bottom), (0, 0), (0, 0))) for f in frames]


class Shot:
    """A folder with two copies, and a way to ingest them."""

    def __init__(self, folder):
        self.folder = folder
        self.paths = ShotPaths(folder)
        self.said = []
        self.steps = []

    def video(self, name, frames, fps=25, more=("-c:v", "ffv1"), filters="null"):
        height, width = frames[0].shape[:2]
        convert = "scale=out_color_matrix=bt601:out_range=limited:flags=accurate_rnd"
        subprocess.run(
            [
                *(find_ffmpeg().path, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"),
                *("-s", f"{width}x{height}", "-r", str(fps), "-i", "-"),
                *("-vf", f"{convert},format=yuv444p,{filters}", *more, str(self.folder / name)),
            ],
            input=b"".join(frame.tobytes() for frame in frames),
            check=True,
        )
        return name

    def images(self, pattern, frames, first=1):
        for number, frame in enumerate(frames, first):
            write_image(self.folder / (pattern % number), frame)
        return pattern

    def ingest(self, proxy=1.0, cancelled=lambda: False, **sections):
        job = Job(
            settings=Settings.model_validate(sections),
            folder=self.folder,
            paths=self.paths,
            proxy=proxy,
            on_message=self.said.append,
            on_progress=lambda *step: self.steps.append(step),
            cancelled=cancelled,
        )
        STAGE.run(job)
        assert all(path.exists() for path in STAGE.writes(job))
        assert all(path.exists() for path in STAGE.reads(job))
        return facts.load(self.paths.facts)

    def refused(self, words, **sections):
        """Ingest must fail with one sentence that holds `words`, and leave no plates."""
        with pytest.raises(MemecompError, match=words) as caught:
            self.ingest(**sections)
        assert "\n" not in str(caught.value)
        assert not self.paths.facts.parent.exists()
        return str(caught.value)

    def plates(self, source):
        return sorted(path.name for path in self.paths.facts.parent.glob(f"{source}.*.png"))


@pytest.fixture
def clip(tmp_path):
    return Shot(tmp_path)


def close(plate, frame, levels=3):
    return np.abs(read_rgb8(plate).astype(int) - frame).max() <= levels


def test_both_copies_become_plates_numbered_from_1_with_their_facts(clip):
    frames = shot()
    clip.video("w.mkv", frames)
    clip.images("d/x.%03d.png", frames[3:], first=41)
    found = clip.ingest(wide={"path": "w.mkv"}, dvd={"path": "d/x.###.png", "fps": 25})
    for number, frame in enumerate(frames, 1):
        assert close(clip.paths.plate("wide", number), frame)
    for number, frame in enumerate(frames[3:], 1):
        assert close(clip.paths.plate("dvd", number), frame, 0)
    assert len(clip.plates("wide")) == 8
    assert len(clip.plates("dvd")) == 5
    assert (found.fps, found.rate, found.proxy) == (25, 25, 1)
    assert (found.wide.kind, found.wide.frames, found.wide.size) == ("video", 8, (96, 72))
    assert (found.wide.matrix, found.wide.range, found.wide.crop_by) == ("601", "limited", "none")
    assert (found.dvd.kind, found.dvd.first_number, found.dvd.frames) == ("images", 41, 5)
    assert json.loads(clip.paths.facts.read_text())["fps"] == 25
    assert clip.steps[-1] == (26, 26)


def test_a_folder_of_images_is_a_copy(clip):
    clip.images("d/x.%04d.png", shot())
    source = {"path": "d", "fps": 23.976}
    found = clip.ingest(wide=source, dvd=source)
    assert found.rate == Fraction(24000, 1001)
    assert found.wide.frames == 8


def test_a_dvd_gets_square_pixels(clip):
    frames = [np.full((480, 720, 3), (90, 60, 30), np.uint8)] * 2
    clip.video("v.mkv", frames, filters="setsar=8/9")
    clip.images("i.%d.png", frames)
    for path in ("v.mkv", "i.%d.png"):
        source = {"path": path, "fps": 25}
        found = clip.ingest(wide=source, dvd=source)
        assert found.dvd.square_size == found.dvd.size == (720, 540)
        assert close(clip.paths.plate("dvd", 2), np.array([90, 60, 30]))


@pytest.mark.parametrize("kind", ["video", "images"])
def test_black_borders_are_cut_off_and_told(clip, kind):
    frames = shot()
    path = (
        clip.video("w.mkv", barred(frames, 9, 6))
        if kind == "video"
        else clip.images("w.%02d.png", barred(frames, 9, 6))
    )
    source = {"path": path, "fps": 25}
    found = clip.ingest(wide=source, dvd=source)
    assert (found.wide.crop, found.wide.crop_by, found.wide.size) == (
        (0, 9, 0, 6),
        "found",
        (96, 72),
    )
    assert close(clip.paths.plate("wide", 4), frames[3])
    assert any("left 0, top 9, right 0, bottom 6" in text for text in clip.said)


def test_a_crop_in_the_settings_wins(clip):
    frames = shot()
    path = clip.video("w.mkv", barred(frames))
    given = {"path": path, "crop": (1, 2, 3, 4)}
    found = clip.ingest(wide=given, dvd={"path": path})
    assert (found.wide.crop, found.wide.crop_by, found.wide.size) == (
        (1, 2, 3, 4),
        "settings",
        (92, 84),
    )


@pytest.mark.parametrize("kind", ["video", "images"])
def test_a_proxy_scales_the_plates_after_the_crop(clip, kind):
    frames = barred(shot(), 8, 8)
    path = clip.video("w.mkv", frames) if kind == "video" else clip.images("w.%d.png", frames)
    source = {"path": path, "fps": 25}
    found = clip.ingest(proxy=0.25, wide=source, dvd=source)
    assert (found.proxy, found.wide.size, found.wide.crop) == (0.25, (24, 18), (0, 8, 0, 8))
    mean = shot()[0].reshape(18, 4, 24, 4, 3).mean((1, 3))
    assert close(clip.paths.plate("wide", 1), mean, 5)


def test_pulldown_is_removed_and_the_rate_is_the_films(clip):
    film = [np.repeat(np.repeat(f, 4, 0), 4, 1) for f in shot(12)]
    clip.video("film.mkv", film, fps="24000/1001")
    clip.video("tape.mkv", film, fps="24000/1001", filters="telecine,setfield=tff")
    clip.refused("29.970 frames a second", wide={"path": "film.mkv"}, dvd={"path": "tape.mkv"})
    found = clip.ingest(wide={"path": "film.mkv"}, dvd={"path": "tape.mkv", "telecine": True})
    assert (found.dvd.frames, found.dvd.telecine_removed) == (12, True)
    assert found.dvd.seconds_per_frame == pytest.approx(1001 / 24000)
    for number, frame in enumerate(film, 1):
        assert np.abs(read_rgb8(clip.paths.plate("dvd", number)).astype(int) - frame).mean() < 2


def test_a_pal_speed_up_is_undone(clip):
    clip.video("w.mkv", shot(), fps="24000/1001")
    clip.video("d.mkv", shot(), fps=25)
    found = clip.ingest(wide={"path": "w.mkv"}, dvd={"path": "d.mkv", "pal_speedup": True})
    assert (found.rate, found.dvd.frames, found.dvd.fps) == (Fraction(24000, 1001), 8, 24)
    assert found.dvd.tempo == pytest.approx(0.96)
    assert found.dvd.seconds_per_frame == pytest.approx(1 / 25)
    assert any("taken as the same frames" in text for text in clip.said)


def test_different_rates_are_refused_until_mapped(clip):
    wide = clip.video("w.mkv", shot(), fps=25)
    dvd = clip.video("d.mkv", shot(), fps=30)
    words = r"the widescreen runs at 25\.000 and the DVD at 30\.000 .* map one with wide\.fps or"
    clip.refused(words, wide={"path": wide}, dvd={"path": dvd})
    found = clip.ingest(wide={"path": wide}, dvd={"path": dvd, "fps": 25})
    assert (found.fps, found.dvd.frames, found.dvd.source_fps) == (25, 8, 30)
    assert found.dvd.seconds_per_frame == pytest.approx(1 / 30)


@pytest.mark.parametrize("kind", ["video", "images"])
def test_a_cut_is_recorded_with_its_frame_unless_it_is_ignored(clip, kind):
    frames = shot(6) + shot(5, seed=2)
    clip.video("w.mkv", shot(11))
    if kind == "video":
        dvd, words = clip.video("d.mkv", frames), "dvd: another shot begins at frame 7"
    else:
        dvd = clip.images("d.%04d.png", frames, 100)
        words = "dvd: another shot begins at frame 7 (d.0106.png)"
    found = clip.ingest(wide={"path": "w.mkv"}, dvd={"path": dvd, "fps": 25})
    assert (found.wide.cuts, found.dvd.cuts) == ((), (7,))
    assert words in clip.said
    found = clip.ingest(wide={"path": "w.mkv"}, dvd={"path": dvd, "fps": 25, "cuts": "ignore"})
    assert found.dvd.cuts == ()


def test_an_interlaced_copy_is_deinterlaced(clip):
    fields = shot(16)
    more = ("-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme", "-pix_fmt", "yuv420p")
    filters = "tinterlace=interleave_top,setfield=tff"
    path = clip.video("d.mpg", fields, fps=50, more=more, filters=filters)
    found = clip.ingest(wide={"path": path}, dvd={"path": path, "interlaced": "no"})
    assert (found.wide.interlaced, found.wide.deinterlaced) == (True, "tff")
    assert (found.dvd.interlaced, found.dvd.deinterlaced) == (True, "no")

    def combing(source):
        rows = read_rgb8(clip.paths.plate(source, 4)).astype(float)
        return np.abs(2 * rows[1:-1] - rows[:-2] - rows[2:]).mean()

    assert combing("dvd") > 2 * combing("wide")


def test_a_shorter_copy_leaves_no_old_plates(clip):
    clip.images("a.%d.png", shot(8))
    clip.images("b.%d.png", shot(5))
    long, short = {"path": "a.#.png", "fps": 24}, {"path": "b.#.png", "fps": 24}
    clip.ingest(wide=long, dvd=long)
    clip.ingest(wide=long, dvd=short)
    assert (len(clip.plates("wide")), len(clip.plates("dvd"))) == (8, 5)


def test_ctrl_c_stops_between_two_frames(clip):
    path = clip.video("w.mkv", shot())
    with pytest.raises(CancelledError):
        clip.ingest(
            wide={"path": path}, dvd={"path": path}, cancelled=lambda: len(clip.steps) >= 20
        )
    assert len(clip.steps) == 20
    assert not clip.paths.facts.exists()
    assert all(name.startswith("wide.") for name in clip.plates("wide"))
    assert not list(clip.folder.rglob("*.part*"))


BAD = {
    "no path": ("", r"wide\.path is not set"),
    "missing": ("nowhere.mp4", r"wide: .*nowhere\.mp4 does not exist"),
    "no video": ("text.mp4", r"wide: .*text\.mp4 is no video"),
    "empty folder": ("empty", r"wide: .*empty holds no numbered images"),
    "single image": ("one.png", r"wide\.path: .*one\.png is a single image"),
    "no such images": ("none.####.png", r"wide: No file .*none\.%04d\.png exists"),
    "gap": ("gap.#.png", r"wide: .*gap\.%d\.png lacks frame 3 between 1 and 5"),
    "sizes": ("size.#.png", r"wide: .*size\.2\.png is 95×72 pixels, not 96×72"),
    "broken image": ("broken.#.png", r"wide: .*broken\.2\.png (ends too early|is damaged)"),
    "cut off": ("cut.mkv", r"wide: .*cut\.mkv is cut off: it ends at frame \d"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_sentence(clip, case):
    path, words = BAD[case]
    frames = shot(5)
    good = clip.video("good.mkv", frames)
    (clip.folder / "text.mp4").write_text("hello\n" * 50)
    (clip.folder / "empty").mkdir()
    write_image(clip.folder / "one.png", frames[0])
    for pattern in ("gap.%d.png", "size.%d.png", "broken.%d.png"):
        clip.images(pattern, frames)
    (clip.folder / "gap.3.png").unlink()
    write_image(clip.folder / "size.2.png", frames[0][:, :95])
    whole = (clip.folder / "broken.2.png").read_bytes()
    (clip.folder / "broken.2.png").write_bytes(whole[:300])
    clip.video("cut.mkv", shot(30), more=("-c:v", "mjpeg", "-q:v", "2"))
    data = (clip.folder / "cut.mkv").read_bytes()
    (clip.folder / "cut.mkv").write_bytes(data[: len(data) * 6 // 10])
    clip.refused(words, wide={"path": path, "fps": 25}, dvd={"path": good})


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"crop": (50, 0, 50, 0)}, r"dvd: .* a crop of left 50, top 0, right 50"),
        ({"pal_speedup": True}, r"dvd: .* runs at 30\.000 frames a second: only 25"),
    ],
)
def test_settings_that_do_not_fit_are_named(clip, setting, words):
    wide = clip.video("w.mkv", shot(), fps=25)
    dvd = clip.video("d.mkv", shot(), fps=30)
    if "crop" in setting:
        setting = {**setting, "fps": 25}
    clip.refused(words, wide={"path": wide}, dvd={"path": dvd, **setting})


def test_images_need_a_rate_and_have_no_fields(clip):
    path = clip.images("a.%d.png", shot())
    wide = {"path": path, "fps": 24}
    clip.refused(r"dvd\.fps is not set", wide=wide, dvd={"path": path})
    clip.refused("fields can only be undone", wide=wide, dvd={**wide, "telecine": True})


def test_a_folder_that_cannot_be_written_is_named(clip):
    path = clip.video("w.mkv", shot())
    clip.paths.facts.parent.write_text("in the way")
    with pytest.raises(MemecompError, match=r"wide: Cannot write .*plates/wide\.0001\.png: a part"):
        clip.ingest(wide={"path": path}, dvd={"path": path})
