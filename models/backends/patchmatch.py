"""Fills holes with patches of the same picture, by the library PyPatchMatch.

Barnes, Shechtman, Finkelstein and Goldman 2009, "PatchMatch"; Wexler, Shechtman and Irani 2007,
"Space-Time Completion of Video".
"""

import numpy as np

from models.errors import ModelError
from models.hole_regions import Region, regions
from models.inpainter import BoolMask, Uint8Image, checked
from models.registry import Backend

_RADIUS = 3
_LEAST_SOURCE = 4 * (2 * _RADIUS + 1) ** 2
"""Pixels a neighbourhood must have to take from; with fewer the whole picture is used."""


class PatchMatchInpainter:
    """Works hole by hole in a neighbourhood three times as large as the hole."""

    @property
    def description(self) -> str:
        """One line for reports."""
        return f"patch match, patches of {2 * _RADIUS + 1} pixels"

    def fill(
        self, image: Uint8Image, hole: BoolMask, forbidden: BoolMask | None = None, seed: int = 0
    ) -> Uint8Image:
        """See `Inpainter.fill`."""
        wanted, forbidden = checked(image, hole, forbidden)
        result = image.copy()
        whole = Region(0, 0, image.shape[1], image.shape[0])
        for region in regions(wanted):
            if _sources(wanted, forbidden, region) < _LEAST_SOURCE:
                region = whole
            if _sources(wanted, forbidden, region) < _LEAST_SOURCE:
                raise ModelError(
                    "inpaint: nothing is left of the picture to fill the hole from: "
                    "the hole and the foreground cover nearly all of it"
                )
            rows, columns = region.slices
            inside = wanted[rows, columns]
            filled = _filled(image[rows, columns], inside, forbidden[rows, columns], seed)
            result[rows, columns][inside] = filled[inside]
        return result

    def close(self) -> None:
        """Holds nothing that has to be freed."""


def _sources(hole: BoolMask, forbidden: BoolMask, region: Region) -> int:
    return int(np.count_nonzero(~hole[region.slices] & ~forbidden[region.slices]))


def _filled(image: Uint8Image, hole: BoolMask, forbidden: BoolMask, seed: int) -> Uint8Image:
    import patchmatch

    if not patchmatch.patchmatch_available:
        raise ModelError(
            "inpaint: the library of pypatchmatch does not load on this system: "
            "pip install --force-reinstall 'pypatchmatch>=2.2'"
        )
    # What lies in the hole must not matter; the foreground must not lend its colour to patches
    # that lie half on it, so both begin as the mean of the rest.
    usable = ~hole & ~forbidden
    start = image.copy()
    start[~usable] = np.rint(image[usable].mean(axis=0)).astype(np.uint8)
    patchmatch.set_random_seed(seed % 2**32)
    filled: Uint8Image = patchmatch.inpaint(start, hole, global_mask=forbidden, patch_size=_RADIUS)
    return filled


BACKEND = Backend(
    kind="inpainter",
    name="patchmatch",
    help="Fills the hole with patches of the same picture; needs no weights",
    needs=("patchmatch", "cv2"),
    load=PatchMatchInpainter,
    rank=10,
)
