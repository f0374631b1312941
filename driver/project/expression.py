"""Expressions of parameters: a small language that looks like Python and is never run as Python.

Natron runs expressions as Python with `frame`, `dimension`, `thisNode`, `thisGroup`, `thisParam`,
`app`, the sibling nodes by name, the `math` module and `curve(frame, dimension)` in scope. Here
the text is parsed into a syntax tree, each kind of node of which is on a list, and the tree is
walked. What is not on the list is an error before anything is computed.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from driver.errors import MemecompError
from driver.project.catalog import near
from driver.project.expression_math import without_math
from ofx_helpers.engine.graph import Value

MAX_TEXT = 4000
MAX_STEPS = 20_000
_MAX_WHOLE = 1 << 128

Numbers = tuple[Value, ...]


class ExpressionError(MemecompError):
    """What is wrong with an expression, without the node and parameter that have it."""


class ParamLike(Protocol):
    """A parameter that an expression names."""

    def at(self, time: float) -> Numbers:
        """Its values at a time in frames, one a dimension; a choice as its index."""
        ...

    def now(self, time: float) -> Numbers:
        """Its values at what Natron takes for the present while it renders that time."""
        ...

    def integral(self, first: float, last: float, dimension: int) -> float:
        """What its keys alone sum up to between two times."""
        ...

    def curve(self, time: float, dimension: int) -> float:
        """The value of its keys alone, without its expression."""
        ...

    def option(self, index: int) -> str:
        """The id of a choice's option."""
        ...


