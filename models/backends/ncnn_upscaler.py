"""Real-ESRGAN through ncnn on the CPU: reads the weight files as they are."""

from typing import Any

import numpy as np

from models import weights as weight_files
from models.errors import ModelError
from models.registry import Backend
from models.upscaler import FloatImage, NetworkUpscaler

# Working bytes for one source pixel, measured on a band of 50 000 pixels: Winograd's scratch space.
_BYTES_PER_PIXEL = {"rrdbnet": 65_000, "srvggnet": 6_000}


class NcnnUpscaler(NetworkUpscaler):
    """The network as ncnn runs it, in float32 or with bfloat16 storage."""

    def __init__(self, *, weights: str, device: str, precision: str) -> None:
        """Reads the weights and settles the precision; ModelError as `load_upscaler`."""
        if device == "gpu":
            raise ModelError("ncnn runs on the CPU here: take device cpu, or backend realesrgan")
        if precision == "fp16":
            raise ModelError("ncnn: a CPU has no fp16: take precision auto, fp32 or bf16")
        main = weight_files.locate(weights)
        import ncnn

        # Faster than bfloat16 storage by nothing worth its error: Winograd already saves the work.
        settled = "fp32" if precision == "auto" else precision
        super().__init__(
            backend="ncnn",
            weights_name=weights,
            device="CPU",
            precision=settled,
            bytes_per_pixel=_BYTES_PER_PIXEL[weight_files.weight(weights).architecture["type"]],
        )
        self._library: Any = ncnn
        self._network: Any = ncnn.Net()
        options = self._network.opt
        options.use_vulkan_compute = False
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_storage = settled == "bf16"
        if self._network.load_param(str(main.with_suffix(".param"))) or self._network.load_model(
            str(main)
        ):
            raise ModelError(f"ncnn cannot read {main}: run memecomp models pull {weights}")

    def close(self) -> None:
        """Frees the network."""
        self._network = None

    def _run(self, image: FloatImage) -> FloatImage:
        planes = np.ascontiguousarray(image.transpose(2, 0, 1))
        with self._network.create_extractor() as run:
            run.input("data", self._library.Mat(planes))
            failed, result = run.extract("output")
            if failed:
                height, width = image.shape[:2]
                raise ModelError(
                    f"ncnn could not upscale {width}×{height} pixels (its error {failed}): "
                    f"set bands.tile to work in smaller pieces"
                )
            picture: FloatImage = np.array(result, np.float32).transpose(1, 2, 0)
        return picture


BACKEND = Backend(
    kind="upscaler",
    name="ncnn",
    help="Real-ESRGAN through ncnn on the CPU",
    needs=("ncnn",),
    extra="ncnn",
    load=NcnnUpscaler,
    rank=40,
)
