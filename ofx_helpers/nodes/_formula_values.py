"""What CImg's formulas compute with: numbers and vectors over a picture, and its functions.

A number is an array of float64 that spreads over the picture (h, w), a vector a tuple of numbers.
Formulas and names: CImg's documentation of its mathematical parser; where results depend on how a
function rounds or in which order it adds, what CImg 2.9.9 does, which Natron's plug-in contains.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.nodes._formula_terms import FormulaError

Number = NDArray[np.float64]
Vector = tuple[Number, ...]
Value = Number | Vector
Map = Callable[..., Any]

NOTHING: Number = np.float64(np.nan)  # type: ignore[assignment]
_BITS = 64


def number(value: Any) -> Number:
    """As float64; truth as 0 and 1."""
    found: Number = np.asarray(value, np.float64)
    return found


def shape(value: Value) -> str:
    """What it is, in words."""
    return f"a vector of {len(value)}" if isinstance(value, tuple) else "a number"


def flat(values: Sequence[Value]) -> list[Number]:
    """The numbers, with those of the vectors in their place."""
    found: list[Number] = []
    for value in values:
        found.extend(value if isinstance(value, tuple) else (value,))
    return found


def scalar(value: Value, what: str) -> Number:
    """The value, which must be a number."""
    if isinstance(value, tuple):
        raise FormulaError(f"{what} needs a number, not a vector of {len(value)}")
    return value


def each(function: Map, *values: Value, what: str) -> Value:
    """A function of numbers, for vectors element by element."""
    sizes = {len(value) for value in values if isinstance(value, tuple)}
    if not sizes:
        return number(function(*values))
    if len(sizes) > 1:
        raise FormulaError(f"{what} joins vectors of {' and '.join(map(str, sorted(sizes)))}")
    rows = [value if isinstance(value, tuple) else (value,) * max(sizes) for value in values]
    return tuple(number(function(*row)) for row in zip(*rows, strict=True))


def chosen(where: Any, yes: Value, no: Value) -> Value:
    """`yes` where there is truth, `no` elsewhere; `no` itself where there is nothing to ask."""
    if where is None:
        return no
    return each(lambda a, b: np.where(where, a, b), yes, no, what="a choice")


def whole(value: Any) -> NDArray[np.int64]:
    """Cut to whole numbers as C does."""
    found: NDArray[np.int64] = np.asarray(value, np.float64).astype(np.int64)
    return found


def modulo(x: Any, m: Any) -> Any:
    """What is left of x, with the sign of m; x where m is not finite."""
    return np.where(np.isfinite(m), np.where(np.isfinite(x), x - m * np.floor(x / m), 0), x)


def _unsigned(value: Any) -> Any:
    return whole(value) & 0xFFFFFFFF


def _turned(a: Any, count: Any, way: int) -> Any:
    count = _unsigned(count) % _BITS
    value = whole(a)
    back = (_BITS - count) % _BITS
    low, high = (count, back) if way > 0 else (back, count)
    turned = np.left_shift(value, low) | np.right_shift(value, high)
    return np.where(count == 0, value, turned)


def _round(x: Any, step: Any, way: Any) -> Any:
    shares = x / step
    low, high = np.floor(shares), np.ceil(shares)
    nearest = np.where(shares - low < 0.5, low, high)
    nearest = np.where(step == 1, np.floor(x + 0.5), nearest)
    way = whole(way)
    taken = np.where(way < 0, low, np.where(way > 0, high, nearest))
    return np.where(step <= 0, x, step * taken)


def _gauss(x: Any, sigma: Any, normed: Any) -> Any:
    bell = np.exp(-x * x / (2 * sigma * sigma))
    return np.where(normed != 0, bell / np.sqrt(2 * sigma * sigma * np.pi), bell)


def _erf_inverse(x: Any) -> Any:
    """S. Winitzki's approximation, as in CImg."""
    log = np.log((1 - x) * (1 + x))
    half = 2 / (np.pi * 0.147) + 0.5 * log
    return np.where(x < 0, -1, 1) * np.sqrt(-half + np.sqrt(half * half - log / 0.147))


def _factorial(n: float) -> float:
    n = int(n) if math.isfinite(n) else -1
    return math.nan if n < 0 else math.inf if n > 170 else float(math.factorial(n))


def _fibonacci(n: float) -> float:
    n = int(n) if math.isfinite(n) else -1
    if n < 0 or n > 1000:
        return math.nan if n < 0 else math.inf
    before, now = 0, 1
    for _ in range(int(n) - 1):
        before, now = now, before + now
    return float(now)


def _permutations(k: float, n: float, ordered: float) -> float:
    if not (math.isfinite(k) and math.isfinite(n)) or int(n) < 0 or int(k) < 0:
        return math.nan
    count = math.perm(int(n), int(k)) if n < 1000 else math.inf
    return float(count) if ordered else float(count) / _factorial(k)


def _inside(value: Any, low: Any, high: Any, with_low: Any, with_high: Any) -> Any:
    turned = high < low
    low, high = np.where(turned, high, low), np.where(turned, low, high)
    with_low, with_high = (
        np.where(turned, with_high, with_low),
        np.where(turned, with_low, with_high),
    )
    over = np.where(with_low != 0, value >= low, value > low)
    return over & np.where(with_high != 0, value <= high, value < high)


OPERATORS: Mapping[str, Map] = {
    "|": lambda a, b: whole(a) | whole(b),
    "&": lambda a, b: whole(a) & whole(b),
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "<": np.less,
    ">": np.greater,
    "<<": lambda a, b: np.left_shift(whole(a), _unsigned(b) % _BITS),
    ">>": lambda a, b: np.right_shift(whole(a), _unsigned(b) % _BITS),
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": modulo,
    "^": np.power,
}
"""Of two numbers, or of vectors element by element."""

