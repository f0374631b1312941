"""The settings of a proxy: every length in pixels of the full frame, at the proxy's scale."""

from driver.shot.settings import Settings


def at_proxy(settings: Settings, scale: float) -> Settings:
    """`settings` with its lengths multiplied by `scale`; those of `align` are scaled where used.

    What is at least a pixel at full size stays at least a pixel, so that no edge turns hard.
    """
    if scale == 1.0:
        return settings

    def length(value: int) -> int:
        return max(round(value * scale), 1) if value > 0 else -length(-value) if value else 0

    look, segment = settings.foreground, settings.segment
    box = segment.face_box
    return settings.model_copy(
        update={
            "seam": settings.seam.model_copy(
                update={"feather_px": length(settings.seam.feather_px)}
            ),
            "face": settings.face.model_copy(
                update={"feather_px": length(settings.face.feather_px)}
            ),
            "track": settings.track.model_copy(
                update={"drift_px": settings.track.drift_px * scale}
            ),
            "segment": segment.model_copy(
                update={
                    "feather_px": length(segment.feather_px),
                    "face_box": box and tuple(value * scale for value in box),
                }
            ),
            "foreground": look.model_copy(
                update={
                    "aberration_red": tuple(length(value) for value in look.aberration_red),
                    "aberration_blue": tuple(length(value) for value in look.aberration_blue),
                }
            ),
        }
    )
