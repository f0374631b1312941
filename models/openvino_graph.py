"""Builds Real-ESRGAN's two networks as OpenVINO graphs, straight from the weights.

RRDBNet: Wang et al. 2018, "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks".
SRVGGNetCompact: Wang et al. 2021, "Real-ESRGAN", the compact variant for video.
Input and output are (1, height, width, 3) float32 RGB in 0..1; the layout is turned inside.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

State = dict[str, npt.NDArray[np.float32]]

_SLOPE = 0.2
_RESIDUAL = 0.2


def build(state: State, architecture: dict[str, Any], height: int, width: int) -> Any:
    """An `openvino.Model` for images of that size.

    `state` is named as PyTorch names it; `architecture` is that of `weights.toml`.
    """
    import openvino as ov
    from openvino import opset13 as ops

    picture = ops.parameter([1, height, width, 3], np.float32, name="picture")
    x = ops.transpose(picture, ops.constant(np.array([0, 3, 1, 2])))
    if architecture["type"] == "rrdbnet":
        x = _rrdbnet(ops, state, int(architecture["blocks"]), x)
    else:
        x = _srvggnet(ops, state, x, height, width)
        resize = float(architecture["resize"])
        if resize != 1:
            size = [round(height * 4 * resize), round(width * 4 * resize)]
            x = _resized(ops, x, size, "cubic")
    x = ops.transpose(x, ops.constant(np.array([0, 2, 3, 1])))
    return ov.Model([x], [picture], architecture["type"])


def _rrdbnet(ops: Any, state: State, blocks: int, x: Any) -> Any:
    residual = ops.constant(np.float32(_RESIDUAL))
    first = x = _convolved(ops, state, "conv_first", x)
    for block in range(blocks):
        before_block = x
        for dense in (1, 2, 3):
            stem = f"body.{block}.rdb{dense}.conv"
            grown = [x]
            for layer in range(1, 5):
                joined = ops.concat(grown, 1) if layer > 1 else x
                grown.append(_leaky(ops, _convolved(ops, state, f"{stem}{layer}", joined)))
            last = _convolved(ops, state, f"{stem}5", ops.concat(grown, 1))
            x = ops.add(ops.multiply(last, residual), x)
        x = ops.add(ops.multiply(x, residual), before_block)
    x = ops.add(first, _convolved(ops, state, "conv_body", x))
    for name in ("conv_up1", "conv_up2"):
        x = _leaky(ops, _convolved(ops, state, name, _scaled(ops, x, 2)))
    x = _leaky(ops, _convolved(ops, state, "conv_hr", x))
    return _convolved(ops, state, "conv_last", x)


def _srvggnet(ops: Any, state: State, picture: Any, height: int, width: int) -> Any:
    x = picture
    last = max(int(name.split(".")[1]) for name in state)
    for index in range(0, last + 1, 2):
        x = _convolved(ops, state, f"body.{index}", x)
        if index < last:
            x = ops.prelu(x, ops.constant(state[f"body.{index + 1}.weight"]))
    x = ops.depth_to_space(x, "depth_first", 4)
    return ops.add(x, _scaled(ops, picture, 4))


def _convolved(ops: Any, state: State, name: str, x: Any) -> Any:
    kernel = ops.constant(state[f"{name}.weight"])
    bias = ops.constant(state[f"{name}.bias"].reshape(1, -1, 1, 1))
    return ops.add(ops.convolution(x, kernel, [1, 1], [1, 1], [1, 1], [1, 1]), bias)


def _leaky(ops: Any, x: Any) -> Any:
    return ops.prelu(x, ops.constant(np.array([_SLOPE], np.float32)))


def _scaled(ops: Any, x: Any, times: int) -> Any:
    """Nearest neighbour: each pixel becomes a square of `times` × `times`."""
    return ops.interpolate(
        x,
        ops.constant(np.array([times, times], np.float32)),
        "nearest",
        "scales",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
        axes=ops.constant(np.array([2, 3])),
    )


def _resized(ops: Any, x: Any, size: list[int], mode: str) -> Any:
    return ops.interpolate(
        x,
        ops.constant(np.array(size, np.int64)),
        mode,
        "sizes",
        coordinate_transformation_mode="half_pixel",
        cube_coeff=-0.75,
        axes=ops.constant(np.array([2, 3])),
    )
