"""The nodes and parameters that a project's expressions may name, and what they are then."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from driver.errors import MemecompError
from driver.project.catalog import ParamKind, near, node_kind
from driver.project.expression import ExpressionError, Numbers, Program
from driver.project.node import ProjectNode
from driver.project.older import option_of
from driver.project.params import TEXTS, Param
from driver.render.trees import Trees
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Animated, Expression, Value

_MAX_CHAIN = 50


class Expressions:
    """Computes the expressions of one project's nodes, given by path."""

    def __init__(
        self,
        nodes: Mapping[str, ProjectNode],
        project: Mapping[str, Param] | None = None,
        trees: Trees | None = None,
        timeline: float = 1.0,
    ) -> None:
        """Take the nodes and the project's own parameters, which have the path "".

        `trees` are the nodes that are rendered together, `timeline` is the present of all others.
        Nothing of the nodes is read before it is asked for.
        """
        self.nodes = nodes
        self.timeline = timeline
        self._trees = trees
        self._params: dict[str, dict[str, Param]] = {"": dict(project or {})}
        self._kinds: dict[tuple[str, str], ParamKind | None] = {}
        self._programs: dict[tuple[str, bool], Program] = {}
        self._local = threading.local()

    def params(self, path: str) -> dict[str, Param]:
        """A node's stored parameters."""
        if path not in self._params:
            self._params[path] = self.nodes[path].params
        return self._params[path]

    def kind(self, path: str, name: str) -> ParamKind | None:
        """What the catalogue knows about a node's parameter."""
        key = (path, name)
        if not path:
            return None
        if key not in self._kinds:
            stored = self.params(path).get("filename")
            filename = str(stored.values[0]) if stored and stored.values else ""
            try:
                self._kinds[key] = node_kind(self.nodes[path].plugin, filename).params.get(name)
            except MemecompError:
                self._kinds[key] = None
        return self._kinds[key]

    def value(self, path: str, name: str, dimension: int, first: int) -> Animated:
        """What the engine gets for a dimension with an expression.

        One that never changes is computed here and now. One that cannot be computed is an error
        only when the engine asks for it: a parameter that no picture needs may say what it likes.
        """
        text = self.params(path)[name].expressions[dimension]

        def at(time: float) -> Value:
            return self.compute(path, name, dimension, time)

        varies = True
        with self._watch() as watch:
            try:
                result = self.compute(path, name, dimension, float(first))
                varies = bool(watch)
            except MemecompError:
                pass
        return Expression(text, at) if varies else result

    def compute(self, path: str, name: str, dimension: int, time: float) -> Value:
        """The value of a dimension with an expression at a time.

        Raises:
            MemecompError: naming the node, the parameter and what is wrong.
        """
        key = (path, name, dimension, time)
        chain: list[object] = self._local.__dict__.setdefault("chain", [])
        cache: dict[object, Value] = self._local.__dict__.setdefault("cache", {})
        param = self.params(path)[name]
        text = param.expressions[dimension]
        if key in cache:
            return cache[key]
        if len(chain) > _MAX_CHAIN:
            raise MemecompError(f"{path}.{name}: its expression leads through too many others.")
        chain.append(key)
        try:
            result = self._typed(path, param, self._run(path, param, dimension, time))
        except ExpressionError as error:
            raise MemecompError(
                f"{path}.{name} has the expression {text[:200]!r}: {error} "
                "Replace it with a value or keys in Natron, or render with Natron."
            ) from None
        finally:
            chain.pop()
            if not chain:
                cache.clear()
        if chain:
            cache[key] = result
        return result

    def computing(self, path: str, name: str) -> bool:
        """Whether an expression of the parameter is being computed: it is then read as if it had
        none, as in Natron."""
        chain = self._local.__dict__.get("chain", ())
        return any(key[:2] == (path, name) for key in chain)

    def present(self, path: str, time: float) -> float:
        """What time it is for a node, while the one whose expression is computed is rendered."""
        chain = self._local.__dict__.get("chain", ())
        asking = chain[0][0] if chain else path
        if self._trees is None or not path or self._trees.together(asking, path):
            return time
        return self.timeline

    def _run(self, path: str, param: Param, dimension: int, time: float) -> Value:
        text = param.expressions[dimension]
        key = (text, param.multi_line)
        if key not in self._programs:
            self._programs[key] = Program(text, param.multi_line)
        node = self.nodes[path]
        group = _Node(self, node.parent.path if node.parent else "")
        own = _Names(
            group,
            {
                "thisNode": _Node(self, path),
                "thisGroup": group,
                "thisParam": _Param(self, path, param.name),
                "dimension": dimension,
                "view": 0,
                "app": _Node(self, ""),
                "app1": _Node(self, ""),
            },
        )
        if "frame" in text:
            self.note()
        return self._programs[key].run(own.around(text), time)

    def _typed(self, path: str, param: Param, result: Value) -> Value:
        if param.kind in TEXTS:
            return str(result)
        if isinstance(result, str):
            raise ExpressionError("it gives a text where a number belongs.")
        if param.kind == "Bool":
            return bool(result)
        kind = self.kind(path, param.name)
        if param.kind == "Choice":
            options = (kind.options if kind else ()) or param.options
            index = int(result)
            if options and not 0 <= index < len(options):
                raise ExpressionError(
                    f"it gives option {index}; there are 0 to {len(options) - 1}."
                )
            return options[index] if options else index
        result = _clamped(result, param, kind)
        return int(result) if param.kind == "Int" else float(result)

    def note(self) -> None:
        """Something that changes with time has been looked at."""
        for watch in self._local.__dict__.get("watches", ()):
            watch.append(True)

    @contextmanager
    def _watch(self) -> Iterator[list[bool]]:
        watches: list[list[bool]] = self._local.__dict__.setdefault("watches", [])
        watch: list[bool] = []
        watches.append(watch)
        try:
            yield watch
        finally:
            watches.remove(watch)


