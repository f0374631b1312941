"""Real-ESRGAN through OpenVINO: the default on a CPU; needs neither torch nor an ONNX file."""

import time
from collections import OrderedDict
from typing import Any

import numpy as np

from models import weights as weight_files
from models.errors import ModelError
from models.ncnn_weights import read_state
from models.openvino_graph import State, build
from models.processor import has_bfloat16
from models.registry import Backend
from models.upscaler import FloatImage, NetworkUpscaler

_HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
# Working bytes for one source pixel, measured as the rise of the peak on pictures of 20 000 to
# 60 000 pixels.
_BYTES_PER_PIXEL = {
    ("rrdbnet", "fp32"): 20_000,
    ("rrdbnet", "bf16"): 14_000,
    ("srvggnet", "fp32"): 3_000,
    ("srvggnet", "bf16"): 2_000,
}
_KEPT_SIZES = 3
_TRIAL_SIZE = (32, 96)


class OpenVinoUpscaler(NetworkUpscaler):
    """Compiles the network for each picture size it meets and keeps the latest few."""

    def __init__(self, *, weights: str, device: str, precision: str) -> None:
        """Reads the weights and settles device and precision; ModelError as `load_upscaler`."""
        import openvino as ov

        main = weight_files.locate(weights)
        self._architecture = weight_files.weight(weights).architecture
        self._state: State = read_state(main.with_suffix(".param"), main)
        self._core = ov.Core()
        chosen = _device(self._core.available_devices, device)
        if precision == "auto":
            precision = self._best_precision(chosen)
        if precision == "fp16" and chosen == "CPU":
            raise ModelError("openvino: a CPU has no fp16: take precision auto, fp32 or bf16")
        kind = self._architecture["type"]
        super().__init__(
            backend="openvino",
            weights_name=weights,
            device=chosen,
            precision=precision,
            bytes_per_pixel=_BYTES_PER_PIXEL.get((kind, precision), _BYTES_PER_PIXEL[kind, "fp32"]),
        )
        self._compiled: OrderedDict[tuple[int, int], Any] = OrderedDict()

    def close(self) -> None:
        """Frees the compiled networks and the weights."""
        self._compiled.clear()
        self._state = {}

    def _run(self, image: FloatImage) -> FloatImage:
        size = (image.shape[0], image.shape[1])
        if size not in self._compiled:
            self._compiled[size] = self._request(
                self._state, self._architecture, size, self.device, self.precision
            )
            while len(self._compiled) > _KEPT_SIZES:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(size)
        request = self._compiled[size]
        try:
            request.infer([image[None]])
        except RuntimeError as error:
            height, width = size
            raise ModelError(
                f"openvino could not upscale {width}×{height} pixels "
                f"({str(error).splitlines()[0]}): set bands.tile to work in smaller pieces"
            ) from error
        return np.array(request.get_output_tensor(0).data[0], np.float32)

    def _request(
        self,
        state: State,
        architecture: dict[str, Any],
        size: tuple[int, int],
        device: str,
        precision: str,
    ) -> Any:
        model = build(state, architecture, *size)
        options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": _HINTS[precision]}
        return self._core.compile_model(model, device, options).create_infer_request()

    def _best_precision(self, device: str) -> str:
        """Half floats on a GPU; on a CPU bfloat16 where it is in hardware and proves faster."""
        if device != "CPU":
            return "fp16"
        offered = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        if "BF16" not in offered or not has_bfloat16():
            return "fp32"
        return min(("fp32", "bf16"), key=self._trial_seconds)

    def _trial_seconds(self, precision: str) -> float:
        """Best of three runs on a small picture; of a deep network only the first block."""
        architecture = {**self._architecture, "blocks": 1}
        request = self._request(self._state, architecture, _TRIAL_SIZE, "CPU", precision)
        picture = np.full((1, *_TRIAL_SIZE, 3), 0.5, np.float32)
        seconds = []
        for _ in range(4):
            start = time.perf_counter()
            request.infer([picture])
            seconds.append(time.perf_counter() - start)
        return min(seconds[1:])


def _device(available: list[str], wanted: str) -> str:
    if wanted != "gpu":
        return "CPU"
    for name in available:
        if name.startswith("GPU"):
            return name
    raise ModelError(f"openvino sees no GPU here, only {', '.join(available)}: take device cpu")


BACKEND = Backend(
    kind="upscaler",
    name="openvino",
    help="Real-ESRGAN on the CPU, or on an Intel GPU; the default",
    needs=("openvino",),
    load=OpenVinoUpscaler,
    rank=20,
)
