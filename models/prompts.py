"""Prompts for the background: they must not name the subject."""

import re
from collections.abc import Sequence

from models.errors import ModelError


def check_prompt(prompt: str, subject_words: Sequence[str]) -> None:
    """ModelError where `prompt` is empty or names one of `subject_words`.

    Whole words count, whatever their case, also with a plural's s: "face" is in "Faces of rock" and
    in "a face's shadow", but not in "surface".
    """
    if not prompt.strip():
        raise ModelError("inpaint.prompt is empty: describe the background's style")
    for word in subject_words:
        ends = r"(?:s|es)?(?!\w)"
        if word.strip() and re.search(
            rf"(?<!\w){re.escape(word.strip())}{ends}", prompt, re.IGNORECASE
        ):
            raise ModelError(
                f"inpaint.prompt names the subject ({word!r} in {prompt!r}): "
                f"describe only the background, the subject is never generated"
            )