def _clamped(value: Value, param: Param, kind: ParamKind | None) -> Value:
    """A number within the limits of its parameter."""
    if isinstance(value, str | bool):
        return value
    low = param.low if kind is None or kind.low is None else kind.low
    high = param.high if kind is None or kind.high is None else kind.high
    return min(max(value, low), high)


class _Names:
    """The names around an expression: its own words, and the nodes beside it."""

    def __init__(self, group: "_Node", own: Mapping[str, object]) -> None:
        self._group = group
        self._own = own

    def around(self, text: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, path in self._group.children():
            if name in text:
                found[name] = _Node(self._group.scope, path)
        return {**found, **self._own}


class _Node:
    """A node or, with an empty path, the project."""

    def __init__(self, scope: Expressions, path: str) -> None:
        self.scope = scope
        self._path = path

    def children(self) -> Iterator[tuple[str, str]]:
        prefix = f"{self._path}." if self._path else ""
        for path in self.scope.nodes:
            name = path.removeprefix(prefix)
            if path.startswith(prefix) and "." not in name:
                yield name, path

    def member(self, name: str) -> "_Node | _Param":
        inner = f"{self._path}.{name}" if self._path else name
        if inner in self.scope.nodes:
            return _Node(self.scope, inner)
        known = self.scope.params(self._path)
        if not self._path and name not in known:
            raise ExpressionError(f"it names {name}, which the project lacks.")
        if name in known or self.scope.kind(self._path, name) is not None:
            return _Param(self.scope, self._path, name)
        raise ExpressionError(f"it names {inner}, which is not stored.{near(name, known)}")

    def script_name(self) -> str:
        return self._path.rpartition(".")[2]

    def timeline(self) -> float:
        return self.scope.timeline

    def project_param(self, name: str) -> "_Param":
        known = self.scope.params("")
        if self._path or name not in known:
            raise ExpressionError(f"the project has no parameter {name}.{near(name, known)}")
        return _Param(self.scope, "", name)

    def input(self, index: int) -> "_Node | None":
        node = self.scope.nodes.get(self._path)
        if node is None:
            return None
        labels = _labels(node)
        name = node.inputs.get(labels[index]) if 0 <= index < len(labels) else None
        if name is None:
            return None
        prefix = f"{node.parent.path}." if node.parent else ""
        return _Node(self.scope, prefix + name)


class _Param:
    """A parameter of a node, stored or at its default."""

    def __init__(self, scope: Expressions, path: str, name: str) -> None:
        self._scope = scope
        self._path = path
        self._name = name

    @property
    def _stored(self) -> Param | None:
        return self._scope.params(self._path).get(self._name)

    def now(self, time: float) -> Numbers:
        return self.at(self._scope.present(self._path, time))

    def at(self, time: float) -> Numbers:
        stored = self._stored
        plain = self._scope.computing(self._path, self._name)
        if stored is None:
            kind = self._scope.kind(self._path, self._name)
            return tuple(self._number(value) for value in kind.default) if kind else ()
        values = []
        for dimension in range(len(stored.values)):
            computed = stored.expressions[dimension : dimension + 1]
            if computed and computed[0] and not plain:
                value = self._scope.compute(self._path, self._name, dimension, time)
                values.append(self._number(value))
            else:
                value = self._plain(stored.values[dimension], time)
                kind = self._scope.kind(self._path, self._name)
                values.append(self._number(_clamped(value, stored, kind)))
        return tuple(values)

    def curve(self, time: float, dimension: int) -> float:
        stored = self._stored
        values = stored.values if stored else self.at(time)
        if not 0 <= dimension < len(values):
            raise ExpressionError(f"it asks for dimension {dimension} of {self._name}.")
        value = self._number(self._plain(values[dimension], time))
        if isinstance(value, str):
            raise ExpressionError(f"it asks for the curve of the text {self._name}.")
        return float(value)

    def integral(self, first: float, last: float, dimension: int) -> float:
        value = self._stored.values[dimension] if self._stored else self.at(first)[dimension]
        if isinstance(value, Curve):
            self._scope.note()
            return value.integral(first, last)
        number = self._number(value) if not isinstance(value, Expression) else ""
        if isinstance(number, str):
            raise ExpressionError(f"it sums up the text {self._name}.")
        return float(number) * (last - first)

    def option(self, index: int) -> str:
        options = self._options()
        if not 0 <= index < len(options):
            raise ExpressionError(f"it asks for option {index} of {self._name}.")
        return options[index]

    def _plain(self, value: Animated, time: float) -> Value:
        if isinstance(value, Curve):
            self._scope.note()
            return value.at(time)
        assert not isinstance(value, Expression)
        return value

    def _options(self) -> tuple[str, ...]:
        stored = self._stored
        kind = self._scope.kind(self._path, self._name)
        return (kind.options if kind else ()) or (stored.options if stored else ())

    def _number(self, value: Value) -> Value:
        """A choice as Python sees it in Natron: its index."""
        stored = self._stored
        kind = stored or self._scope.kind(self._path, self._name)
        if kind is None or kind.kind != "Choice" or not isinstance(value, str):
            return value
        index = stored.index if stored else 0
        options = self._options()
        found = option_of(value, index, options)
        return options.index(found) if found in options else index


def _labels(node: ProjectNode) -> list[str]:
    """A node's input labels in order; a group's are its Input nodes'."""
    inside = [child for child in node.children if child.plugin == "fr.inria.built-in.Input"]
    if inside:
        return [_label(child) for child in inside]
    try:
        return list(node_kind(node.plugin).inputs)
    except MemecompError:
        return list(node.inputs)


def _label(child: ProjectNode) -> str:
    label = child.label
    return label[5:] if label.lower().startswith("input") else label
