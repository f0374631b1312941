"""What every test shares."""

import os

import imageio_ffmpeg

# One ffmpeg on every machine: results must not depend on what a system happens to have.
os.environ.setdefault("MEMECOMP_FFMPEG", imageio_ffmpeg.get_ffmpeg_exe())
