"""SharpenInvDiff: diffusion run backwards, each step as strong as its largest change allows."""

import cv2
import numpy as np

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context, Same
from ofx_helpers.nodes._filters import processed, whole_picture

_LAPLACIAN = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], np.float32)


def _sharpen(context: Context, pixels: Pixels) -> Pixels:
    params, channels = context.params, processed(context)
    result = pixels.copy()
    work = np.ascontiguousarray(pixels[..., channels])
    amplitude = np.float32(params.number("amplitude"))
    for _ in range(params.whole("iterations") if work.size else 0):
        change = cv2.filter2D(work, cv2.CV_32F, _LAPLACIAN, borderType=cv2.BORDER_REPLICATE)
        change = change.reshape(work.shape)
        largest = np.abs(change).max()
        if largest > 0:
            work = np.clip(work + change * (amplitude / largest), work.min(), work.max())
    result[..., channels] = work
    return result


def _same(context: Context) -> Same | None:
    params = context.params
    idle = params.whole("iterations") <= 0 or params.number("amplitude") == 0
    return Same("Source") if idle else None


NODE = whole_picture("net.sf.cimg.CImgSharpenInvDiff", _sharpen, _same)