class NodeLike(Protocol):
    """A node, a group or the project that an expression names."""

    def member(self, name: str) -> "NodeLike | ParamLike":
        """Its parameter, or a node in it, of that name; ExpressionError where it has none."""
        ...

    def script_name(self) -> str:
        """Its name in scripts, without those of the groups around it."""
        ...

    def timeline(self) -> float:
        """The frame at which the project was saved."""
        ...

    def project_param(self, name: str) -> ParamLike:
        """The project's own parameter of that name; ExpressionError where it is not the project."""
        ...

    def input(self, index: int) -> "NodeLike | None":
        """The node on its input of that number."""
        ...


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: getattr(math, name)
    for name in (
        *("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "copysign", "cos"),
        *("cosh", "degrees", "exp", "expm1", "fabs", "floor", "fmod", "hypot", "isinf", "isnan"),
        *("log", "log10", "log1p", "log2", "pow", "radians", "sin", "sinh", "sqrt", "tan", "tanh"),
        "trunc",
    )
} | {
    "abs": abs, "bool": bool, "float": float, "int": int, "max": max, "min": min, "round": round,
    "str": str,
}  # fmt: skip
_OF_SEVERAL: Mapping[str, Callable[..., Any]] = {
    "max": max, "min": min, "sum": sum, "len": len, "any": any, "all": all,
}  # fmt: skip
"""What takes a list or tuple of plain values."""
_KNOWN = {*_FUNCTIONS, *_OF_SEVERAL, "curve", "range"}
_CONSTANTS: Mapping[str, Value] = {"pi": math.pi, "e": math.e, "True": True, "False": False}
_BINARY: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: lambda a, b: a**b if isinstance(b, int) and abs(b) <= 64 else math.pow(a, b),
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.RShift: operator.rshift,
}
_UNARY: Mapping[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_COMPARE: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_COMPONENTS = {"x": 0, "y": 1, "z": 2, "r": 0, "g": 1, "b": 2, "a": 3}
_METHODS = (
    *("get", "getValue", "getValueAtTime", "curve", "getOption", "getInput", "getParam"),
    *("getProjectParam", "getScriptName", "getIntegrateFromTimeToTime", "timelineGetTime"),
)
_PLAIN = (
    ast.Assign, ast.If, ast.Expr, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.Call, ast.Attribute, ast.Subscript, ast.Name, ast.Constant, ast.Load, ast.Store, ast.And,
    ast.Or, ast.Tuple, ast.List, ast.AugAssign, ast.Pass, ast.For,
)  # fmt: skip


class Program:
    """An expression that has been read; nothing of it has been computed yet."""

    def __init__(self, text: str, multi_line: bool = False) -> None:
        """Read an expression; a `multi_line` one assigns its result to `ret`.

        Raises:
            ExpressionError: it holds something that this evaluator does not know.
        """
        self.text = text
        if len(text) > MAX_TEXT:
            raise ExpressionError(f"it has {len(text)} characters; {MAX_TEXT} are read.")
        try:
            tree = ast.parse(text.strip())
            tree = without_math(tree) if "math" in text else tree
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise ExpressionError("it is not written as Python would have it.") from None
        body: list[ast.stmt] = list(tree.body)
        if not multi_line and len(body) == 1 and isinstance(body[0], ast.Expr):
            body = [ast.Assign([ast.Name("ret", ast.Store())], body[0].value)]
        for statement in body:
            for part in ast.walk(statement):
                _check(part)
        self._body = body

    def run(self, names: Mapping[str, object], frame: float) -> Value:
        """The result with `names` in scope.

        Raises:
            ExpressionError: an unknown name or parameter, or no plain value as result.
        """
        try:
            run = _Run({"frame": _whole_when_so(frame), **names})
            run.block(self._body)
            if "ret" not in run.names:
                raise ExpressionError("it gives `ret` no value.")
            result = run.names["ret"]
        except (ArithmeticError, ValueError, TypeError, IndexError, RecursionError) as error:
            raise ExpressionError(f"it cannot be computed at frame {frame:g}: {error}.") from None
        if isinstance(result, bool | int | float | str):
            return result
        raise ExpressionError(
            "its result is no single value: add .get(), or [0] for one of several."
        )


def _check(part: ast.AST) -> None:
    if isinstance(part, ast.operator | ast.unaryop | ast.cmpop):
        known = {**_BINARY, **_UNARY, **_COMPARE}
        if type(part) not in known:
            raise ExpressionError(
                f"it uses the operator {type(part).__name__}, which is not known."
            )
        return
    if not isinstance(part, _PLAIN):
        raise ExpressionError(f"it uses Python's {type(part).__name__}, which is never run.")
    if isinstance(part, ast.Call) and (
        part.keywords or not isinstance(part.func, ast.Name | ast.Attribute)
    ):
        raise ExpressionError("it calls something in a way that is not known.")
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
        name = part.func.id
        if name in ("random", "randomInt"):
            raise ExpressionError(f"it uses {name}(): Natron's random numbers are its own.")
        if name not in _KNOWN:
            raise ExpressionError(f"it calls {name}(), which is not known.{near(name, _KNOWN)}")
    if isinstance(part, ast.Attribute) and part.attr.startswith("_"):
        raise ExpressionError(f"it asks for {part.attr}, which is never looked at.")
    targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
    assigns = isinstance(part, ast.Assign | ast.AugAssign | ast.For)
    if assigns and not all(isinstance(target, ast.Name) for target in targets):
        raise ExpressionError("it assigns to something other than a name.")


class _Run:
    """One computation: its names, and how many steps it has left."""

    def __init__(self, names: dict[str, object]) -> None:
        self.names = names
        self._steps = MAX_STEPS

    def block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if isinstance(statement, ast.Assign):
                result = self._eval(statement.value)
                for target in statement.targets:
                    assert isinstance(target, ast.Name)
                    self.names[target.id] = result
            elif isinstance(statement, ast.AugAssign):
                assert isinstance(statement.target, ast.Name)
                before, by = self._plain(statement.target), self._plain(statement.value)
                self.names[statement.target.id] = _binary(statement.op, before, by)
            elif isinstance(statement, ast.For):
                self._loop(statement)
            elif isinstance(statement, ast.If):
                self.block(statement.body if self._eval(statement.test) else statement.orelse)
            elif isinstance(statement, ast.Expr):
                self._eval(statement.value)

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise ExpressionError("it takes too long.")

    def _loop(self, statement: ast.For) -> None:
        assert isinstance(statement.target, ast.Name)
        several = self._eval(statement.iter)
        if not isinstance(several, tuple | range):
            raise ExpressionError("it loops over something other than a list or range().")
        for item in several:
            self._step()
            self.names[statement.target.id] = item
            self.block(statement.body)
        self.block(statement.orelse)

    def _eval(self, part: ast.expr) -> Any:
        self._step()
        match part:
            case ast.Constant(value=value) if value is None or isinstance(value, int | float | str):
                return value
            case ast.Name(id=name):
                return self._name(name)
            case ast.List(elts=elements):
                return tuple(self._eval(element) for element in elements)
            case ast.BinOp(left=left, op=op, right=right):
                return _binary(op, self._plain(left), self._plain(right))
            case ast.UnaryOp(op=op, operand=operand):
                return _UNARY[type(op)](self._eval(operand))
            case ast.BoolOp(op=op, values=values):
                result: Any = None
                for value in values:
                    result = self._eval(value)
                    if bool(result) == isinstance(op, ast.Or):
                        break
                return result
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._compare(left, ops, comparators)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._eval(body if self._eval(test) else orelse)
            case ast.Tuple(elts=elements):
                return tuple(self._eval(element) for element in elements)
            case ast.Subscript(value=value, slice=index):
                return self._item(self._eval(value), self._eval(index))
            case ast.Attribute(value=value, attr=name):
                return self._attribute(self._eval(value), name)
            case ast.Call(func=function, args=arguments):
                return self._call(function, [self._eval(argument) for argument in arguments])
        raise ExpressionError(f"it uses Python's {type(part).__name__}, which is never run.")

    def _name(self, name: str) -> object:
        if name in self.names:
            return self.names[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        raise ExpressionError(f"it names {name}, which is not there.{near(name, self.names)}")

    def _plain(self, part: ast.expr) -> Any:
        value = self._eval(part)
        if not isinstance(value, bool | int | float | str):
            raise TypeError("it calculates with something that is no number; add .get()")
        return value

    def _compare(
        self, left: ast.expr, ops: Sequence[ast.cmpop], others: Sequence[ast.expr]
    ) -> bool:
        before = self._eval(left)
        for op, other in zip(ops, others, strict=True):
            after = self._eval(other)
            if not _COMPARE[type(op)](before, after):
                return False
            before = after
        return True

    def _item(self, value: object, index: object) -> object:
        if not isinstance(value, tuple) or not isinstance(index, int):
            raise ExpressionError("it takes one of several where there is only one value.")
        return value[index]

    def _attribute(self, value: Any, name: str) -> object:
        if isinstance(value, tuple) and name in _COMPONENTS:
            return value[_COMPONENTS[name]]
        if not hasattr(type(value), "member"):
            raise ExpressionError(f"it asks for .{name} of what is no node.")
        return value.member(name)

    def _call(self, function: ast.expr, given: list[Any]) -> object:
        if isinstance(function, ast.Name):
            if function.id == "curve":
                return self._curve(self.names.get("thisParam"), given)
            if function.id == "range":
                return range(*given)
            if len(given) == 1 and isinstance(given[0], tuple) and function.id in _OF_SEVERAL:
                return _OF_SEVERAL[function.id](_plain_values(given[0]))
            if function.id not in _FUNCTIONS:
                raise TypeError(f"{function.id}() takes a list or tuple")
            if any(not isinstance(item, bool | int | float | str) for item in given):
                raise TypeError(f"{function.id}() takes numbers; add .get()")
            return _limited(_FUNCTIONS[function.id](*given))
        assert isinstance(function, ast.Attribute)
        owner = self._eval(function.value)
        return self._method(owner, function.attr, given)

    def _method(self, owner: Any, name: str, given: list[Any]) -> object:
        frame: Any = self.names["frame"]
        if hasattr(type(owner), "member"):
            if name == "getInput" and len(given) == 1 and isinstance(given[0], int):
                return owner.input(given[0])
            if name in ("getParam", "getNode") and len(given) == 1 and isinstance(given[0], str):
                return owner.member(given[0])
            if name == "getScriptName" and not given:
                return owner.script_name()
            if name == "timelineGetTime" and not given:
                return owner.timeline()
            if name == "getProjectParam" and len(given) == 1 and isinstance(given[0], str):
                return owner.project_param(given[0])
        elif hasattr(type(owner), "curve"):
            if name == "get" and len(given) <= 1:
                values = owner.at(float(given[0])) if given else owner.now(float(frame))
                return values[0] if len(values) == 1 else values
            if name == "getValue" and len(given) <= 1:
                return owner.now(float(frame))[int(given[0]) if given else 0]
            if name == "getValueAtTime" and 1 <= len(given) <= 2:
                return owner.at(float(given[0]))[int(given[1]) if len(given) > 1 else 0]
            if name == "curve":
                return self._curve(owner, given)
            if name == "getIntegrateFromTimeToTime" and 2 <= len(given) <= 3:
                dimension = int(given[2]) if len(given) > 2 else 0
                return owner.integral(float(given[0]), float(given[1]), dimension)
            if name == "getOption" and len(given) == 1:
                return owner.option(int(given[0]))
        raise ExpressionError(f"it calls .{name}(), which is not known.{near(name, _METHODS)}")

    def _curve(self, owner: Any, given: list[Any]) -> float:
        if owner is None or not 1 <= len(given) <= 2:
            raise ExpressionError("it calls curve() without a frame.")
        return float(owner.curve(float(given[0]), int(given[1]) if len(given) > 1 else 0))


def _plain_values(several: tuple[Any, ...]) -> tuple[Any, ...]:
    if any(not isinstance(item, bool | int | float | str) for item in several):
        raise TypeError("it calculates with something that is no number; add .get()")
    return several


def _whole_when_so(frame: float) -> float:
    return int(frame) if float(frame).is_integer() else frame


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    texts = isinstance(left, str) + isinstance(right, str)
    if texts and not (texts == 2 and isinstance(op, ast.Add)):
        raise TypeError("texts can only be put together with +")
    return _limited(_BINARY[type(op)](left, right))


def _limited(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > _MAX_WHOLE:
        return float(value)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ExpressionError("it makes a text that is too long.")
    if isinstance(value, complex):
        raise ValueError("the result is no real number")
    return value
