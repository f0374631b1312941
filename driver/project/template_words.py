"""The words that a template's author writes. Each gives a piece of the outline as text."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from jinja2 import Undefined

from driver.errors import MemecompError
from driver.project import catalog
from driver.project.outline import KEPT

Points = Sequence[Sequence[float]]
Caller = Callable[[], str]


class Words:
    """The functions of a template; `line` says which line of it is being filled."""

    def __init__(self, line: Callable[[], int]) -> None:
        """Remember where to ask for the line."""
        self._line = line

    def all(self) -> dict[str, Callable[..., Any]]:
        """The functions by the names that a template calls."""
        return {
            "project": self.project,
            "node": self.node,
            "group": self.group,
            "part": self.part,
            "kept": self.kept,
            "keys": self.keys,
            "animated": self.animated,
            "curves": self.curves,
            "expression": self.expression,
            "shape": self.shape,
            "rectangle": self.rectangle,
            "fail": self.fail,
        }

    def project(
        self,
        *,
        width: int,
        height: int,
        first: int,
        last: int,
        fps: float,
        aspect: float = 1.0,
        caller: Caller | None = None,
    ) -> str:
        """The format in pixels, the frames and their rate: once in every template.

        `aspect` is a pixel's width over its height. Project settings that it cannot say may be
        called around: `{% call project(…) %}{% include "kept/project.xml.j2" %}{% endcall %}`.
        """
        head = _attributes(
            width=width, height=height, first=first, last=last, fps=fps, aspect=aspect
        )
        return f"<project{head}>{_kept(caller)}</project>"

    def node(
        self,
        name: str,
        plugin: str,
        /,
        *,
        shapes: Sequence[str] = (),
        note: str = "",
        label: str = "",
        place: Sequence[float] = (),
        tint: Sequence[float] = (),
        caller: Caller | None = None,
        **given: object,
    ) -> str:
        """A node by short name (`Merge`) or plug-in id: inputs by label, parameters by name.

        What is none is left out, so an optional input or value needs no `if`. `note` is shown
        under the node's name, `label` instead of it. `place` is its corner in the graph, x right
        and y down, and perhaps its size; else it is laid out. What no word says is called around
        as Natron wrote it: `{% call node(…) %}{% include "kept/Lookup.xml.j2" %}{% endcall %}`.
        """
        kind = catalog.node_kind(plugin)
        gui = _gui(note, label, place, tint)
        return self._element(name, plugin, given, kind.inputs, "".join(shapes) + _kept(caller), gui)

    def kept(
        self,
        name: str,
        /,
        *,
        caller: Caller,
        place: Sequence[float] = (),
        tint: Sequence[float] = (),
        **given: object,
    ) -> str:
        """A whole node as Natron wrote it, called around; only its inputs are given here."""
        gui = _gui("", "", place, tint)
        return self._element(name, KEPT, given, tuple(given), _kept(caller), gui)

    def group(
        self,
        name: str,
        /,
        *,
        caller: Caller,
        output: str | None = None,
        inputs: Mapping[str, object] | None = None,
        note: str = "",
        label: str = "",
        place: Sequence[float] = (),
        tint: Sequence[float] = (),
        **given: object,
    ) -> str:
        """A group, written around its nodes: `{% call group("Name", output="Last", In="X") %}`.

        Each further name is an input: the nodes inside read it by that name. Without `output` the
        nodes inside have Inputs and an Output of their own; then `inputs` are those by label, and
        further names are the group's parameters.
        """
        gui = _gui(note, label, place, tint)
        if output is None:
            wired = dict(inputs or {})
            return self._element(name, "Group", {**wired, **given}, tuple(wired), caller(), gui)
        body = "".join(self.node(one, "Input") for one in given)
        body += caller() + self.node("Output1", "Output", Source=output)
        return self._element(name, "Group", given, tuple(given), body, gui)

    def part(
        self,
        name: str,
        text: str = "",
        *,
        caller: Caller,
        colour: Sequence[float] = (0.3, 0.5, 0.4),
    ) -> str:
        """A BackDrop with a title and a text around nodes: `{% call part("Sources") %}`."""
        head = _attributes(name=name, text=text, colour=json.dumps(list(colour)))
        return f"<part{head}>\n{caller().strip()}\n</part>"

    def keys(
        self,
        rows: Sequence[Mapping[str, float]],
        *columns: str,
        times: Sequence[float] = (),
        plus: Sequence[float] = (),
        interpolation: str = "linear",
    ) -> dict[str, object]:
        """An animated value of columns of a `keys` parameter, one a dimension.

        Each value is multiplied by `times` and then has `plus` added, dimension by dimension.
        """
        factors = list(times) or [1.0] * len(columns)
        offsets = list(plus) or [0.0] * len(columns)
        made = [
            [row["frame"]]
            + [row[c] * f + o for c, f, o in zip(columns, factors, offsets, strict=True)]
            for row in rows
        ]
        return self.animated(made, interpolation=interpolation)

    def animated(
        self, rows: Sequence[Sequence[float]], *, interpolation: str = "smooth"
    ) -> dict[str, object]:
        """An animated value of rows `[frame, value, …]`, one value a dimension."""
        return {"keys": [list(row) for row in rows], "interpolation": interpolation}

    def curves(self, *dimensions: object) -> dict[str, object]:
        """An animated value key by key: for each dimension a value, or keys with their slopes.

        A key is `[frame, value, interpolation, slope before, slope after]`, in units per frame.
        """
        return {"curves": list(dimensions)}

    def expression(
        self, *texts: str, value: object = None, lines: bool = False
    ) -> dict[str, object]:
        """A value that Natron computes: one text a dimension, "" for a dimension without.

        `value` is what the parameter holds otherwise; `lines` says that the texts are several
        lines which set `ret`.
        """
        return {"expressions": list(texts), "value": value, "lines": lines}

    def shape(
        self,
        name: str,
        points: Points,
        feather: Points = (),
        *,
        softness: float = 0,
        falloff: float = 1,
    ) -> str:
        """A closed Roto shape of corners (x, y), y up.

        It is 1 inside and falls to 0 at `feather`, one point for each corner; `falloff` near 0.5
        makes it fall evenly, 1 with the square.
        """
        return "<shape{}/>".format(
            _attributes(
                name=name,
                points=json.dumps([list(point) for point in points]),
                feather=json.dumps([list(point) for point in feather or points]),
                softness=softness,
                falloff=falloff,
            )
        )

    def rectangle(self, left: float, bottom: float, right: float, top: float) -> Points:
        """The four corners of a rectangle, y up, for `shape`."""
        return [[left, bottom], [right, bottom], [right, top], [left, top]]

    def fail(self, sentence: str) -> str:
        """Ends the filling with a sentence for the person: `{{ fail("…") }}` where values clash."""
        raise MemecompError(sentence)

    def _element(
        self,
        name: str,
        plugin: str,
        given: Mapping[str, object],
        labels: Sequence[str],
        body: str,
        gui: Mapping[str, object],
    ) -> str:
        lines = []
        for key, value in given.items():
            if value is None:
                continue
            if isinstance(value, Undefined):
                raise MemecompError(f"{name}: {key} has no value. {value}Write `else none`.")
            if key in labels:
                lines.append(f"  <input{_attributes(label=key, node=value)}/>")
            else:
                text = json.dumps(value, default=_no_json)
                lines.append(f"  <param{_attributes(name=key, value=text)}/>")
        if body.strip():
            lines.append(body.strip())
        head = _attributes(name=name, plugin=plugin, line=self._line(), **gui)
        if not lines:
            return f"<node{head}/>"
        return "\n".join([f"<node{head}>", *lines, "</node>"])


def _gui(note: str, label: str, place: Sequence[float], tint: Sequence[float]) -> dict[str, object]:
    """The attributes that say how a node looks in the graph; what is not given is left out."""
    lists = {"place": json.dumps(list(place)), "tint": json.dumps(list(tint))}
    shown = {"note": note, "label": label, **lists}
    return {key: value for key, value in shown.items() if value not in ("", "[]")}


def _kept(caller: Caller | None) -> str:
    text = caller().strip() if caller else ""
    return f"<kept>{text}</kept>" if text else ""


def _no_json(value: object) -> object:
    """Jinja's undefined says which name it stands for when it is turned into text."""
    raise MemecompError(f"{value} is no value for a parameter.")


def _attributes(**values: object) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in values.items())
