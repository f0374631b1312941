"""Every upscaler through one suite: shape, agreement, and the errors of bad input."""

import cv2
import numpy as np
import pytest

from models import processor, registry
from models.errors import ModelError
from models.upscaler import Upscaler, load_upscaler

BACKENDS = sorted(registry.collect()["upscaler"])
LARGE, SMALL = "realesrgan-x4plus", "realesr-animevideov3-x4"


def load(name, pulled, weights=SMALL, precision="fp32"):
    backend = registry.collect()["upscaler"][name]
    if backend.missing():
        pytest.skip(backend.missing())
    pulled(weights)
    return load_upscaler(name, weights, device="cpu", precision=precision)


@pytest.fixture
def crop(small_frame):
    """A piece with edges and texture, in a band's flat shape: (24, 48, 3)."""
    return np.ascontiguousarray(small_frame[100:124, 130:178])


@pytest.mark.parametrize("name", BACKENDS)
def test_it_enlarges_four_times_and_looks_like_the_picture(name, pulled, crop):
    upscaler = load(name, pulled)
    assert isinstance(upscaler, Upscaler)
    before = crop.copy()
    result = upscaler.upscale(crop)
    assert result.shape == (96, 192, 3)
    assert result.dtype == np.uint8
    assert np.array_equal(crop, before)
    plain = cv2.resize(crop, (192, 96), interpolation=cv2.INTER_CUBIC)
    # Red and blue swapped, or the picture turned, fall far below this.
    assert cv2.PSNR(result, plain) > 24
    assert "fp32" in upscaler.description
    assert SMALL in upscaler.description
    upscaler.close()


@pytest.mark.parametrize("weights", [SMALL, "realesr-animevideov3-x2", LARGE])
@pytest.mark.parametrize("name", [name for name in BACKENDS if name != "openvino"])
def test_backends_agree_within_two_levels(name, weights, pulled, crop):
    mine = load(name, pulled, weights).upscale(crop)
    reference = load("openvino", pulled, weights).upscale(crop)
    assert np.abs(mine.astype(int) - reference).max() <= 2


@pytest.mark.parametrize("factor", [2, 3])
def test_the_smaller_factors_are_the_large_one_reduced(factor, pulled, crop):
    """Those files hold the network for 4 and a bicubic reduction; cv2's is the same formula."""
    picture = crop.astype(np.float32) / np.float32(255)
    mine = load("openvino", pulled, f"realesr-animevideov3-x{factor}").upscale_float(picture)
    large = load("openvino", pulled).upscale_float(picture)
    expected = cv2.resize(large, (48 * factor, 24 * factor), interpolation=cv2.INTER_CUBIC)
    assert np.abs(mine - expected).max() < 1e-4


def test_uint8_is_the_float_result_rounded(pulled, crop):
    upscaler = load("openvino", pulled)
    exact = upscaler.upscale_float(crop.astype(np.float32) / np.float32(255))
    assert exact.dtype == np.float32
    expected = np.rint(np.clip(exact, 0, 1) * 255)
    assert np.array_equal(upscaler.upscale(crop), expected)


def test_bfloat16_stays_near_full_precision(pulled, crop):
    if not processor.has_bfloat16():
        pytest.skip("this processor has no bfloat16")
    fast = load("openvino", pulled, precision="bf16").upscale(crop)
    exact = load("openvino", pulled).upscale(crop)
    apart = np.abs(fast.astype(int) - exact)
    assert apart.mean() < 1
    assert 0 < apart.max() <= 12


def test_without_bfloat16_in_hardware_auto_is_full_precision(pulled, monkeypatch):
    monkeypatch.setattr("models.backends.openvino_upscaler.has_bfloat16", lambda: False)
    assert load("openvino", pulled, precision="auto").precision == "fp32"


def test_the_faster_precision_is_taken(pulled, monkeypatch):
    from models.backends import openvino_upscaler as module

    monkeypatch.setattr(module, "has_bfloat16", lambda: True)
    seconds = {"fp32": 1.0, "bf16": 2.0}
    monkeypatch.setattr(
        module.OpenVinoUpscaler, "_trial_seconds", lambda _, precision: seconds[precision]
    )
    assert load("openvino", pulled, precision="auto").precision == "fp32"


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((8, 8, 3), np.float32), "must be uint8"),
        (np.zeros((8, 8), np.uint8), r"must have the shape \(height, width, 3\)"),
        (np.zeros((0, 8, 3), np.uint8), "must have the shape"),
    ],
)
def test_a_wrong_picture_is_refused(image, words, pulled):
    with pytest.raises(ModelError, match=words):
        load("openvino", pulled).upscale(image)


def test_half_floats_on_a_cpu_are_refused(pulled):
    with pytest.raises(ModelError, match="a CPU has no fp16"):
        load("openvino", pulled, precision="fp16")


def test_missing_weights_say_which_command_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(tmp_path))
    with pytest.raises(ModelError, match="memecomp models pull realesrgan-x4plus"):
        load_upscaler("openvino")


def test_a_failure_inside_torch_is_raised_and_not_painted_over(pulled, crop):
    upscaler = load("realesrgan", pulled)

    def fail(_):
        raise RuntimeError("CUDA out of memory\nand a long tale")

    upscaler.upscale(crop)
    upscaler._upsampler.model = fail
    with pytest.raises(ModelError, match=r"48×24 pixels failed \(CUDA out of memory\)") as caught:
        upscaler.upscale(crop)
    assert "bands.tile" in str(caught.value)


@pytest.mark.parametrize("name", ["realesrgan", "ncnn"])
def test_no_gpu_or_half_floats_where_there_are_none(name, pulled):
    load(name, pulled)
    with pytest.raises(ModelError, match="a CPU has no fp16"):
        load(name, pulled, precision="fp16")


@pytest.mark.parametrize("name", BACKENDS)
def test_numbers_that_are_not_finite_are_refused(name, pulled, crop, monkeypatch):
    upscaler = load(name, pulled)
    broken = np.full((96, 192, 3), np.nan, np.float32)
    monkeypatch.setattr(type(upscaler), "_run", lambda *_: broken)
    with pytest.raises(ModelError, match="not finite"):
        upscaler.upscale(crop)