SIGNS: Mapping[str, Map] = {
    "-": np.negative,
    "!": lambda a: a == 0,
    # In 32 bits, as CImg does.
    "~": lambda a: ~_unsigned(a) & 0xFFFFFFFF,
}

ONE: Mapping[str, Map] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "bool": lambda a: a != 0,
    "cbrt": np.cbrt,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "deg2rad": lambda a: a * np.pi / 180,
    "erf": np.vectorize(math.erf, otypes=[np.float64]),
    "erfinv": _erf_inverse,
    "exp": np.exp,
    "fact": np.vectorize(_factorial, otypes=[np.float64]),
    "fibo": np.vectorize(_fibonacci, otypes=[np.float64]),
    "floor": np.floor,
    "int": whole,
    "isbool": lambda a: (a == 0) | (a == 1),
    "isinf": np.isinf,
    "isint": lambda a: whole(a) == a,
    "isnan": np.isnan,
    "log": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "rad2deg": lambda a: a * 180 / np.pi,
    "sign": lambda a: np.where(np.isnan(a), 0, np.sign(a)),
    "sin": np.sin,
    "sinc": lambda a: np.where(a == 0, 1, np.sin(a) / np.where(a == 0, 1, a)),
    "sinh": np.sinh,
    "sqr": lambda a: a * a,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}

SOME: Mapping[str, tuple[int, tuple[float, ...], Map]] = {
    "atan2": (2, (), np.arctan2),
    "cut": (3, (), lambda a, low, high: np.where(a < low, low, np.where(a > high, high, a))),
    "gauss": (3, (1.0, 1.0), _gauss),
    "gcd": (2, (), lambda a, b: np.gcd(whole(a), whole(b))),
    "inrange": (5, (1.0, 1.0), _inside),
    "lerp": (3, (0.5,), lambda a, b, t: a * (1 - t) + b * t),
    "permut": (3, (0.0,), np.vectorize(_permutations, otypes=[np.float64])),
    "rol": (2, (1.0,), partial(_turned, way=1)),
    "ror": (2, (1.0,), partial(_turned, way=-1)),
    "round": (3, (1.0, 0.0), _round),
    "xor": (2, (), lambda a, b: whole(a) ^ whole(b)),
}
"""How many arguments, the defaults of the last ones, and the function."""


def _best(values: Sequence[Number], better: Map, key: Map) -> tuple[Number, Number]:
    """The first that no other is better than, and its index; NaNs are never better."""
    found, index = number(values[0]), number(0)
    for count, value in enumerate(values[1:], 1):
        taken = better(key(value), key(found))
        found, index = np.where(taken, value, found), np.where(taken, count, index)
    return number(found), number(index)


def _as_is(value: Any) -> Any:
    return value


_BEST: Mapping[str, tuple[Map, Map]] = {
    "min": (np.less, _as_is),
    "max": (np.greater, _as_is),
    "minabs": (np.less, np.abs),
    "maxabs": (np.greater, np.abs),
}


def _best_of(values: Sequence[Number], name: str, index: bool = False) -> Number:
    return _best(values, *_BEST[name])[index]


def largest(values: Sequence[Number]) -> Number:
    """The first that no other is above."""
    return _best(values, np.greater, _as_is)[0]


def stacked(values: Sequence[Number]) -> Number:
    """The numbers after each other, (n, ...)."""
    return np.stack(np.broadcast_arrays(*values))


def _kth(values: Sequence[Number]) -> Number:
    """The k-th smallest, k given first; counted from the last where negative."""
    if len(values) < 2:
        raise FormulaError("'kth()' needs a number and values")
    rows = np.sort(stacked(values[1:]), axis=0)
    index = np.floor(values[0] + 0.5)
    index = np.where(index < 0, index + len(rows) + 1, index)
    index = whole(np.clip(index, 1, len(rows))) - 1
    index = np.broadcast_to(index, np.broadcast_shapes(index.shape, rows.shape[1:]))
    rows = np.broadcast_to(rows, (len(rows), *index.shape))
    return number(np.take_along_axis(rows, index[None], axis=0)[0])


def _argument_of_kth(values: Sequence[Number]) -> Number:
    wanted, found = _kth(values), number(1)
    for count in range(len(values) - 1, 0, -1):
        found = np.where(values[count] == wanted, count, found)
    return number(found)


def _variance(values: Sequence[Number]) -> Number:
    if len(values) < 2:
        return number(0)
    found = np.var(stacked(values), axis=0, ddof=1)
    return number(np.where(found > 0, found, 0))


def added(values: Sequence[Number]) -> Number:
    """The sum, in their order."""
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _product(values: Sequence[Number]) -> Number:
    total = values[0]
    for value in values[1:]:
        total = total * value
    return total


ALL: Mapping[str, Callable[[Sequence[Number]], Number]] = {
    **{name: partial(_best_of, name=name) for name in _BEST},
    **{f"arg{name}": partial(_best_of, name=name, index=True) for name in _BEST},
    "argkth": _argument_of_kth,
    "avg": lambda values: added(values) / len(values),
    "kth": _kth,
    "med": lambda values: number(np.median(stacked(values), axis=0)),
    "prod": _product,
    "std": lambda values: np.sqrt(_variance(values)),
    "sum": added,
    "var": _variance,
}
"""Of all the numbers that are given, those in vectors too."""
