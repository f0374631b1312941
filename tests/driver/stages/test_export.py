import json
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings
from driver.stages.base import Job
from driver.stages.export import STAGE
from ofx_helpers.media.count import count_frames
from ofx_helpers.media.ffmpeg_binary import find_ffmpeg
from ofx_helpers.media.images import write_image
from ofx_helpers.media.probe import probe
from ofx_helpers.media.video_reader import VideoReader

RATE = Fraction(24000, 1001)

SOURCE = {
    "path": "",
    "kind": "video",
    "codec": "ffv1",
    "source_size": (64, 48),
    "pixel_aspect": 1.0,
    "square_size": (64, 48),
    "crop": (0, 0, 0, 0),
    "crop_by": "none",
    "size": (64, 48),
    "frames": 40,
    "first_number": 1,
    "source_fps": float(RATE),
    "fps": float(RATE),
    "start": 0.0,
    "seconds_per_frame": float(1 / RATE),
    "tempo": 1.0,
    "interlaced": False,
    "deinterlaced": "no",
    "telecine_removed": False,
    "matrix": "709",
    "range": "limited",
    "has_audio": False,
}
ALIGNMENT = {
    "fps": float(RATE),
    "canvas": (64, 48),
    "factor": 4,
    "wide_size": (64, 36),
    "wide_padded": (64, 36),
    "wide": (0, 6, 64, 36),
    "dvd_size": (16, 12),
    "dvd": (0, 0, 64, 48),
    "band_rows": (2, 2),
    "top": (0, 0, 64, 8),
    "bottom": (0, 40, 64, 8),
    "measured_offsets": (0.0, 0.0, 0),
    "measured_scale": 4.0,
    "scale_residual": 0.0,
    "wide_scale": 1.0,
    "grade": {},
    "apply_residual": False,
    "residual": {},
    "manual": True,
    "score": 1.0,
}


class Exported:
    """A shot whose frames are rendered: frame k shows a bar k pixels wide."""

    def __init__(self, folder):
        self.folder = folder
        self.paths = ShotPaths(folder)
        self.said = []

    def render(self, count, size=(64, 48), wide=None, dvd=None, wide_first=3):
        for number in range(1, count + 1):
            frame = np.full((size[1], size[0], 3), 60, np.uint8)
            frame[:, : 2 * number] = (220, 30, 30)
            write_image(self.paths.final(number), frame)
        facts = {"fps": float(RATE), "fps_exact": str(RATE), "proxy": 1.0}
        facts |= {"wide": {**SOURCE, **(wide or {})}, "dvd": {**SOURCE, **(dvd or {})}}
        self.paths.facts.parent.mkdir(parents=True)
        self.paths.facts.write_text(json.dumps(facts))
        pairs = [(wide_first + k, 1 + k) for k in range(count)]
        report = {**ALIGNMENT, "matched_pair_indices": pairs}
        self.paths.align_report.parent.mkdir(parents=True)
        self.paths.align_report.write_text(json.dumps(report))

    def beep(self, name):
        """Three seconds of silence with a tone from 1.0 to 1.5."""
        subprocess.run(
            [
                *(find_ffmpeg().path, "-v", "error", "-f", "lavfi", "-i", "sine=1000:r=48000:d=3"),
                *("-af", "volume=0:enable='not(between(t,1,1.5))'", str(self.folder / name)),
            ],
            check=True,
        )
        return {"path": name, "has_audio": True}

    def export(self, frames=(), **settings):
        sources = {name: {"path": f"{name}.wav"} for name in ("wide", "dvd")}
        job = Job(
            settings=Settings.model_validate({**sources, "export": settings}),
            folder=self.folder,
            paths=self.paths,
            frames=frames,
            on_message=self.said.append,
        )
        STAGE.run(job)
        assert all(path.exists() for path in STAGE.writes(job))
        return count_frames(self.paths.mp4)


@pytest.fixture
def done(tmp_path):
    return Exported(tmp_path)


def widths(path):
    with VideoReader(path) as reader:
        return [round((frame[20, :, 0] > 140).sum() / 2) for frame in reader]


def tone(path):
    """When the tone begins and ends, in seconds."""
    import av

    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
    samples = np.concatenate([f.to_ndarray().mean(0) for f in frames if f.pts >= 0])
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 4) / frames[0].sample_rate
    return loud[0], loud[-1]


def test_the_video_has_every_frame_in_order_and_the_shots_length(done):
    done.render(24)
    found = done.export()
    assert (found.frames, found.size) == (24, (64, 48))
    assert found.duration == pytest.approx(1.001, abs=1e-3)
    assert widths(done.paths.mp4) == list(range(1, 25))
    facts = probe(done.paths.mp4)
    assert (facts.codec, facts.pixel_format, facts.matrix, facts.range) == (
        "h264",
        "yuv420p",
        "709",
        "limited",
    )
    assert facts.fps == RATE
    assert not facts.has_audio


