"""Matrix3x3 and Matrix5x5: a weighted sum of the pixels around; the first row is the lowest."""

import cv2
import numpy as np

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.engine.undefined import looked_through
from ofx_helpers.nodes._filters import around


def _node(size: int) -> NodeType:
    def change(context: Context, pixels: Pixels) -> Pixels:
        params = context.params
        kernel = np.array(
            [
                [params.number(f"matrix{row}{column}") for column in range(1, size + 1)]
                for row in range(1, size + 1)
            ]
        )
        if params.flag("normalize"):
            total = kernel.sum()
            if total == 0:
                raise RenderError(
                    f"{context.node.name}: its coefficients sum to 0 and cannot be normalised: "
                    "switch normalize off."
                )
            kernel /= total
        filtered: Pixels = cv2.filter2D(
            np.ascontiguousarray(pixels), cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE
        )
        return looked_through(filtered)

    return around(f"eu.cimg.CImgMatrix{size}x{size}", change, lambda _: (size // 2, size // 2))


NODES = (_node(3), _node(5))
