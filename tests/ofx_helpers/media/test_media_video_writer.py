from fractions import Fraction

import numpy as np
import pytest

from ofx_helpers.media.count import count_frames
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.gif import write_gif
from ofx_helpers.media.probe import probe
from ofx_helpers.media.video_reader import VideoReader
from ofx_helpers.media.video_writer import AudioTrack, VideoWriter

NTSC_FILM = Fraction(24000, 1001)


def write(path, frames, fps=Fraction(25), **options):
    height, width = frames[0].shape[:2]
    with VideoWriter(path, (width, height), fps, frames=len(frames), **options) as writer:
        for frame in frames:
            writer.write(frame)


def read(path):
    with VideoReader(path) as reader:
        return list(reader)


@pytest.fixture
def big_patches():
    """Patches of 16 pixels: chroma is halved in yuv420p, so that only their middles are exact."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (3, 4, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)


def middles(frame):
    return frame[6:-4:16, 6:-4:16].astype(int)


def test_the_mp4_is_h264_tagged_rec709_limited(tmp_path, big_patches):
    path = tmp_path / "a.mp4"
    write(path, [big_patches] * 6, NTSC_FILM)
    facts = probe(path)
    assert (facts.codec, facts.pixel_format) == ("h264", "yuv420p")
    assert (facts.matrix, facts.range, facts.fps) == ("709", "limited", NTSC_FILM)
    av = pytest.importorskip("av")
    with av.open(str(path)) as file:
        context = file.streams.video[0].codec_context
        assert (int(context.color_primaries), int(context.color_trc)) == (1, 1)


def test_colours_survive_by_the_rec709_matrix(tmp_path, big_patches):
    path = tmp_path / "a.mp4"
    write(path, [big_patches] * 3)
    for frame in read(path):
        assert np.abs(middles(frame) - middles(big_patches)).max() <= 5


def test_white_and_black_reach_the_limits_of_the_limited_range(tmp_path):
    av = pytest.importorskip("av")
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, 32:] = 255
    write(tmp_path / "a.mp4", [picture])
    with av.open(str(tmp_path / "a.mp4")) as file:
        luma = next(file.decode(video=0)).to_ndarray()[:48]
    assert abs(int(luma[20, 10]) - 16) <= 1
    assert abs(int(luma[20, 50]) - 235) <= 1


def test_odd_sizes_get_one_row_and_column_of_edge_pixels(tmp_path, big_patches):
    odd = np.ascontiguousarray(big_patches[:47, :63])
    odd[46] = (0, 255, 0)
    write(tmp_path / "a.mp4", [odd])
    (frame,) = read(tmp_path / "a.mp4")
    assert frame.shape == (48, 64, 3)
    assert np.abs(frame[47].astype(int) - (0, 255, 0)).max() < 30
    assert np.abs(frame[6:46:16, 63].astype(int) - frame[6:46:16, 62]).max() < 30


def test_the_count_and_the_duration_are_those_of_the_frames_given(tmp_path, big_patches):
    for count in (1, 2, 13):
        write(tmp_path / "a.mp4", [big_patches] * count, NTSC_FILM)
        found = count_frames(tmp_path / "a.mp4")
        assert (found.frames, found.size) == (count, (64, 48))
        assert found.duration == pytest.approx(count / float(NTSC_FILM), abs=1e-3)


@pytest.fixture
def beeps(ffmpeg, tmp_path):
    """Two seconds of silence with a tone from 1.0 to 1.5."""
    path = tmp_path / "beeps.wav"
    ffmpeg(
        *("-f", "lavfi", "-i", "sine=1000:r=48000:d=2"),
        *("-af", "volume=0:enable='not(between(t,1,1.5))'", path),
    )
    return path


def sound(path):
    """When the tone begins and ends, and the sound's length, in seconds."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
    samples = np.concatenate([f.to_ndarray().mean(0) for f in frames if f.pts >= 0])
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 4)
    rate = frames[0].sample_rate
    return loud[0] / rate, loud[-1] / rate, len(samples) / rate


@pytest.mark.parametrize(
    ("start", "tempo", "begin", "end"),
    [
        (0.0, 1.0, 1.0, 1.4),
        (0.5, 1.0, 0.5, 1.0),
        (0.9, 1.0, 0.1, 0.6),
        (-0.2, 1.0, 1.2, 1.4),
        (0.5, 0.8, 0.625, 1.25),
    ],
)
def test_sound_is_kept_from_where_the_shot_begins(
    tmp_path, beeps, big_patches, start, tempo, begin, end
):
    path = tmp_path / "a.mp4"
    write(path, [big_patches] * 35, audio=AudioTrack(beeps, start, tempo))
    assert count_frames(path).frames == 35
    first, last, length = sound(path)
    assert first == pytest.approx(begin, abs=0.04)
    assert last == pytest.approx(end, abs=0.04)
    # The source has 2 s, the picture 1.4 s.
    assert length == pytest.approx(min(1.4, (2 - start) / tempo), abs=0.06)