def test_only_the_frames_asked_for_are_exported(done):
    done.render(10)
    assert done.export(frames=[2, 3, 4, 9], gif=False).frames == 4
    assert widths(done.paths.mp4) == [2, 3, 4, 9]
    assert not done.paths.gif.exists()


def test_an_odd_canvas_is_padded_in_the_mp4_only(done):
    done.render(3, size=(63, 47))
    assert done.export().size == (64, 48)
    assert count_frames(done.paths.gif).size == (63, 47)


def test_the_gif_obeys_its_limits(done):
    done.render(24)
    done.export(gif_fps=12, gif_width=32)
    found = count_frames(done.paths.gif)
    assert (found.frames, found.size) == (12, (32, 24))
    assert found.duration == pytest.approx(1.0, abs=0.1)


def test_the_sound_of_the_chosen_copy_starts_with_the_shot(done):
    done.render(30, wide=done.beep("wide.wav"), wide_first=13)
    done.export(gif=False)
    begin, end = tone(done.paths.mp4)
    # The shot begins with plate 13: half a second into the widescreen's sound.
    assert begin == pytest.approx(1 - 12 * 1001 / 24000, abs=0.04)
    assert end == pytest.approx(1.5 - 12 * 1001 / 24000, abs=0.04)


def test_frames_asked_for_begin_their_sound_where_they_lie(done):
    done.render(36, wide=done.beep("wide.wav"), wide_first=1)
    done.export(frames=range(13, 37), gif=False)
    assert tone(done.paths.mp4)[0] == pytest.approx(1 - 12 * 1001 / 24000, abs=0.04)


def test_a_pal_dvds_sound_is_slowed_to_the_shots_rate(done):
    pal = {"fps": 24.0, "source_fps": 25.0, "seconds_per_frame": 1 / 25, "tempo": 0.96}
    done.render(40, dvd={**done.beep("dvd.wav"), **pal})
    done.export(audio="dvd", gif=False)
    begin, end = tone(done.paths.mp4)
    stretch = 25 / float(RATE)
    assert begin == pytest.approx(stretch, abs=0.04)
    assert end == pytest.approx(1.5 * stretch, abs=0.04)


def test_no_sound_where_none_is_wanted_or_there(done):
    done.render(5, wide=done.beep("wide.wav"))
    done.export(audio="none", gif=False)
    assert not probe(done.paths.mp4).has_audio
    done.export(audio="dvd", gif=False)
    assert not probe(done.paths.mp4).has_audio
    assert done.said == ["the dvd copy has no sound: the video is silent"]


def test_a_missing_frame_is_named_before_anything_is_written(done):
    done.render(6)
    done.paths.final(4).unlink()
    with pytest.raises(MemecompError, match=r"final\.0004\.png is missing \(1 of 6 frames are\)"):
        done.export()
    assert not done.paths.mp4.exists()


def test_a_damaged_frame_leaves_the_older_video(done):
    done.render(6)
    done.export(gif=False)
    write_image(done.paths.final(4), np.zeros((48, 60, 3), np.uint8))
    with pytest.raises(
        MemecompError, match=r"export: .*final\.0004\.png is 60×48 pixels, not 64×48"
    ):
        done.export(gif=False)
    assert count_frames(done.paths.mp4).frames == 6
    assert not list(done.folder.rglob("*.part*"))


def test_without_ingest_the_stage_to_run_is_named(done):
    done.render(2)
    done.paths.facts.unlink()
    with pytest.raises(MemecompError, match="run the ingest stage first"):
        done.export()


def test_a_name_is_delivered_with_its_version_counted_up(done):
    done.render(3)
    done.export(gif=False, name=["wiz", "3", "hero", "rebuild"])
    first = done.folder / "WIZ_SC_03_HERO_REBUILD_v01.mp4"
    assert first.read_bytes() == done.paths.mp4.read_bytes()
    assert "final.mp4 is delivered as WIZ_SC_03_HERO_REBUILD_v01.mp4" in done.said
    first.write_bytes(b"kept")
    done.export(frames=[1, 2], gif=False, name=["wiz", "3", "hero", "rebuild"])
    second = done.folder / "WIZ_SC_03_HERO_REBUILD_v02.mp4"
    assert count_frames(second).frames == 2
    assert first.read_bytes() == b"kept"
    assert not list(done.folder.glob(".*.claim"))


def test_a_name_that_lacks_a_field_is_a_sentence(done):
    done.render(1)
    with pytest.raises(MemecompError, match="needs icon:"):
        done.export(gif=False, name=["wiz", "3", "", "rebuild"])
