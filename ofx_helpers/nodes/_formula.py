"""A CImg formula's value for every pixel at once.

Both sides of a condition are computed where it divides the picture, each for its own pixels; a loop
goes on until no pixel is left in it. Nothing that a formula says is executed as Python.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.nodes._formula_fixed import by_channel, fixed, fixed_value, shortened
from ofx_helpers.nodes._formula_pixels import Picture, offset, pixel
from ofx_helpers.nodes._formula_terms import (
    CHANNELS,
    PLACES,
    SIZES,
    STATISTICS,
    FormulaError,
    Term,
    read,
)
from ofx_helpers.nodes._formula_values import (
    NOTHING,
    SIGNS,
    Number,
    Value,
    chosen,
    each,
    number,
    scalar,
    shape,
    whole,
)
from ofx_helpers.nodes._formula_vectors import FUNCTIONS, call, joined

ROUNDS = 100_000
"""How often all loops of a formula may go round for one channel."""
_DEEPEST = 250
_BAND = 1 << 16
"""Pixels that are computed at a time, so that they stay in the processor's cache."""
# CImg makes no truth of what stands after one of these and `||` or `&&`, but takes it as it is.
_KEPT_OR = (0.0,)
_KEPT_AND = (*(float(count) for count in (*range(1, 11), *range(-5, 0))), 0.5)
_LOOPS = {"for": (3, 4), "dowhile": (1, 2), "do": (1, 2), "whiledo": (2, 2), "while": (2, 2)}
_FLOW = {**_LOOPS, "if": (2, 3), "break": (0, 0), "continue": (0, 0), "stats": (0, 0)}
_STATS = ("im", "iM", "ia", "iv", "xm", "ym", "zm", "cm", "xM", "yM", "zM", "cM", "is", "ip")

Pixels = NDArray[np.float32]
Where = NDArray[np.bool_] | None
"""For which pixels something is done; None for all of them."""


