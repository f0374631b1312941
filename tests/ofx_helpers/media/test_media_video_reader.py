import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.media import ffmpeg_binary
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.probe import probe
from ofx_helpers.media.read_plan import ReadOptions, square_size
from ofx_helpers.media.video_reader import VideoReader


def frames_of(path, **options):
    with VideoReader(path, ReadOptions(**options)) as reader:
        return list(reader), reader.plan


def numbered(count, size=(48, 64)):
    """Frames that tell their own number by their grey."""
    return [np.full((*size, 3), 10 + 8 * index, np.uint8) for index in range(count)]


def cut(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("matrix", ["601", "709"])
@pytest.mark.parametrize("range", ["limited", "full"])
def test_tagged_colours_come_back_within_two_levels(raw_video, patches, matrix, range):
    clip = raw_video([patches], matrix=matrix, range=range)
    facts = probe(clip)
    assert (facts.matrix, facts.range) == (matrix, range)
    (frame,), plan = frames_of(clip)
    assert (plan.matrix, plan.range) == (matrix, range)
    assert np.abs(frame.astype(int) - patches).max() <= 2


@pytest.mark.parametrize("matrix", ["601", "709"])
@pytest.mark.parametrize("range", ["limited", "full"])
def test_untagged_colours_are_right_once_the_settings_say_what_they_are(
    raw_video, patches, matrix, range
):
    clip = raw_video([patches], matrix=matrix, range=range, tag=False)
    assert probe(clip).matrix == "unspecified"
    (frame,), _ = frames_of(clip, matrix=matrix, range=range)
    assert np.abs(frame.astype(int) - patches).max() <= 2
    (wrong,), _ = frames_of(clip, matrix={"601": "709", "709": "601"}[matrix], range=range)
    assert np.abs(wrong.astype(int) - patches).max() > 15


@pytest.mark.parametrize(
    ("width", "height", "matrix"), [(720, 576, "601"), (16, 578, "709"), (1280, 536, "709")]
)
def test_an_untagged_picture_is_601_in_standard_definition(raw_video, width, height, matrix):
    picture = np.full((height, width, 3), (200, 30, 60), np.uint8)
    clip = raw_video([picture], matrix=matrix, tag=False)
    (frame,), plan = frames_of(clip)
    assert (plan.matrix, plan.range) == (matrix, "limited")
    assert np.abs(frame.astype(int) - (200, 30, 60)).max() <= 2


def test_every_frame_comes_once_and_in_order(raw_video):
    frames = numbered(20)
    for name, more in (("a.mkv", ()), ("b.mp4", ("-c:v", "libx264", "-qp", 0, "-bf", 3))):
        read, plan = frames_of(raw_video(frames, name, more=more))
        assert [round((frame.mean() - 10) / 8) for frame in read] == list(range(20))
        assert plan.fps == 25


def test_each_nth_frame_can_be_asked_for(raw_video):
    read, _ = frames_of(raw_video(numbered(10)), every=4)
    assert [round((frame.mean() - 10) / 8) for frame in read] == [0, 4, 8]


def test_row_0_is_the_top(raw_video):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:8] = 255
    (frame,), _ = frames_of(raw_video([picture]))
    assert frame[0].min() > 250
    assert frame[-1].max() < 5


@pytest.mark.parametrize(
    ("size", "aspect", "square"),
    [
        ((720, 480), Fraction(8, 9), (720, 540)),
        ((720, 576), Fraction(64, 45), (720, 540)),
        ((720, 576), 1, (720, 540)),
        ((1440, 1080), Fraction(4, 3), (1920, 1080)),
        ((704, 480), Fraction(10, 11), (704, 528)),
        ((1920, 800), 1, (1920, 800)),
    ],
)
def test_pixels_are_made_square_without_losing_any(size, aspect, square):
    assert square_size(size, aspect) == square


def test_a_dvd_frame_becomes_720_by_540(ffmpeg, tmp_path):
    clip = tmp_path / "dvd.mkv"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=720x480:r=5:d=0.4"),
        *("-vf", "setsar=8/9", "-c:v", "ffv1", clip),
    )
    assert probe(clip).pixel_aspect == Fraction(8, 9)
    read, _ = frames_of(clip)
    assert [frame.shape for frame in read] == [(540, 720, 3)] * 2


def test_crop_counts_square_pixels_and_scale_comes_after(raw_video, patches):
    clip = raw_video([patches])
    (whole,), _ = frames_of(clip)
    (frame,), plan = frames_of(clip, crop=(3, 5, 1, 7))
    np.testing.assert_array_equal(frame, whole[5:-7, 3:-1])
    (small,), plan = frames_of(clip, crop=(0, 8, 0, 0), scale=0.25)
    assert plan.size == (16, 10) == small.shape[1::-1]
    inner = patches[8:].reshape(10, 4, 16, 4, 3).mean((1, 3))
    assert np.abs(small - inner).max() <= 4


