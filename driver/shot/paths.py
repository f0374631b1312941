"""Where a shot's files lie: the runbook's names, each said once.

Frames are numbered from 1 in the shot's own time (what both copies have), except in `plates/`,
where each copy keeps its own numbering from 1.
"""

from dataclasses import dataclass
from pathlib import Path


def pattern(path: Path) -> Path:
    """A sequence as a project names it: frame 0's path with `####` for the number."""
    return path.with_name(path.name.replace(".0000.", ".####."))


@dataclass(frozen=True)
class ShotPaths:
    """Every file of a shot, below `root` (the folder of `shot.toml`, or a proxy's work folder)."""

    root: Path

    # ingest
    def plate(self, source: str, frame: int) -> Path:
        """Frame of `source` ('wide' or 'dvd') in its own time: 8-bit RGB, square pixels."""
        return self.root / "plates" / f"{source}.{frame:04d}.png"

    @property
    def facts(self) -> Path:
        """What ingest found in the sources."""
        return self.root / "plates" / "facts.json"

    # align
    def aligned(self, source: str, frame: int) -> Path:
        """Frame of `source` in the shot's time; 'wide' is at the canvas's scale."""
        return self.root / "aligned" / f"{source}.{frame:04d}.png"

    @property
    def align_report(self) -> Path:
        """Matched pairs, offsets, scales and paste coordinates."""
        return self.root / "debug" / "align_report.json"

    @property
    def align_difference(self) -> Path:
        """The two copies' difference where they overlap, on the key frame."""
        return self.root / "debug" / "align_difference.png"

    # bands
    def band(self, side: str, frame: int | None = None) -> Path:
        """Upscaled band, side 'top' or 'bottom'; without a frame, the key frame's."""
        number = "" if frame is None else f".{frame:04d}"
        return self.root / "bands" / f"up_{side}{number}.png"

    @property
    def tile_report(self) -> Path:
        """Tiles, seconds, memory and seam correction of the upscale."""
        return self.root / "debug" / "tile_report.txt"

    # real
    @property
    def real_key(self) -> Path:
        """Key frame's composite of real data: 8-bit RGBA on the canvas, alpha 0 where missing."""
        return self.root / "real" / "key.png"

    def available(self, layer: str) -> Path:
        """Key frame's availability mask of 'wide', 'bands' or 'missing', 0 or 255."""
        return self.root / "real" / f"available_{layer}.png"

    # segment, on the key frame
    def mask(self, layer: str, kind: str) -> Path:
        """Key frame's mask of 'foreground', 'face' or 'background', 8-bit grey on the canvas.

        `kind` is 'binary' or 'feathered', for the foreground also 'reach': where it would go on in
        missing pixels.
        """
        return self.root / "masks" / f"{layer}_{kind}.png"

    # inpaint
    @property
    def plate_key(self) -> Path:
        """The one generated image: RGBA on the canvas, alpha 0 where nothing may be generated."""
        return self.root / "generated" / "generated_background_key.png"

    @property
    def mask_diff(self) -> Path:
        """Generated pixels under the foreground; must be black."""
        return self.root / "debug" / "mask_diff.png"

    # track
    def tracked(self, layer: str, frame: int) -> Path:
        """Feathered mask of 'foreground' or 'face' on a frame, 8-bit grey on the canvas."""
        return self.root / "masks" / f"{layer}.{frame:04d}.png"

    @property
    def track(self) -> Path:
        """Keys of the face and the camera, drift of every frame."""
        return self.root / "debug" / "track.json"

    @property
    def drift_plot(self) -> Path:
        """Drift over time."""
        return self.root / "debug" / "drift.png"

    # project
    @property
    def project(self) -> Path:
        """The Natron project."""
        return self.root / "comp.ntp"

    @property
    def project_hashes(self) -> Path:
        """Hashes of the projects as they were generated: another one means a person's edit."""
        return self.root / ".memecomp" / "projects.json"

    @property
    def project_generated(self) -> Path:
        """The Natron project as it was generated last, compressed: what edits are compared with."""
        return self.root / ".memecomp" / "comp.generated.ntp.gz"

    @property
    def project_merge(self) -> Path:
        """What of a person's edited project was kept and what was put in, with the conflicts."""
        return self.root / "debug" / "project_merge.json"

    # render
    def final(self, frame: int) -> Path:
        """Final frame: 8-bit RGB on the canvas."""
        return self.root / "composites" / f"final.{frame:04d}.png"

    def foreground(self, frame: int) -> Path:
        """Foreground cut-out: 8-bit RGBA on the canvas, unpremultiplied."""
        return self.root / "composites" / f"foreground.{frame:04d}.png"

    # export, check, report
    @property
    def mp4(self) -> Path:
        """The video."""
        return self.root / "final.mp4"

    @property
    def gif(self) -> Path:
        """The GIF."""
        return self.root / "final.gif"

    @property
    def timings(self) -> Path:
        """Seconds that each stage took when it last ran."""
        return self.root / "debug" / "timings.json"

    @property
    def checks(self) -> Path:
        """Every check with its number."""
        return self.root / "debug" / "checks.json"

    @property
    def report(self) -> Path:
        """The review page."""
        return self.root / "report" / "index.html"

    @property
    def manifest(self) -> Path:
        """Versions, seeds, hashes, settings and timings of the last run."""
        return self.root / "manifest.json"

    @property
    def state(self) -> Path:
        """What each stage was made from, so that a second run does only what changed."""
        return self.root / ".memecomp" / "state.json"
