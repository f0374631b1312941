"""The vectors of CImg's formulas: norms, complex numbers (vectors of 2), square matrices; and
`call`, by which a formula calls any function of values.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ofx_helpers.nodes._formula_terms import FormulaError
from ofx_helpers.nodes._formula_values import (
    ALL,
    NOTHING,
    ONE,
    OPERATORS,
    SOME,
    Number,
    Value,
    Vector,
    added,
    chosen,
    each,
    flat,
    largest,
    number,
    scalar,
    stacked,
    whole,
)

_CHOICES = ("arg", "arg0", "arg1")
_LARGEST = 32
"""How many elements a vector may have beyond those that are written out."""


def _norm(power: str, values: Sequence[Number]) -> Number:
    sizes = [np.abs(value) for value in values]
    if power == "inf":
        return largest(sizes)
    p = float(power or 2)
    if p == 0:
        return added([number(size != 0) for size in sizes])
    if p == 2:
        return np.sqrt(added([size * size for size in sizes]))
    return sizes[0] if len(sizes) == 1 else np.power(added([size**p for size in sizes]), 1 / p)


def _vector(size: str, values: Sequence[Number]) -> Value:
    count = int(size) if size else len(values)
    if count > max(_LARGEST, len(values)):
        raise FormulaError(f"'vector{size}()' is longer than {_LARGEST}")
    given = list(values) or [number(0)]
    return tuple(given[index % len(given)] for index in range(count))


def _complex(value: Value) -> Any:
    parts = value if isinstance(value, tuple) else (value, number(0))
    if len(parts) != 2:
        raise FormulaError(f"a complex number is a vector of 2, not of {len(parts)}")
    return parts[0] + 1j * parts[1]


def _pair(value: Any) -> Vector:
    return number(np.real(value)), number(np.imag(value))


_COMPLEX: Mapping[str, Callable[[Any], Value]] = {
    "cabs": lambda a: number(np.abs(a)),
    "carg": lambda a: number(np.angle(a)),
    "cconj": lambda a: _pair(np.conj(a)),
    "cexp": lambda a: _pair(np.exp(a)),
    "clog": lambda a: _pair(np.log(a)),
    "ccos": lambda a: _pair(np.cos(a)),
    "csin": lambda a: _pair(np.sin(a)),
}


def joined(operator: str, left: Value, right: Value) -> Value:
    """What an operator between two values gives."""
    if operator in ("==", "!="):
        same = _equal(left, right)
        return same if operator == "==" else 1 - same
    if operator in ("**", "//", "^^"):
        return _complex_joined(operator, left, right)
    vectors = isinstance(left, tuple) and isinstance(right, tuple)
    if operator == "*" and vectors and len(left) == len(right) ** 2:
        return multiplied(flat([left]), flat([right]), 1)
    return each(OPERATORS[operator], left, right, what=repr(operator))


def _equal(left: Value, right: Value) -> Number:
    """1 where all elements are equal, else 0; vectors of different lengths never are."""
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) != len(right):
        return number(0)
    return number(np.all(stacked(flat([each(np.equal, left, right, what="'=='")])), axis=0))


def _complex_joined(operator: str, left: Value, right: Value) -> Value:
    """`**`, `//` and `^^`: complex where an operand is a vector, and a power always."""
    if operator != "^^" and not isinstance(left, tuple) and not isinstance(right, tuple):
        return number(OPERATORS[operator[0]](left, right))
    a, b = _complex(left), _complex(right)
    return _pair(a * b if operator == "**" else a / b if operator == "//" else np.power(a, b))


def _square(value: Value, name: str) -> list[Vector]:
    """A vector as the rows of a square matrix."""
    items = value if isinstance(value, tuple) else (value,)
    side = math.isqrt(len(items))
    if side * side != len(items):
        raise FormulaError(f"'{name}()' needs a square matrix, not {len(items)} numbers")
    return [tuple(items[row * side : (row + 1) * side]) for row in range(side)]


def multiplied(left: Sequence[Number], right: Sequence[Number], columns: int) -> Vector:
    """The product of matrices, rows after each other; `right` has so many columns."""
    inner = len(right) // columns if columns > 0 else 0
    if inner < 1 or inner * columns != len(right) or len(left) % inner:
        raise FormulaError(f"matrices of {len(left)} and {len(right)} numbers cannot be multiplied")
    return tuple(
        added([left[row * inner + k] * right[k * columns + column] for k in range(inner)])
        for row in range(len(left) // inner)
        for column in range(columns)
    )


def _cross(a: Value, b: Value) -> Value:
    if not (isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b) == 3):
        raise FormulaError("'cross()' needs two vectors of 3")
    turns = ((1, 2), (2, 0), (0, 1))
    return tuple(a[i] * b[k] - a[k] * b[i] for i, k in turns)


def _sorted(value: Value, rising: Value = NOTHING) -> Value:
    if not isinstance(value, tuple):
        return value
    rows = tuple(np.sort(stacked(value), axis=0))
    return rows[::-1] if isinstance(rising, np.ndarray) and (rising == 0).all() else rows


def _turn(angle: Value) -> Value:
    # CImg computes it in single precision.
    c, s = (number(f(np.float32(scalar(angle, "'rot()'")))) for f in (np.cos, np.sin))
    return c, -s, s, c


def _size_of(value: Value, what: str) -> int:
    """A whole number that is the same for all pixels and not large."""
    found = scalar(value, what)
    size = int(found.item()) if found.size == 1 and np.isfinite(found).all() else 0
    if not 1 <= size <= _LARGEST:
        raise FormulaError(f"{what} needs a size from 1 to {_LARGEST}")
    return size


_UNIT = number(1)


def _product(a: Value, b: Value, columns: Value = _UNIT) -> Value:
    count = _size_of(columns, "'mul()'")
    rows = [value if isinstance(value, tuple) else (value,) for value in (a, b)]
    return multiplied(rows[0], rows[1], count)


def _diagonal(*values: Value) -> Value:
    items = flat(values)
    side = range(len(items))
    return tuple(items[row] if row == column else number(0) for row in side for column in side)


def _identity(size: Value) -> Value:
    return _diagonal(*[number(1)] * _size_of(size, "'eye()'"))


def _transposed(a: Value, columns: Value) -> Value:
    items = a if isinstance(a, tuple) else (a,)
    count = _size_of(columns, "'transpose()'")
    return tuple(item for column in range(count) for item in items[column::count])


def _determinant(a: Value) -> Value:
    rows = _square(a, "det")
    matrix = np.moveaxis(stacked(flat(rows)), 0, -1)
    return number(np.linalg.det(matrix.reshape(*matrix.shape[:-1], len(rows), len(rows))))


_STRUCTURES: Mapping[str, Callable[..., Value]] = {
    "cross": _cross,
    "det": _determinant,
    "diag": _diagonal,
    "dot": lambda a, b: added(flat([each(np.multiply, a, b, what="'dot()'")])),
    "eye": _identity,
    "mul": _product,
    "reverse": lambda a: a[::-1] if isinstance(a, tuple) else a,
    "rot": _turn,
    "size": lambda a: number(len(a) if isinstance(a, tuple) else 0),
    "sort": _sorted,
    "transpose": _transposed,
    "trace": lambda a: added([row[index] for index, row in enumerate(_square(a, "trace"))]),
}


def _argument(name: str, index: Value, *values: Value) -> Value:
    """One of the values, by its number: from 1, or from 0 for `arg0`; from the last if negative."""
    places = whole(scalar(index, f"'{name}()'"))
    first = 0 if name == "arg0" else 1
    places = np.where(places < 0, places + len(values) + first, places)
    # 0 is the number itself, as in CImg.
    found: Value = index if first and not isinstance(values[0], tuple) else number(0)
    found = chosen((places < 0) | (places >= len(values) + first), number(0), found)
    for count, value in enumerate(values, first):
        found = chosen(places == count, value, found)
    return found


FUNCTIONS = frozenset([*ONE, *SOME, *ALL, *_COMPLEX, *_STRUCTURES, "isin", "narg", *_CHOICES])
"""Those that `call` knows, beside `norm` and `vector` with a number after them."""


def call(name: str, arguments: Sequence[Value]) -> Value:
    """What a function of values gives. Raises FormulaError where it cannot."""
    what = f"'{name}()'"
    if name == "narg":
        return number(len(arguments))
    if not arguments and name[:6] != "vector":
        raise FormulaError(f"{what} needs an argument")
    if name in _CHOICES:
        _counted(what, arguments, 2, len(arguments) + 1)
        return _argument(name, *arguments)
    if name in SOME:
        count, defaults, function = SOME[name]
        _counted(what, arguments, count - len(defaults), count)
        missing = count - len(arguments)
        filled = [*arguments, *(number(value) for value in defaults[len(defaults) - missing :])]
        return each(function, *filled, what=what)
    if name in ALL:
        return ALL[name](flat(arguments))
    if name[:4] == "norm":
        return _norm(name[4:], flat(arguments))
    if name[:6] == "vector":
        return _vector(name[6:], flat(arguments))
    if name == "isin":
        first, *others = flat(arguments)
        return number(sum((number(first == other) for other in others), number(0)) > 0)
    if name in _STRUCTURES:
        try:
            return _STRUCTURES[name](*arguments)
        except TypeError:
            raise FormulaError(f"{what} is given {len(arguments)} arguments") from None
    _counted(what, arguments, 1, 1)
    if name in _COMPLEX:
        return _COMPLEX[name](_complex(arguments[0]))
    return each(ONE[name], arguments[0], what=what)


def _counted(what: str, arguments: Sequence[Value], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        raise FormulaError(f"{what} is given {len(arguments)} arguments, not {least} to {most}")
