"""What every test shares."""

import os

import imageio_ffmpeg
from hypothesis import HealthCheck, settings

# One ffmpeg on every machine: results must not depend on what a system happens to have.
os.environ.setdefault("MEMECOMP_FFMPEG", imageio_ffmpeg.get_ffmpeg_exe())

# A busy machine is no fault of the code: only what a test asserts decides.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