def test_a_crop_that_leaves_nothing_is_refused(raw_video, patches):
    with pytest.raises(MediaError, match=r"is 64×48: a crop of left 40, top 0, right 30"):
        VideoReader(raw_video([patches]), ReadOptions(crop=(40, 0, 30, 0)))


@pytest.fixture
def interlaced(ffmpeg, tmp_path):
    """A moving square at 50 fields a second in 25 MPEG-2 frames."""

    def make(order):
        clip = tmp_path / f"{order}.mpg"
        field = {"tff": "interleave_top", "bff": "interleave_bottom"}[order]
        ffmpeg(
            *("-f", "lavfi", "-i", "color=black:s=96x96:r=50:d=0.8", "-f", "lavfi"),
            *("-i", "color=white:s=16x48:r=50:d=0.8", "-filter_complex"),
            f"[0][1]overlay=x=n*2:y=24,tinterlace={field},setfield={order}",
            *("-c:v", "mpeg2video", "-q:v", 2, "-flags", "+ildct+ilme", clip),
        )
        return clip

    return make


def combing(frame):
    luma = frame[26:70].astype(float).mean(2)
    return np.abs(2 * luma[1:-1] - luma[:-2] - luma[2:]).mean()


@pytest.mark.parametrize("order", ["tff", "bff"])
def test_a_flagged_interlaced_clip_is_deinterlaced_in_its_field_order(interlaced, order):
    clip = interlaced(order)
    facts = probe(clip)
    assert (facts.interlaced, facts.field_order, facts.frames) == (True, order, 20)
    read, plan = frames_of(clip)
    assert (plan.deinterlace, len(read)) == (order, 20)
    raw, _ = frames_of(clip, interlaced="no")
    assert combing(raw[10]) > 10
    assert combing(read[10]) < 1.5
    # One field of each frame is kept: the first in time, where the square has gone less far.
    first, second = sorted(np.argmax(raw[10][row, :, 0] > 128) for row in (40, 41))
    assert second == first + 2
    assert np.argmax(read[10][40, :, 0] > 128) == first


def test_a_progressive_clip_can_be_forced(raw_video):
    read, plan = frames_of(raw_video(numbered(4)), interlaced="tff")
    assert (plan.deinterlace, len(read)) == ("tff", 4)


@pytest.mark.parametrize("flag", ["tff", "prog"])
def test_telecine_gives_back_the_film_frames(ffmpeg, tmp_path, flag):
    film, tape = tmp_path / "film.mkv", tmp_path / "tape.mkv"
    source = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=24000/1001:d=1")
    ffmpeg(*source, "-c:v", "ffv1", film)
    ffmpeg(*source, "-vf", f"telecine,setfield={flag}", "-c:v", "ffv1", tape)
    expected, _ = frames_of(film)
    read, plan = frames_of(tape, telecine=True)
    assert plan.fps == Fraction(24000, 1001)
    assert plan.tempo == 1
    assert len(read) == len(expected) == 24
    for one, other in zip(read, expected, strict=True):
        assert np.abs(one.astype(int) - other).mean() < 0.1


def test_pulldown_is_only_looked_for_at_2997(raw_video):
    with pytest.raises(MediaError, match=r"runs at 25\.000 .*only 29\.97 can hold"):
        frames_of(raw_video(numbered(4)), telecine=True)


def test_pal_speed_up_keeps_the_frames_and_slows_the_sound(raw_video):
    clip = raw_video(numbered(5))
    read, plan = frames_of(clip, pal_speedup=True)
    assert (len(read), plan.fps, plan.tempo) == (5, 24, 24 / 25)
    with pytest.raises(MediaError, match=r"runs at 20\.000 frames a second: only 25"):
        frames_of(raw_video(numbered(5), "b.mkv", more=("-r", 20)), pal_speedup=True)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mpg", "a.ts"])
def test_a_cut_off_video_tells_the_frame_where_it_ends(ffmpeg, tmp_path, name):
    clip = tmp_path / name
    codec = "libx264" if name.endswith(("mp4", "mkv")) else "mpeg2video"
    more = ("-movflags", "+faststart") if name.endswith("mp4") else ()
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=1.2", "-pix_fmt", "yuv420p"),
        *("-c:v", codec, "-g", 6, "-q:v", 2, *more, clip),
    )
    assert len(frames_of(clip)[0]) == 30
    cut(clip, 0.6)
    with pytest.raises(MediaError, match=r"is cut off: it ends at frame (\d+)") as caught:
        frames_of(clip)
    end = int(str(caught.value).split("frame ")[1].split()[0].rstrip(";"))
    with VideoReader(clip, allow_truncated=True) as reader:
        assert abs(len(list(reader)) - end) <= 1
    assert 5 < end < 29


