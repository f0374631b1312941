"""Diffusion refines gently, in the hole only, with a tiny model of random weights."""

import json

import numpy as np
import pytest

from models.errors import ModelError
from models.inpainter import load_inpainter
from models.prompts import check_prompt

WORDS = ("wizard", "face", "man")
PROMPT = "mossy background, soft light"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    """A whole inpainting pipeline of a few kilobytes, saved in a folder as diffusers does."""
    pytest.importorskip("torch", reason="memecomp[torch] is not installed")
    pytest.importorskip("diffusers", reason="memecomp[torch] is not installed")
    from models.torch_shims import prepare_torchvision

    prepare_torchvision()
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionInpaintPipeline
    from diffusers import UNet2DConditionModel as Unet
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    letters = [chr(code) for code in range(33, 127)]
    vocabulary = [*letters, *(letter + "</w>" for letter in letters)]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    table = {token: index for index, token in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(table))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16
    )
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=16,
            bos_token_id=len(vocabulary) - 2,
            eos_token_id=len(vocabulary) - 1,
        )
    )
    network = Unet(
        sample_size=16,
        in_channels=9,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        norm_num_groups=4,
        cross_attention_dim=16,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    coder = AutoencoderKL(
        block_out_channels=(8, 8),
        norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        sample_size=32,
    )
    pipeline = StableDiffusionInpaintPipeline(
        vae=coder,
        text_encoder=text,
        tokenizer=tokenizer,
        unet=network,
        scheduler=DDIMScheduler(steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder / "model")
    return str(folder / "model")


def load(model, **changes):
    settings = {
        "model": model,
        "prompt": PROMPT,
        "subject_words": WORDS,
        "strength": 0.3,
        "steps": 4,
        "device": "cpu",
    }
    return load_inpainter("diffusers", **(settings | changes))


@pytest.fixture(scope="module")
def inpainter(tiny_model):
    return load(tiny_model)


@pytest.fixture
def scene(small_frame):
    """A piece of the film with a hole in its corner and a foreground that reaches into it."""
    image = np.ascontiguousarray(small_frame[:90, :150])
    hole = np.zeros((90, 150), bool)
    hole[:20, :30] = True
    foreground = np.zeros((90, 150), bool)
    foreground[10:60, 20:50] = True
    return image, hole, foreground


def test_only_the_hole_changes_and_not_under_the_foreground(inpainter, scene):
    image, hole, foreground = scene
    filled = inpainter.fill(image, hole, foreground, seed=5)
    painted = hole & ~foreground
    assert np.array_equal(filled[~painted], image[~painted])
    plain = load_inpainter("patchmatch").fill(image, hole, foreground, seed=5)
    assert not np.array_equal(filled[painted], plain[painted]), "the model did refine"


def test_a_seed_repeats_and_another_differs(inpainter, scene):
    image, hole, _ = scene
    first = inpainter.fill(image, hole, seed=5)
    assert np.array_equal(first, inpainter.fill(image, hole, seed=5))
    assert not np.array_equal(first, inpainter.fill(image, hole, seed=6))


def test_the_model_never_sees_the_foreground(inpainter, scene, monkeypatch):
    image, hole, foreground = scene
    image = image.copy()
    image[foreground] = (255, 0, 255)
    seen = []
    real = type(inpainter)._refined
    monkeypatch.setattr(
        type(inpainter), "_refined", lambda self, *a: seen.append(a[0].copy()) or real(self, *a)
    )
    inpainter.fill(image, hole, foreground, seed=5)
    assert seen
    for picture in seen:
        magenta = (picture[..., 0] > 200) & (picture[..., 1] < 60) & (picture[..., 2] > 200)
        assert not magenta.any()


@pytest.mark.parametrize("strength", [0.1, 0.36, 1.0])
def test_a_strength_outside_the_rule_is_refused(strength):
    with pytest.raises(ModelError, match=r"must be 0.2 to 0.35"):
        load("any/model", strength=strength)


def test_too_few_steps_are_refused():
    with pytest.raises(ModelError, match="take at least 4 steps"):
        load("any/model", steps=3)


@pytest.mark.parametrize("prompt", ["a Wizard's hat", "many faces", "forest, MAN, sky"])
def test_a_prompt_that_names_the_subject_is_refused(prompt):
    with pytest.raises(ModelError, match="names the subject"):
        load("any/model", prompt=prompt)


@pytest.mark.parametrize("prompt", ["rocky surface", "many trees, a mantle of moss", PROMPT])
def test_words_that_only_contain_a_subject_word_pass(prompt):
    check_prompt(prompt, WORDS)


def test_an_empty_prompt_or_model_is_refused():
    with pytest.raises(ModelError, match=r"inpaint.prompt is empty"):
        load("any/model", prompt=" ")
    with pytest.raises(ModelError, match=r"inpaint.model is empty"):
        load("")


def test_a_folder_that_does_not_exist_is_named(tiny_model, tmp_path):
    with pytest.raises(ModelError, match="nowhere does not exist"):
        load(str(tmp_path / "nowhere"))


def test_a_folder_that_is_no_model_is_refused(tiny_model, tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded as an inpainting model"):
        load(str(tmp_path))