def test_a_sound_that_begins_late_stays_late(tmp_path, ffmpeg, beeps, big_patches):
    late = tmp_path / "late.mkv"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=s=64x48:r=25:d=3", "-itsoffset", 0.4, "-i", beeps),
        *("-map", "0:v", "-map", "1:a", "-c:v", "ffv1", "-c:a", "pcm_s16le", late),
    )
    assert probe(late).start == 0
    write(tmp_path / "a.mp4", [big_patches] * 50, audio=AudioTrack(late, 0.2))
    first, last, _ = sound(tmp_path / "a.mp4")
    assert first == pytest.approx(1.2, abs=0.04)
    assert last == pytest.approx(1.7, abs=0.04)


def test_a_picture_that_begins_late_tells_by_how_much(tmp_path, ffmpeg, beeps):
    late = tmp_path / "late.mkv"
    ffmpeg(
        *("-i", beeps, "-itsoffset", 0.4, "-f", "lavfi", "-i", "color=s=64x48:r=25:d=1"),
        *("-map", "1:v", "-map", "0:a", "-c:v", "ffv1", "-c:a", "pcm_s16le", late),
    )
    assert probe(late).start == pytest.approx(0.4, abs=0.002)


def test_a_sound_that_ends_early_does_not_shorten_the_picture(tmp_path, beeps, big_patches):
    write(tmp_path / "a.mp4", [big_patches] * 40, audio=AudioTrack(beeps, 1.5))
    assert count_frames(tmp_path / "a.mp4").frames == 40


def test_a_frame_of_another_size_is_refused_and_nothing_is_left(tmp_path, big_patches):
    path = tmp_path / "a.mp4"
    with pytest.raises(MediaError, match=r"Frame 2 of .*a\.mp4 is uint8 \(47, 64, 3\)"):
        write(path, [big_patches, big_patches[:47]])
    assert not list(tmp_path.iterdir())


def test_no_frame_is_an_error_and_leaves_nothing(tmp_path):
    writer = VideoWriter(tmp_path / "a.mp4", (64, 48), Fraction(25))
    with pytest.raises(MediaError, match="no frame was given"), writer:
        pass
    with pytest.raises(MediaError, match="no frame was given"):
        write_gif(tmp_path / "a.gif", [], (64, 48), Fraction(25))
    assert not list(tmp_path.iterdir())


def test_an_older_file_stays_when_the_new_one_fails(tmp_path, big_patches):
    path = tmp_path / "a.mp4"
    write(path, [big_patches] * 3)
    with pytest.raises(MediaError):
        write(path, [big_patches, big_patches[:47]])
    assert count_frames(path).frames == 3


def test_ffmpegs_last_words_are_handed_on(tmp_path, big_patches):
    sound = AudioTrack(tmp_path / "nowhere.wav")
    with pytest.raises(
        MediaError, match=r"ffmpeg stopped after frame \d+: .*(Error opening input|nowhere.wav)"
    ):
        write(tmp_path / "a.mp4", [big_patches] * 300, audio=sound)


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_a_full_disk_is_told_in_plain_words(tmp_path, monkeypatch, big_patches, name):
    fake = tmp_path / "ffmpeg"
    fake.write_text(
        "#!/bin/sh\n"
        'test "$1" = -version && { echo "ffmpeg version 7.1"; exit; }\n'
        'echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("MEMECOMP_FFMPEG", str(fake))
    out = tmp_path / "out"
    export = {
        "a.gif": lambda path, frames: write_gif(path, frames, (64, 48), Fraction(25)),
        "a.mp4": write,
    }[name]
    with pytest.raises(MediaError, match=rf"Cannot write .*{name}: .*the disk is full .*space\.$"):
        export(out / name, [big_patches] * 300)
    assert not list(out.iterdir())


@pytest.mark.parametrize(
    ("fps", "limit", "count", "frames"),
    [
        (Fraction(25), 12.5, 25, 13),
        (Fraction(25), 50, 25, 25),
        (NTSC_FILM, 12, 48, 24),
        (Fraction(10), 12.5, 7, 7),
    ],
)
def test_a_gif_keeps_its_duration_under_the_rate_limit(
    tmp_path, big_patches, fps, limit, count, frames
):
    moving = [np.roll(big_patches, k, 1) for k in range(count)]
    assert write_gif(tmp_path / "a.gif", moving, (64, 48), fps, max_fps=limit) == count
    found = count_frames(tmp_path / "a.gif")
    assert found.frames == frames
    assert found.duration == pytest.approx(count / float(fps), abs=1 / min(limit, float(fps)))
    assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]


def test_a_gif_with_few_colours_is_exact_and_loops(tmp_path, big_patches):
    path = tmp_path / "a.gif"
    write_gif(path, [big_patches] * 3, (64, 48), Fraction(10))
    assert np.abs(read(path)[1].astype(int) - big_patches).max() <= 1
    assert b"NETSCAPE2.0" in path.read_bytes()


def test_a_wide_gif_is_reduced_and_a_narrow_one_is_not_enlarged(tmp_path, big_patches):
    for width, size in ((32, (32, 24)), (500, (64, 48))):
        write_gif(tmp_path / "a.gif", [big_patches] * 2, (64, 48), Fraction(10), max_width=width)
        assert count_frames(tmp_path / "a.gif").size == size


def test_counting_a_cut_file_says_so(tmp_path, big_patches):
    path = tmp_path / "a.mp4"
    write(path, [big_patches] * 9)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(MediaError, match=r"a\.mp4 has no video stream"):
        count_frames(path)
    with pytest.raises(MediaError, match=r"b\.mp4 does not exist"):
        count_frames(tmp_path / "b.mp4")
