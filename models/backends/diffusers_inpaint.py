"""Refines the patch match fill with a diffusion model, gently and in the hole only."""

import gc
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.backends.patchmatch import PatchMatchInpainter
from models.errors import ModelError
from models.hole_regions import Region, regions
from models.inpainter import BoolMask, Uint8Image, checked
from models.prompts import check_prompt
from models.registry import Backend
from models.torch_shims import prepare_torchvision

WEAKEST, STRONGEST = 0.2, 0.35
_LARGEST_TO_NATIVE = 2


class DiffusersInpainter:
    """Patch match first, then image-to-image diffusion at low strength on each hole's crop.

    The foreground is filled away in what the model sees, so that it cannot spread; afterwards every
    pixel outside the hole is the original again.
    """

    def __init__(
        self,
        *,
        model: str,
        prompt: str,
        subject_words: tuple[str, ...],
        strength: float,
        steps: int,
        device: str,
    ) -> None:
        """Checks the settings, then loads the model; ModelError as `load_inpainter` says."""
        if not prompt.strip():
            raise ModelError("inpaint.prompt is empty: describe the background's style")
        check_prompt(prompt, subject_words)
        if not WEAKEST <= strength <= STRONGEST:
            raise ModelError(
                f"inpaint.strength must be {WEAKEST} to {STRONGEST}, not {strength}: "
                f"the fill is refined, not replaced"
            )
        if int(strength * steps) < 1:
            raise ModelError(
                f"inpaint.steps = {steps} at strength {strength} leaves no step to do: "
                f"take at least {int(np.ceil(1 / strength))} steps"
            )
        if not model:
            raise ModelError(
                "inpaint.model is empty: name a folder or a hub model, "
                "or set inpaint.method to 'patchmatch'"
            )
        prepare_torchvision()
        import torch

        self._prompt = prompt
        self._avoid = ", ".join(subject_words)
        self._strength = strength
        self._steps = steps
        self._model = model
        self._device = _device(torch, device)
        self._base = PatchMatchInpainter()
        self._pipeline = _loaded(torch, model, self._device)

    @property
    def description(self) -> str:
        """One line for reports."""
        return (
            f"{self._base.description}, refined by {self._model} on {self._device}, "
            f"strength {self._strength}, {self._steps} steps"
        )

    def fill(
        self, image: Uint8Image, hole: BoolMask, forbidden: BoolMask | None = None, seed: int = 0
    ) -> Uint8Image:
        """See `Inpainter.fill`."""
        wanted, forbidden = checked(image, hole, forbidden)
        result = self._base.fill(image, wanted, forbidden, seed)
        for region in regions(wanted):
            rows, columns = region.slices
            background = self._without_foreground(result, forbidden, region, seed)
            inside = wanted[rows, columns]
            refined = self._refined(background, inside, seed)
            result[rows, columns][inside] = refined[inside]
        return result

    def close(self) -> None:
        """Frees the model, on the GPU too."""
        import torch

        self._pipeline = None
        gc.collect()
        if self._device == "cuda":
            torch.cuda.empty_cache()

    def _without_foreground(
        self, filled: Uint8Image, forbidden: BoolMask, region: Region, seed: int
    ) -> Uint8Image:
        rows, columns = region.slices
        piece, subject = filled[rows, columns], forbidden[rows, columns]
        if not subject.any():
            return piece
        if subject.mean() > 0.9:
            return self._base.fill(filled, forbidden, None, seed)[rows, columns]
        return self._base.fill(piece, subject, None, seed)

    def _refined(self, image: Uint8Image, hole: BoolMask, seed: int) -> Uint8Image:
        import cv2
        import torch
        from PIL import Image

        height, width = image.shape[:2]
        size = self._working_size(height, width)
        area = cv2.INTER_AREA if size[1] < height else cv2.INTER_CUBIC
        picture = cv2.resize(image, size, interpolation=area)
        mask = cv2.resize(hole.astype(np.uint8) * 255, size, interpolation=cv2.INTER_NEAREST)
        try:
            with torch.inference_mode():
                answer = self._pipeline(
                    prompt=self._prompt,
                    negative_prompt=self._avoid or None,
                    image=Image.fromarray(picture),
                    mask_image=Image.fromarray(mask),
                    height=size[1],
                    width=size[0],
                    strength=self._strength,
                    num_inference_steps=self._steps,
                    generator=torch.Generator("cpu").manual_seed(seed),
                    output_type="np",
                ).images[0]
        except RuntimeError as error:
            raise ModelError(
                f"inpaint: {self._model} failed on {width}×{height} pixels: "
                f"{str(error).splitlines()[0]}"
            ) from error
        refined: npt.NDArray[np.float32] = np.asarray(answer, np.float32)
        if not np.isfinite(refined).all():
            raise ModelError(f"inpaint: {self._model} gave numbers that are not finite")
        back = cv2.resize(refined, (width, height), interpolation=cv2.INTER_CUBIC)
        levels: Uint8Image = np.rint(np.clip(back, 0, 1) * 255).astype(np.uint8)
        return levels

    def _working_size(self, height: int, width: int) -> tuple[int, int]:
        """Width and height for the model: its native size up to twice that, whole latent cells."""
        cell = int(self._pipeline.vae_scale_factor)
        network = getattr(self._pipeline, "unet", None) or self._pipeline.transformer
        sample = network.config.sample_size
        native = cell * int(sample if isinstance(sample, int) else max(sample))
        longest = max(height, width)
        scale = min(max(longest, native), native * _LARGEST_TO_NATIVE) / longest
        across, down = (max(1, round(length * scale / cell)) * cell for length in (width, height))
        return across, down


def _device(torch: Any, wanted: str) -> str:
    if wanted != "cpu" and torch.cuda.is_available():
        return "cuda"
    if wanted == "gpu":
        raise ModelError("inpaint: torch sees no GPU here: take device cpu or auto")
    return "cpu"


def _loaded(torch: Any, model: str, device: str) -> Any:
    import diffusers

    folder = Path(model).expanduser()
    is_folder = folder.is_dir()
    if not is_folder and (folder.is_absolute() or model.startswith(".") or model.count("/") != 1):
        raise ModelError(f"inpaint.model: the folder {model} does not exist")
    if device == "cuda":
        torch.cuda.empty_cache()
    try:
        pipeline = diffusers.AutoPipelineForInpainting.from_pretrained(
            str(folder) if is_folder else model,
            local_files_only=is_folder,
        )
    except Exception as error:
        # The library raises nearly every type there is, depending on what a file lacks.
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"inpaint.model: {model} cannot be loaded as an inpainting model: {reason}"
        ) from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device, torch.float16 if device == "cuda" else torch.float32)


BACKEND = Backend(
    kind="inpainter",
    name="diffusers",
    help="Patch match refined by a diffusion model: a local folder or a hub name",
    needs=("torch", "torchvision", "diffusers", "transformers", "patchmatch", "cv2"),
    extra="torch",
    load=DiffusersInpainter,
    rank=50,
)
