"""What would stop a late stage, said before the first one starts."""

from collections.abc import Collection
from pathlib import Path

from driver.errors import MemecompError
from driver.shot.settings import Settings, relative_to


def check(settings: Settings, folder: Path, stages: Collection[str]) -> None:
    """Refuses settings and missing files that one of `stages`, still to be done, would refuse.

    `folder` is that of `shot.toml`. Raises `MemecompError` or `ModelError`, one sentence, and
    writes nothing. The two copies are for ingest to judge.
    """
    if "bands" in stages:
        _upscaler(settings)
    if "segment" in stages:
        _masks(settings, folder)
    if "inpaint" in stages:
        _painter(settings)
    if "project" in stages:
        _file("face.asset", settings.face.asset, folder)
    if "render" in stages:
        from driver.render.choose import renderer

        if settings.render.engine == "natron":
            renderer("natron")


def _upscaler(settings: Settings) -> None:
    from models.registry import choose
    from models.weights import locate

    choose("upscaler", settings.bands.backend)
    locate(settings.bands.weights)


def _masks(settings: Settings, folder: Path) -> None:
    from driver.shot.subject import segmenter_weights, weights_used
    from models.weights import locate

    if settings.segment.face_mask:
        _file("segment.face_mask", settings.segment.face_mask, folder)
    # Without an asset a shot does well without a detector.
    needed = weights_used(settings) if settings.face.asset else segmenter_weights(settings)
    for name in needed:
        locate(name)


def _painter(settings: Settings) -> None:
    from models.prompts import check_prompt
    from models.registry import choose

    check_prompt(settings.inpaint.prompt, settings.inpaint.subject_words)
    choose("inpainter", settings.inpaint.method)


def _file(setting: str, name: str, folder: Path) -> None:
    path = relative_to(folder, name)
    if name and not path.is_file():
        raise MemecompError(
            f"{setting}: {path} does not exist: correct the path, which is relative to the "
            "folder of shot.toml"
        )
