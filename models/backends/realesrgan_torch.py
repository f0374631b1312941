"""Real-ESRGAN by its own package on torch: for NVIDIA GPUs, and as the reference on a CPU."""

import gc
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from models import weights as weight_files
from models.errors import ModelError
from models.ncnn_weights import Array, read_state
from models.processor import has_bfloat16
from models.registry import Backend
from models.torch_shims import prepare_torchvision
from models.upscaler import FloatImage, NetworkUpscaler

# Working bytes for one source pixel, measured on bands of 50 000 pixels.
_BYTES_PER_PIXEL = {
    ("rrdbnet", "fp32"): 24_000,
    ("rrdbnet", "bf16"): 16_000,
    ("rrdbnet", "fp16"): 12_000,
    ("srvggnet", "fp32"): 10_000,
    ("srvggnet", "bf16"): 6_000,
    ("srvggnet", "fp16"): 5_000,
}


class RealesrganUpscaler(NetworkUpscaler):
    """Runs `RealESRGANer` on whole pictures.

    Its own tiles are never used: on a tile that fails it prints a word and goes on with the pixels
    of the tile before. `models/tiling.py` cuts the tiles instead, and failures are raised.
    """

    def __init__(self, *, weights: str, device: str, precision: str) -> None:
        """Reads the weights and settles device and precision; ModelError as `load_upscaler`."""
        main = weight_files.locate(weights)
        architecture = weight_files.weight(weights).architecture
        prepare_torchvision()
        import torch

        chosen = _device(torch, device)
        settled = _precision(chosen, precision)
        super().__init__(
            backend="realesrgan",
            weights_name=weights,
            device="CPU" if chosen == "cpu" else torch.cuda.get_device_name(),
            precision=settled,
            bytes_per_pixel=_BYTES_PER_PIXEL[architecture["type"], settled],
        )
        self._torch_device = chosen
        # What an earlier model left in the GPU's cache would count against this one.
        _empty_cache(torch, chosen)
        state = read_state(main.with_suffix(".param"), main)
        self._upsampler: Any = _upsampler(torch, architecture, state, chosen, settled)

    def memory_budget(self) -> int:
        """Half of the free memory of the GPU, or of the machine on a CPU."""
        if self._torch_device == "cpu":
            return super().memory_budget()
        import torch

        free, _ = torch.cuda.mem_get_info()
        return int(free) // 2

    def close(self) -> None:
        """Frees the network, on the GPU too."""
        import torch

        self._upsampler = None
        gc.collect()
        _empty_cache(torch, self._torch_device)

    def _run(self, image: FloatImage) -> FloatImage:
        import torch

        upsampler = self._upsampler
        try:
            with torch.inference_mode():
                upsampler.pre_process(np.ascontiguousarray(image))
                upsampler.process()
                result = upsampler.post_process()[0].float().cpu().numpy()
        except RuntimeError as error:
            height, width = image.shape[:2]
            raise ModelError(
                f"{self.description}: {width}×{height} pixels failed "
                f"({str(error).splitlines()[0]}): set bands.tile to work in smaller pieces"
            ) from error
        finally:
            # They hold the largest tensors until the next picture otherwise.
            upsampler.img = upsampler.output = None
        picture: FloatImage = np.ascontiguousarray(result.transpose(1, 2, 0))
        return picture


def _device(torch: Any, wanted: str) -> str:
    if wanted == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if wanted == "gpu":
        raise ModelError("realesrgan: torch sees no GPU here: take device cpu or auto")
    return "cpu"


def _precision(device: str, wanted: str) -> str:
    if wanted == "auto":
        if device == "cuda":
            return "fp16"
        # Emulated bfloat16 is 3 to 16 times slower than float32.
        return "bf16" if has_bfloat16() else "fp32"
    if wanted == "fp16" and device == "cpu":
        raise ModelError("realesrgan: a CPU has no fp16: take precision auto, fp32 or bf16")
    return wanted


def _empty_cache(torch: Any, device: str) -> None:
    if device == "cuda":
        torch.cuda.empty_cache()


def _upsampler(
    torch: Any, architecture: dict[str, Any], state: dict[str, Array], device: str, precision: str
) -> Any:
    from realesrgan import RealESRGANer

    network = _network(architecture)
    with tempfile.TemporaryDirectory(prefix="memecomp-weights-") as folder:
        path = Path(folder) / "network.pth"
        tensors = {name: torch.from_numpy(array) for name, array in state.items()}
        torch.save({"params_ema": tensors}, path)
        made = RealESRGANer(
            scale=4,
            model_path=str(path),
            model=network,
            tile=0,
            pre_pad=0,
            half=False,
            device=torch.device(device),
        )
    kind = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    made.model = _cast(torch, made.model, kind, float(architecture.get("resize", 1)))
    return made


def _network(architecture: dict[str, Any]) -> Any:
    if architecture["type"] == "rrdbnet":
        from basicsr.archs.rrdbnet_arch import RRDBNet

        return RRDBNet(
            num_in_ch=3,
            num_out_ch=3,
            scale=4,
            num_feat=architecture["features"],
            num_block=architecture["blocks"],
            num_grow_ch=architecture["growth"],
        )
    from realesrgan.archs.srvgg_arch import SRVGGNetCompact

    return SRVGGNetCompact(
        num_in_ch=3,
        num_out_ch=3,
        upscale=4,
        num_feat=architecture["features"],
        num_conv=architecture["convolutions"],
        act_type="prelu",
    )


def _cast(torch: Any, network: Any, kind: Any, resize: float) -> Any:
    """The network in another precision that still takes and gives float32, then resized."""
    inner = network.to(dtype=kind, memory_format=torch.channels_last)

    def run(picture: Any) -> Any:
        shaped = picture.to(dtype=kind, memory_format=torch.channels_last)
        result = inner(shaped).float()
        if resize == 1:
            return result
        size = [round(length * 4 * resize) for length in picture.shape[2:]]
        return torch.nn.functional.interpolate(
            result, size=size, mode="bicubic", align_corners=False
        )

    return run


def _may_have_gpu() -> bool:
    """Whether asking torch is worth the seconds that its import takes."""
    return shutil.which("nvidia-smi") is not None and "+cpu" not in version("torch")


BACKEND = Backend(
    kind="upscaler",
    name="realesrgan",
    help="Real-ESRGAN's own package on torch; the choice for NVIDIA GPUs",
    needs=("torch", "torchvision", "realesrgan", "basicsr"),
    extra="torch",
    load=RealesrganUpscaler,
    rank=10,
    in_auto=_may_have_gpu,
)
