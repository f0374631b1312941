"""Where a line may end, and which way letters run: Unicode's common rules, not the whole of them.

After white space and after a hyphen or dash inside a word, and around ideographs; never before
closing punctuation or after an opening bracket.
"""

import unicodedata

_HYPHENS = "-\u2010\u2013\u00ad\u2027"
_NO_BREAK_SPACE = "\u00a0\u202f\u2060"


def opportunities(text: str) -> list[int]:
    """The positions before which a line may start, in order, without 0 and the end."""
    return [at for at in range(1, len(text)) if _may_break(text, at)]


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after.isspace() or after in _NO_BREAK_SPACE or before in _NO_BREAK_SPACE:
        return False
    if unicodedata.combining(after):
        return False
    if before.isspace():
        return True
    if before in _HYPHENS:
        # A sign or a range before a number stays with it; so does a hyphen that starts a word.
        led = at > 1 and not text[at - 2].isspace()
        return led and not (before == "-" and after.isdigit())
    if before == "\u2014" or after == "\u2014":
        return True
    if _ideograph(before) or _ideograph(after):
        return unicodedata.category(after) not in ("Pe", "Pf", "Po") and (
            unicodedata.category(before) not in ("Ps", "Pi")
        )
    return False


def _ideograph(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in ("W", "F") and letter.isalpha()


def hyphenates(text: str, at: int) -> bool:
    """Whether a line that ends before `at`, where no line should, gets a hyphen as pango adds it.

    Inside a word of an alphabet it does; next to digits, punctuation and ideographs not.
    """
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before == "\u00ad":
        return True
    if _ideograph(before) or not before.isalpha():
        return False
    return after.isalpha() or after.isdigit() or bool(unicodedata.combining(after))


def levels(text: str) -> list[int]:
    """1 for each character that runs from right to left, else 0.

    What has no direction of its own goes with its neighbours where they agree, else with the
    first that has one.
    """
    own = [_DIRECTIONS.get(unicodedata.bidirectional(letter)) for letter in text]
    base = next((level for level in own if level is not None), 0)
    found: list[int] = []
    for at, level in enumerate(own):
        if level is None:
            before = found[-1] if found else base
            after = next((later for later in own[at:] if later is not None), base)
            level = before if before == after else base
        found.append(level)
    return found


_DIRECTIONS = {"L": 0, "EN": 0, "AN": 0, "R": 1, "AL": 1}
