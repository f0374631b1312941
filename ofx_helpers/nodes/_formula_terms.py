"""CImg's formulas as text: read into a tree of terms, checked, with nothing executed.

The grammar is that of CImg's documentation; where that is silent, what its parser does: every
operator has a rank of its own (`+` binds less than `-`, `*` less than `/`, `/` less than `%`),
all of them group from the left, also `^`, and a sign binds less than `^`. A name means what it has
last been given above in the text: `i` is a variable below `i = 0` and the pixel above it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

DEEPEST = 50
"""How deep brackets and macros may be nested."""
LONGEST = 100_000
"""How many words a formula may have, its macros written out."""

PLACES = frozenset("xyzc")
SIZES = frozenset(["w", "h", "d", "s", "r", "l", "wh", "whd", "whds"])
STATISTICS = frozenset(
    [f"i{letter}" for letter in "mMavspcn"] + [axis + end for axis in "xyzc" for end in "mM"]
)
CHANNELS = {"R": 0, "G": 1, "B": 2, "A": 3, **{f"i{index}": index for index in range(10)}}
_SETTINGS = frozenset(["interpolation", "boundary"])
_KNOWN = {*PLACES, *SIZES, *STATISTICS, *CHANNELS, "i", "I", "e", "pi", "inf", "nan", *_SETTINGS}
_RANDOM = frozenset("ugt")

_RANKS = "|| && | & != == <= >= < > << >> + - ** // * / %".split()  # noqa: SIM905
_RANK = {operator: rank for rank, operator in enumerate(_RANKS)}
_CHANGES = ("+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", ">>=", "<<=", "**=", "//=", "^^=")
_SIGNS = ("+", "-", "!", "~")
_WORD = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>>>=|<<=|\*\*=|//=|\^\^=|\|\||&&|!=|==|<=|>=|<<|>>|\+\+|--|[-+*/%&|^]=|\*\*|//|\^\^"
    r"|[-+*/%&|^!~<>=?:;,()\[\]\N{DEGREE SIGN}]))",
    re.ASCII,
)
_END = ""


class FormulaError(Exception):
    """Why a formula has no meaning here, in words; the caller adds whose formula it is."""


@dataclass(frozen=True)
class Term:
    """A part of a formula: a kind, what it is about, and the terms that it is made of."""

    kind: str
    name: str = ""
    parts: tuple["Term", ...] = ()
    value: float = 0.0


@dataclass
class _Macro:
    params: tuple[str, ...]
    body: list[str]


def words(text: str) -> list[str]:
    """The words of a formula. Raises FormulaError for a character that no formula has."""
    found: list[str] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            rest = text[at:].lstrip()
            raise FormulaError(f"{rest[0]!r} (in {rest[:24]!r}) is nothing that it can work with")
        found.append(match[match.lastgroup or "sign"])
        at = match.end()
    return found


def read(text: str, functions: frozenset[str], given: Sequence[str] = ()) -> Term:
    """The formula as a term. `given` are variables that exist already. Raises FormulaError."""
    if text.lstrip()[:1] in ("<", ">"):
        raise FormulaError(
            f"{text.lstrip()[0]!r} at its beginning makes each pixel depend on those before it"
        )
    start = text.lstrip()
    parser = _Parser(words(start[1:] if start[:1] in ("*", ":") else start), functions)
    parser.variables.update(given)
    term = parser.sequence()
    parser.expect(_END)
    return term


@dataclass
class _Parser:
    words: list[str]
    functions: frozenset[str]
    variables: set[str] = field(default_factory=set)
    macros: dict[tuple[str, int], _Macro] = field(default_factory=dict)
    at: int = 0
    depth: int = 0

    def next(self, ahead: int = 0) -> str:
        """The word ahead, empty after the last."""
        index = self.at + ahead
        return self.words[index] if index < len(self.words) else _END

    def take(self, *wanted: str) -> bool:
        """Whether the next word is one of these; if so, go past it."""
        if self.next() not in wanted or self.next() == _END:
            return False
        self.at += 1
        return True

    def expect(self, wanted: str) -> None:
        """Go past a word that must be there."""
        if self.next() != wanted:
            found = repr(self.next()) if self.next() else "its end"
            raise FormulaError(f"{found} is found where {wanted!r} belongs" if wanted else found)
        self.at += 1

    def sequence(self) -> Term:
        """Statements, the last of which is the value."""
        found: list[Term] = []
        while True:
            while self.take(";"):
                pass
            if self.next() in (_END, ",", ")", "]", ":"):
                break
            found.append(self.statement())
            if self.next() != ";":
                break
        if not found:
            raise FormulaError(f"something is missing before {self.next() or 'its end'!r}")
        return found[0] if len(found) == 1 else Term("sequence", parts=tuple(found))

    def statement(self) -> Term:
        """An assignment or a value."""
        return self._nested(self._statement)

    def _nested(self, parse: Callable[[], Term]) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(f"it is nested deeper than {DEEPEST} levels")
        found = parse()
        self.depth -= 1
        return found

    def _statement(self) -> Term:
        if self.next() == "const" and _is_name(self.next(1)):
            self.at += 1
        if _is_name(self.next()) and self.next(1) == "=":
            name = self.next()
            self.at += 2
            value = self.statement()
            self.variables.add(name)
            return Term("assign", name, (value,))
        if self._defines():
            return self._macro()
        left = self._choice()
        if self.next() == "=" or self.next() in _CHANGES:
            operator = self.next()
            self.at += 1
            return _changed(left, operator, self.statement())
        return left

    def _choice(self) -> Term:
        condition = self._binary(0)
        if not self.take("?"):
            return condition
        parts = [condition, self.statement()]
        if self.take(":"):
            parts.append(self.statement())
        return Term("if", parts=tuple(parts))

    def _binary(self, rank: int) -> Term:
        left = self._signed()
        while True:
            operator = self._operator()
            if operator is None or _RANK[operator] < rank:
                return left
            self.at += 1
            right = self._binary(_RANK[operator] + 1)
            kind = "logic" if operator in ("||", "&&") else "binary"
            left = Term(kind, operator, (left, right))

    def _operator(self) -> str | None:
        word = self.next()
        if word in ("++", "--"):
            # Between two values it is an operator and a sign.
            self.words[self.at : self.at + 1] = [word[0], word[0]]
            word = word[0]
        return word if word in _RANK else None

    def _signed(self) -> Term:
        word = self.next()
        if word in ("++", "--") and not self.next(1)[:1].isdigit():
            self.at += 1
            return _stepped(self._nested(self._signed), word, before=True)
        if word in ("++", "--"):
            self.words[self.at : self.at + 1] = [word[0], word[0]]
            word = word[0]
        if word not in _SIGNS:
            return self._power()
        self.at += 1
        value = self._nested(self._signed)
        return value if word == "+" else Term("unary", word, (value,))

    def _power(self) -> Term:
        return self._powers("^^", lambda: self._powers("^", self._operand))

    def _powers(self, operator: str, operand: Callable[[], Term]) -> Term:
        left = operand()
        while self.take(operator):
            left = Term("binary", operator, (left, operand()))
        return left

    def _operand(self) -> Term:
        """A value with what stands right after it; a sign before it when it is an exponent."""
        if self.next() in _SIGNS:
            sign = self.next()
            self.at += 1
            value = self._nested(self._operand)
            return value if sign == "+" else Term("unary", sign, (value,))
        value = self._single()
        while self.next() == "[":
            value = Term("item", parts=(value, *self._arguments("[", "]")))
        while True:
            word, following = self.next(), self.next(1)
            ends = not (_begins(following) or following in _SIGNS or following in ("++", "--"))
            if word == "%" and ends:
                value = Term("binary", "/", (value, Term("number", value=100.0)))
            elif word == "\N{DEGREE SIGN}":
                value = Term("call", "deg2rad", (value,))
            elif word in ("++", "--") and ends:
                value = _stepped(value, word, before=False)
            else:
                return value
            self.at += 1

    def _single(self) -> Term:
        word = self.next()
        if self.take("("):
            value = self.sequence()
            self.expect(")")
            return value
        if word == "[":
            return Term("vector", parts=self._arguments("[", "]"))
        if word[:1].isdigit() or word[:1] == ".":
            self.at += 1
            number = int(word, 16) if word[:2].lower() == "0x" else float(word)
            return Term("number", value=float(number))
        if not _is_name(word):
            raise FormulaError(
                f"a value is missing before {word!r}" if word else "a value is missing"
            )
        self.at += 1
        if self.next() == "(":
            return self._call(word)
        if self.next() == "[" and word in "ijIJ" and word not in self.variables:
            return Term("offset", word, self._arguments("[", "]"))
        if word in self.variables:
            return Term("variable", word)
        if word in _RANDOM:
            raise FormulaError(f"{word!r} differs from one rendering to the next")
        if word not in _KNOWN and word.lower() not in ("inf", "nan"):
            near = get_close_matches(word, [*self.variables, *_KNOWN], 3)
            hint = f" Near: {', '.join(near)}." if near else ""
            raise FormulaError(f"{word!r} is no variable that it knows.{hint}")
        return Term("known", word if word in _KNOWN else word.lower())

    def _call(self, name: str) -> Term:
        if name in "ijIJ":
            return Term("pixel", name, self._arguments("(", ")", empty=True))
        start = self.at
        texts = self._texts()
        macro = self.macros.get((name, len(texts)))
        if macro is not None and name not in self.functions:
            return self._expanded(macro, texts)
        self.at = start
        family = re.fullmatch(r"(norm|vector)(\d+|inf)?", name)
        if name in ("u", "g", "srand"):
            raise FormulaError(f"'{name}()' differs from one rendering to the next")
        if family is None and name not in self.functions:
            near = get_close_matches(name, self.functions, 3)
            hint = f" Near: {', '.join(near)}." if near else ""
            raise FormulaError(f"'{name}()' is no function that it knows.{hint}")
        return Term("call", name, self._arguments("(", ")", empty=True))

    def _arguments(self, opening: str, closing: str, *, empty: bool = False) -> tuple[Term, ...]:
        """The terms between brackets; where `empty`, one that is left out is of the kind "none"."""
        self.expect(opening)
        found: list[Term] = []
        while self.next() != closing or found:
            left_out = empty and self.next() in (",", closing)
            found.append(Term("none") if left_out else self.sequence())
            if not self.take(","):
                break
        self.expect(closing)
        return tuple(found)

    def _texts(self) -> list[list[str]]:
        """The words of each argument between the brackets ahead."""
        found: list[list[str]] = [[]]
        level = 0
        while True:
            word = self.next()
            if not word:
                raise FormulaError("a bracket is not closed")
            level += (word in ("(", "[")) - (word in (")", "]"))
            self.at += 1
            if not level:
                return found if found != [[]] else []
            if level == 1 and word == ",":
                found.append([])
            elif level > 1 or word != "(":
                found[-1].append(word)

    def _defines(self) -> bool:
        """Whether `name(a, b) = ...` is ahead."""
        if not (_is_name(self.next()) and self.next(1) == "(") or self.next() in "ijIJ":
            return False
        ahead = 2
        while _is_name(self.next(ahead)):
            ahead += 2 if self.next(ahead + 1) == "," else 1
        return self.next(ahead) == ")" and self.next(ahead + 1) == "="

    def _macro(self) -> Term:
        name = self.next()
        self.at += 1
        params = tuple(text[0] for text in self._texts())
        self.expect("=")
        body: list[str] = []
        level = 0
        while self.next() and (level or self.next() not in (";", ",", ")", "]")):
            level += (self.next() in ("(", "[")) - (self.next() in (")", "]"))
            body.append(self.next())
            self.at += 1
        self.macros[name, len(params)] = _Macro(params, body)
        return Term("known", "nan")

    def _expanded(self, macro: _Macro, texts: list[list[str]]) -> Term:
        given = dict(zip(macro.params, texts, strict=True))
        written: list[str] = []
        for word in macro.body:
            written += ["(", *given[word], ")"] if word in given else [word]
        self.words[self.at : self.at] = ["(", *written, ")"]
        if len(self.words) > LONGEST:
            raise FormulaError("its macros written out are too long")
        # A macro that uses itself is nested too deep at some point.
        return self._nested(self._single)


def _is_name(word: str) -> bool:
    return word[:1].isalpha() or word[:1] == "_"


def _begins(word: str) -> bool:
    """Whether a value may begin with this word."""
    return _is_name(word) or word[:1].isdigit() or word[:1] == "." or word in ("(", "[")


def _changed(target: Term, operator: str, value: Term) -> Term:
    """`target = value`, or `target += value` and the like."""
    if operator != "=":
        value = Term("binary", operator[:-1], (target, value))
    if target.kind == "variable":
        return Term("assign", target.name, (value,))
    if target.kind == "item" and target.parts[0].kind == "variable" and len(target.parts) == 2:
        return Term("assign item", target.parts[0].name, (target.parts[1], value))
    if target.kind in ("pixel", "offset"):
        raise FormulaError(f"'{target.name}(...) {operator}' changes other pixels, in an order")
    raise FormulaError(f"{operator!r} needs a variable on its left")


def _stepped(target: Term, operator: str, *, before: bool) -> Term:
    one = Term("number", value=1.0)
    changed = _changed(target, f"{operator[0]}=", one)
    return changed if before else Term("then", parts=(target, changed))
