"""What every test shares."""

import os
from pathlib import Path

import imageio_ffmpeg
import pytest
from hypothesis import HealthCheck, settings

from tests.ofx_plugins import build

# One ffmpeg on every machine: results must not depend on what a system happens to have.
os.environ.setdefault("MEMECOMP_FFMPEG", imageio_ffmpeg.get_ffmpeg_exe())

# A busy machine is no fault of the code: only what a test asserts decides.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def ofx_bundles() -> Path:
    """A folder of our own OpenFX plug-ins; `tests/ofx_plugins/*.c` say what each does."""
    return build.folder()