def filled(text: str, planes: Pixels, given: Mapping[str, float]) -> Pixels:
    """The planes (h, w, s) as the formula gives them: each channel by itself, or all by a vector.

    `given` are variables that exist already. Raises FormulaError in words that name what is wrong.
    """
    term = read(text, FUNCTIONS | {*_FLOW}, tuple(given))
    picture = Picture(planes)
    result = planes.copy()
    if not planes.size:
        return result
    h, w, s = planes.shape
    step = max(1, _BAND // w)
    for band in (slice(row, min(row + step, h)) for row in range(0, h, step)):
        for channel in range(s):
            run = _Run(picture, channel, band, {key: number(given[key]) for key in given})
            value = run.of(term)
            if isinstance(value, tuple):
                for index, item in enumerate(value[:s]):
                    result[band, :, index] = item
                break
            if not by_channel(term):
                result[band] = value[..., None]
                break
            result[band, :, channel] = value
    return result


@dataclass
class _Run:
    picture: Picture
    channel: int
    band: slice
    variables: dict[str, Value]
    missing: dict[str, Where] = field(default_factory=dict)
    where: Where = None
    loops: list[Where] = field(default_factory=list)
    """For each loop around, the pixels that have left it."""
    skipped: list[Where] = field(default_factory=list)
    rounds: int = 0
    depth: int = 0

    def of(self, term: Term) -> Value:
        """The term's value."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise FormulaError(f"it is nested deeper than {_DEEPEST} levels")
        value = _KINDS[term.kind](self, term)
        self.depth -= 1
        return value

    def number(self, term: Term, what: str) -> Number:
        """The value of a term that must be a number."""
        return scalar(self.of(term), what)

    def _spread(self, term: Term) -> list[Value]:
        return [self.of(part) for part in term.parts]

    def _number(self, term: Term) -> Value:
        return number(term.value)

    def _sequence(self, term: Term) -> Value:
        return self._spread(term)[-1]

    def _then(self, term: Term) -> Value:
        return self._spread(term)[0]

    def _vector(self, term: Term) -> Value:
        if not term.parts:
            return number(0)
        return call("vector", self._spread(term))

    def _known(self, term: Term) -> Value:
        name = term.name
        if name in PLACES:
            return self._place(name)
        if name in SIZES:
            return number(self.picture.sizes[name])
        if name in STATISTICS:
            return number(self.picture.statistics[name])
        planes = self.picture.planes[self.band]
        if name == "i" or name in CHANNELS:
            channel = CHANNELS.get(name, self.channel)
            there = channel < planes.shape[-1]
            return planes[..., channel].astype(np.float64) if there else number(0)
        if name == "I":
            return tuple(planes[..., index].astype(np.float64) for index in range(planes.shape[-1]))
        constants = {"e": np.e, "pi": np.pi, "inf": np.inf, "nan": np.nan}
        return number(constants.get(name, 0.0))

    def _place(self, name: str) -> Number:
        if name == "x":
            return np.arange(self.picture.planes.shape[1], dtype=np.float64)[None, :]
        if name == "y":
            return np.arange(self.band.start, self.band.stop, dtype=np.float64)[:, None]
        return number(self.channel if name == "c" else 0)

    def _variable(self, term: Term) -> Value:
        missing = self.missing.get(term.name)
        if missing is not None and _any(_both(missing, self._now())):
            raise FormulaError(
                f"{term.name!r} is not set for every pixel: elsewhere CImg takes what another "
                f"pixel has left in it"
            )
        return self.variables[term.name]

    def _now(self) -> Where:
        """The pixels that are computed now."""
        where = self.where
        for gone in (*self.loops, *self.skipped):
            where = where if gone is None else _both(where, ~gone)
        return where

    def _assign(self, term: Term) -> Value:
        value = self.of(term.parts[0])
        self._store(term.name, value)
        return value

    def _store(self, name: str, value: Value) -> None:
        old, now = self.variables.get(name), self._now()
        if isinstance(old, tuple) and not isinstance(value, tuple):
            value = (value,) * len(old)
        if old is not None and shape(old) != shape(value):
            raise FormulaError(f"{name!r} is {shape(old)} and cannot become {shape(value)}")
        if now is None:
            self.missing.pop(name, None)
        elif old is None:
            self.missing[name] = ~now
        else:
            value = chosen(now, value, old)
            if self.missing.get(name) is not None:
                self.missing[name] = _both(self.missing[name], ~now)
        self.variables[name] = value

    def _assign_item(self, term: Term) -> Value:
        index, value = self.number(term.parts[0], "'[]'"), self.number(term.parts[1], "'[]='")
        old = self._variable(Term("variable", term.name))
        if not isinstance(old, tuple):
            raise FormulaError(f"{term.name!r} is no vector and has no items")
        places = whole(index)
        items = [np.where(places == count, value, item) for count, item in enumerate(old)]
        self._store(term.name, tuple(number(item) for item in items))
        return value

    def _item(self, term: Term) -> Value:
        vector = self.of(term.parts[0])
        if not isinstance(vector, tuple) or len(term.parts) not in (2, 3):
            raise FormulaError(
                "'[]' needs a vector before it, and an index or a start and a length"
            )
        index = whole(self.number(term.parts[1], "'[]'"))
        if len(term.parts) == 3:
            length = whole(self.number(term.parts[2], "'[]'"))
            if index.size != 1 or length.size != 1:
                raise FormulaError("the part of a vector must be the same for all pixels")
            start, end = int(index.item()), int(index.item()) + int(length.item())
            if not 0 <= start < end <= len(vector):
                raise FormulaError(f"a vector of {len(vector)} has no part from {start} to {end}")
            return vector[start:end]
        found = NOTHING
        for count, item in enumerate(vector):
            found = number(np.where(index == count, item, found))
        return found

    def _unary(self, term: Term) -> Value:
        return each(SIGNS[term.name], self.of(term.parts[0]), what=repr(term.name))

    def _binary(self, term: Term) -> Value:
        # Along the left side without going deeper: sums may be long.
        chain = [term]
        while chain[-1].parts[0].kind == "binary":
            chain.append(chain[-1].parts[0])
        value = self.of(chain[-1].parts[0])
        left = self._fixed(chain[-1].parts[0])
        for link in reversed(chain):
            right = self._fixed(link.parts[1])
            other = self.of(link.parts[1])
            short = shortened(link.name, left, right)
            if short is None or isinstance(value, tuple) or isinstance(other, tuple):
                value = joined(link.name, value, other)
            else:
                value = {"left": value, "right": other, "0": number(0)}[short]
            left = None if left is None or right is None else fixed_value(value)
        return value

    def _fixed(self, term: Term) -> float | None:
        return fixed(term, self.picture.sizes)

    def _logic(self, term: Term) -> Value:
        decides = term.name == "||"
        kept = self._fixed(term.parts[0]) in (_KEPT_OR if decides else _KEPT_AND)
        if kept and self._fixed(term.parts[1]) is None:
            return self.number(term.parts[1], repr(term.name))
        left = self.number(term.parts[0], repr(term.name)) != 0
        going_on = ~left if decides else left
        if not _any(_both(self._now(), going_on)):
            return number(decides)
        before = self.where
        self.where = _both(before, going_on)
        right = self.number(term.parts[1], repr(term.name)) != 0
        self.where = before
        return number(left | right if decides else left & right)

    def _if(self, term: Term) -> Value:
        condition = self.number(term.parts[0], "a condition") != 0
        before = self.where
        sides: list[Value | None] = []
        for part, side in zip((1, 2), (condition, ~condition), strict=True):
            if not _any(_both(self._now(), side)):
                sides.append(None)
                continue
            self.where = _both(before, side)
            there = part < len(term.parts)
            sides.append(self.of(term.parts[part]) if there else number(0))
            self.where = before
        yes, no = sides
        if yes is not None and no is not None:
            return chosen(condition, yes, no)
        return next((side for side in sides if side is not None), number(0))

    def _call(self, term: Term) -> Value:
        name, count = term.name, len(term.parts)
        if any(part.kind == "none" for part in term.parts):
            raise FormulaError(f"an argument of '{name}()' is left out")
        if name in _FLOW:
            least, most = _FLOW[name]
            if not least <= count <= most:
                raise FormulaError(f"'{name}()' is given {count} arguments, not {least} to {most}")
            if name == "stats":
                return tuple(number(self.picture.statistics[key]) for key in _STATS)
            if name in ("break", "continue"):
                return self._leave(name)
            return self._if(term) if name == "if" else self._loop(term)
        return call(name, self._spread(term))

    def _leave(self, name: str) -> Value:
        if not self.loops:
            raise FormulaError(f"'{name}()' is in no loop")
        stopped = self.loops if name == "break" else self.skipped
        now, sizes = self._now(), self.picture.planes[self.band].shape[:2]
        here = np.ones(sizes, bool) if now is None else np.broadcast_to(now, sizes)
        stopped[-1] = here if stopped[-1] is None else stopped[-1] | here
        return NOTHING

    def _loop(self, term: Term) -> Value:
        """The value of the body's last round; of a variable that ends it, what it is afterwards."""
        parts = list(term.parts)
        first, after = None, None
        if term.name == "for":
            first = parts.pop(0)
            after = parts.pop(1) if len(parts) == 3 else None
        later = term.name in ("do", "dowhile")
        if later:
            body, condition = parts[0], parts[-1]
            test = len(parts) == 2
        else:
            condition, body, test = parts[0], parts[1], True
        if first is not None:
            self.of(first)
        result = self._rounds(condition if test else None, body, after, later)
        name = _left_in(body)
        if name is None or name not in self.variables:
            return NOTHING if result is None else result
        missing = self.missing.get(name)
        return chosen(missing, NOTHING, self.variables[name])

    def _rounds(
        self, condition: Term | None, body: Term, after: Term | None, later: bool
    ) -> Value | None:
        before, result = self.where, None
        self.loops.append(None)
        self.skipped.append(None)
        while True:
            self.rounds += 1
            if self.rounds > ROUNDS:
                raise FormulaError(f"its loops go round more than {ROUNDS} times")
            if not later and condition is not None and not self._goes_on(condition):
                break
            now = self._now()
            value = self.of(body)
            if result is None and now is not None:
                result = (NOTHING,) * len(value) if isinstance(value, tuple) else NOTHING
            result = value if result is None or now is None else chosen(now, value, result)
            self.skipped[-1] = None
            if after is not None and _any(self._now()):
                self.of(after)
                self.skipped[-1] = None
            if later:
                going = self._goes_on(condition) if condition is not None else self._keep(value)
                self.skipped[-1] = None
                if not going:
                    break
            elif not _any(self._now()):
                break
        self.loops.pop()
        self.skipped.pop()
        self.where = before
        return result

    def _goes_on(self, condition: Term) -> bool:
        return _any(self._now()) and self._keep(self.of(condition))

    def _keep(self, value: Value) -> bool:
        """Keep in the loop the pixels where the value is not 0; whether there are any."""
        self.where = _both(self.where, scalar(value, "a condition") != 0)
        return _any(self._now())

    def _pixel(self, term: Term) -> Value:
        given = [None if part.kind == "none" else self.of(part) for part in term.parts]
        return pixel(self.picture, term.name, self._place, given, self._settings())

    def _offset(self, term: Term) -> Value:
        return offset(self.picture, term.name, self._place, self._spread(term), self._settings())

    def _settings(self) -> tuple[Value, Value]:
        default = number(0)
        found = self.variables
        return found.get("interpolation", default), found.get("boundary", default)

    def _none(self, _term: Term) -> Value:
        raise FormulaError("a value is left out")


_KINDS: Mapping[str, Callable[[_Run, Term], Value]] = {
    kind: getattr(_Run, f"_{kind.replace(' ', '_')}")
    for kind in (
        *("number", "sequence", "then", "vector", "known", "variable", "assign", "assign item"),
        *("item", "unary", "binary", "logic", "if", "call", "pixel", "offset", "none"),
    )
}


def _both(one: Where, other: Where) -> Where:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _any(where: Where) -> bool:
    return where is None or bool(where.any())


def _left_in(body: Term) -> str | None:
    """The variable whose value the term is, where it is one."""
    last = body.parts[-1] if body.kind == "sequence" else body
    return last.name if last.kind in ("variable", "assign") else None
