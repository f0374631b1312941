"""Reads super-resolution weights stored as ncnn `.param` and `.bin` files.

The text file lists the layers in the order in which they run; the binary file holds each layer's
numbers one after the other in the same order. A convolution's weights begin with a 32-bit tag:
0x01306B47 says that half floats follow (padded to a multiple of 4 bytes), 0 says plain floats.
Biases and PReLU slopes are plain floats without a tag.
Format: the ncnn wiki, "param and model file structure".
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import ModelError

_MAGIC = "7767517"
_HALF_FLOATS = 0x01306B47
_PLAIN_FLOATS = 0
_LAYERS_IN_A_DENSE_BLOCK = 5
_DENSE_BLOCKS_IN_A_BLOCK = 3
_TAIL_OF_RRDB = ("conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last")

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One line of a `.param` file: its kind, its name and its `id=value` parameters as text."""

    kind: str
    name: str
    values: dict[int, str]


def read_layers(param: Path) -> list[Layer]:
    """The layers of a `.param` file, in order. ModelError where it is not such a file."""
    lines = param.read_text(encoding="ascii", errors="replace").splitlines()
    if not lines or lines[0].strip() != _MAGIC:
        raise ModelError(f"{param} is not an ncnn model: it does not begin with {_MAGIC}")
    layers = []
    for line in lines[2:]:
        words = line.split()
        if len(words) < 4:
            continue
        blobs = int(words[2]) + int(words[3])
        pairs = (word.split("=", 1) for word in words[4 + blobs :])
        layers.append(Layer(words[0], words[1], {int(key): value for key, value in pairs}))
    return layers


def read_state(param: Path, binary: Path) -> dict[str, Array]:
    """The weights as float32 arrays under PyTorch's names, in PyTorch's `state_dict()` order.

    Two architectures are known: RRDBNet (`conv_first.weight` … `conv_last.bias`) and
    SRVGGNetCompact (`body.0.weight` …). Convolution weights are (out, in, height, width).
    ModelError where a file is of another kind, cut short or longer than its layers.
    """
    arrays = _read_arrays(read_layers(param), binary)
    names = _names(arrays, param)
    return dict(zip(names, (array for _, array in arrays), strict=True))


def _read_arrays(layers: list[Layer], binary: Path) -> list[tuple[str, Array]]:
    data = binary.read_bytes()
    position = 0

    def take(count: int, dtype: str) -> npt.NDArray[np.generic]:
        nonlocal position
        size = count * np.dtype(dtype).itemsize
        if position + size > len(data):
            raise ModelError(f"{binary} ends too early: pull the weights again")
        taken = np.frombuffer(data, dtype, count, position)
        position += (size + 3) // 4 * 4
        return taken

    arrays: list[tuple[str, Array]] = []
    for layer in layers:
        if layer.kind == "Convolution":
            outputs, kernel = int(layer.values[0]), int(layer.values[1])
            count = int(layer.values[6])
            tag = int(take(1, "<u4")[0])
            if tag not in (_HALF_FLOATS, _PLAIN_FLOATS):
                raise ModelError(f"{binary}: {layer.name} is stored in an unknown way ({tag:#x})")
            weight = take(count, "<f2" if tag == _HALF_FLOATS else "<f4").astype(np.float32)
            arrays.append(("weight", weight.reshape(outputs, -1, kernel, kernel)))
            if layer.values.get(5) == "1":
                arrays.append(("bias", take(outputs, "<f4").astype(np.float32)))
        elif layer.kind == "PReLU":
            arrays.append(("slope", take(int(layer.values[0]), "<f4").astype(np.float32)))
    if position != len(data):
        left = len(data) - position
        raise ModelError(f"{binary} holds {left} bytes more than its layers need")
    return arrays


def _names(arrays: list[tuple[str, Array]], param: Path) -> list[str]:
    roles = [role for role, _ in arrays]
    if "slope" in roles:
        return _names_of_compact(roles)
    modules, rest = divmod(len(roles), 2)
    blocks, other = divmod(
        modules - 1 - len(_TAIL_OF_RRDB), _DENSE_BLOCKS_IN_A_BLOCK * _LAYERS_IN_A_DENSE_BLOCK
    )
    if rest or other or blocks < 1:
        raise ModelError(f"{param} is neither an RRDBNet nor an SRVGGNetCompact")
    stems = ["conv_first"]
    for block in range(blocks):
        for dense in range(1, _DENSE_BLOCKS_IN_A_BLOCK + 1):
            for layer in range(1, _LAYERS_IN_A_DENSE_BLOCK + 1):
                stems.append(f"body.{block}.rdb{dense}.conv{layer}")
    stems += _TAIL_OF_RRDB
    return [f"{stem}.{part}" for stem in stems for part in ("weight", "bias")]


def _names_of_compact(roles: list[str]) -> list[str]:
    # Convolutions and slopes alternate and share one numbering; a slope is called "weight".
    names = []
    index = -1
    for role in roles:
        index += role != "bias"
        names.append(f"body.{index}.{'bias' if role == 'bias' else 'weight'}")
    return names
