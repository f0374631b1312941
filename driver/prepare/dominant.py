"""The colours that most of some footage has."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from driver.shot.colour import to_linear

_CLUSTERS, _WIDTH = 8, 96
_ALIKE = 12.0
"""Distance in CIE Lab up to which two clusters are one colour."""


def dominant_colours(
    pictures: Iterable[NDArray[np.uint8]], count: int = 1
) -> list[tuple[float, float, float]]:
    """The `count` most frequent colours of 8-bit sRGB pictures (h, w, 3), in linear light.

    k-means in CIE Lab, where distance is what the eye sees, on small copies of the pictures;
    clusters of nearly one colour are joined, and those with most pixels come first. The
    same pictures give the same colours.
    """
    import cv2

    small = [
        cv2.resize(
            picture, (_WIDTH, max(1, round(_WIDTH * picture.shape[0] / picture.shape[1]))),
            None, 0, 0, cv2.INTER_NEAREST,
        )
        for picture in pictures
    ]  # fmt: skip
    colours = np.concatenate([picture.reshape(-1, 3) for picture in small]).astype(np.float32) / 255
    lab = cv2.cvtColor(colours[None], cv2.COLOR_RGB2Lab)[0]
    clusters = max(min(_CLUSTERS, len(np.unique(lab.round(1), axis=0))), 1)
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 40, 0.05)
    _, labels, _ = cv2.kmeans(lab, clusters, None, stop, 3, cv2.KMEANS_PP_CENTERS)
    groups = _joined(lab, labels.ravel())
    sizes = np.bincount(groups)
    order = np.argsort(-sizes, kind="stable")[: min(count, np.count_nonzero(sizes))]
    # A group's median, which the edges of other things do not pull away.
    linear = [to_linear(np.median(colours[groups == group], axis=0)) for group in order]
    return [(float(red), float(green), float(blue)) for red, green, blue in linear]


def _joined(lab: NDArray[np.float32], labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """The labels with clusters of nearly one colour joined, nearest first: noise is no colour."""
    while True:
        names = np.unique(labels)
        middles = np.stack([lab[labels == name].mean(0) for name in names])
        apart = np.linalg.norm(middles[:, None] - middles[None], axis=-1)
        np.fill_diagonal(apart, np.inf)
        one, other = np.unravel_index(int(apart.argmin()), apart.shape)
        if apart[one, other] > _ALIKE:
            return labels
        labels = np.where(labels == names[other], names[one], labels)
