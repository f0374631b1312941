"""Prompts for the background: they must not name the subject."""

import re
from collections.abc import Sequence

from models.errors import ModelError


def check_prompt(prompt: str, subject_words: Sequence[str]) -> None:
    """ModelError where `prompt` names one of `subject_words`: only background is ever painted.

    Whole words count, whatever their case, also with a plural's s: "face" is in "Faces of rock" and
    in "a face's shadow", but not in "surface".
    """
    for word in filter(None, (word.strip() for word in subject_words)):
        if re.search(rf"(?<!\w){re.escape(word)}(?:s|es)?(?!\w)", prompt, re.IGNORECASE):
            raise ModelError(
                f"inpaint.prompt: {prompt!r} names the subject ({word!r}): describe only the "
                "background's style, or change inpaint.subject_words"
            )
