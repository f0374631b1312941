"""How long each stage took when it last ran: for the manifest and the report."""

import json

from driver.shot.paths import ShotPaths
from ofx_helpers.media.atomic import write_bytes


def seconds_by_stage(paths: ShotPaths) -> dict[str, float]:
    """How long each stage took when it last ran; empty before any did."""
    try:
        saved = json.loads(paths.timings.read_text(encoding="utf-8"))
        return {str(name): float(seconds) for name, seconds in saved.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def remember(paths: ShotPaths, name: str, seconds: float) -> None:
    """Keeps how long a stage took."""
    kept = {**seconds_by_stage(paths), name: round(seconds, 3)}
    write_bytes(paths.timings, json.dumps(kept, indent=2).encode())