def test_an_mp4_without_its_index_is_refused(raw_video):
    clip = cut(raw_video(numbered(8), "a.mp4", more=("-c:v", "libx264")), 0.5)
    with pytest.raises(MediaError, match=r"a\.mp4 is no video that can be read, or it is cut off"):
        probe(clip)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b""), "is no video"),
        (lambda path: path.write_text("hello\n" * 99), "is no video"),
        (lambda path: path.mkdir(), "is a folder"),
    ],
)
def test_what_is_no_video_is_named(tmp_path, make, words):
    path = tmp_path / "a.mp4"
    make(path)
    with pytest.raises(MediaError, match=rf"a\.mp4.* {words}"):
        VideoReader(path)


def test_a_file_with_sound_only_has_no_video(ffmpeg, tmp_path):
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", tmp_path / "a.wav")
    with pytest.raises(MediaError, match="has no video stream"):
        probe(tmp_path / "a.wav")


def test_sound_and_length_are_told(ffmpeg, tmp_path):
    clip = tmp_path / "a.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=64x48:r=30000/1001:d=0.5"),
        *("-f", "lavfi", "-i", "sine=d=0.5:r=48000", "-pix_fmt", "yuv420p", "-c:a", "aac", clip),
    )
    facts = probe(clip)
    assert (facts.has_audio, facts.audio_codec, facts.audio_rate) == (True, "aac", 48000)
    assert (facts.fps, facts.frames, facts.codec) == (Fraction(30000, 1001), 15, "h264")
    assert facts.duration == pytest.approx(0.5005)


def test_a_name_that_looks_like_a_protocol_or_an_option_is_a_file(raw_video, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip = raw_video(numbered(2))
    for name in ("-i.mkv", "http:a b'%.mkv"):
        clip.rename(tmp_path / name)
        clip = tmp_path / name
        assert len(frames_of(name)[0]) == 2


def test_leaving_early_ends_ffmpeg(ffmpeg, tmp_path):
    clip = tmp_path / "a.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=8", "-c:v", "mjpeg", clip)
    with VideoReader(clip) as reader:
        frames = iter(reader)
        next(frames)
        child = reader._child
        assert child is not None
        os.kill(child._process.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(child._process.pid, 0)


def test_ctrl_c_ends_ffmpeg(tmp_path):
    script = """
import sys, time, numpy as np
from fractions import Fraction
from pathlib import Path
from ofx_helpers.media.video_writer import VideoWriter
with VideoWriter(sys.argv[1], (64, 48), Fraction(25)) as writer:
    while True:
        writer.write(np.zeros((48, 64, 3), np.uint8))
        print(writer._child._process.pid, flush=True)
        time.sleep(0.01)
"""
    ours = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "a.mp4")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert ours.stdout is not None
    child = int(ours.stdout.readline())
    ours.send_signal(signal.SIGINT)
    ours.stdout.close()
    assert ours.wait(20) != 0
    for _ in range(50):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert not list(tmp_path.iterdir())


def test_ffmpeg_is_found_where_the_variable_says(tmp_path, monkeypatch):
    real = ffmpeg_binary.find_ffmpeg().path
    monkeypatch.setenv("MEMECOMP_FFMPEG", real)
    found = ffmpeg_binary.find_ffmpeg()
    assert (found.path, found.origin) == (real, "MEMECOMP_FFMPEG")
    assert found.major >= 4
    monkeypatch.setenv("MEMECOMP_FFMPEG", str(tmp_path / "nowhere"))
    with pytest.raises(MediaError, match=r"nowhere \(MEMECOMP_FFMPEG\) does not start"):
        ffmpeg_binary.find_ffmpeg()
    monkeypatch.setenv("MEMECOMP_FFMPEG", "/bin/true")
    with pytest.raises(MediaError, match="is no ffmpeg"):
        ffmpeg_binary.find_ffmpeg()


def test_without_a_system_ffmpeg_the_packaged_one_serves(monkeypatch):
    pytest.importorskip("imageio_ffmpeg")
    monkeypatch.delenv("MEMECOMP_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", "")
    assert ffmpeg_binary.find_ffmpeg().origin == "imageio-ffmpeg"


@pytest.mark.parametrize(
    ("version", "major"), [("7.1.1", 7), ("n9.0.2-17-gabc", 9), ("4.4.2-0ubuntu", 4), ("N-1-g", 99)]
)
def test_versions_are_understood(version, major):
    binary = ffmpeg_binary.FfmpegBinary("ffmpeg", version, "system")
    assert binary.major == major
    assert ("fps_mode" in binary.keep_every_frame) == (major >= 6)
