from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "../shared"


@pytest.fixture(scope="session")
def natron() -> Path:
    """The folder of files that the real Natron saved."""
    folder = (SHARED / "natron").resolve()
    if not folder.is_dir():
        pytest.skip("../shared is absent")
    return folder


@pytest.fixture(scope="session")
def saved(natron: Path) -> list[Path]:
    return [*sorted((natron / "golden/projects").glob("*.ntp")), natron / "gui_saved.ntp"]
