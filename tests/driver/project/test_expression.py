"""What the evaluator of expressions computes, and what it refuses."""

import math
import sys
import time

import pytest

from driver.project.expression import ExpressionError, Program


class Size:
    """A parameter with two dimensions: the time, and 10."""

    def at(self, time: float) -> tuple[float, float]:
        return time, 10.0

    def now(self, time: float) -> tuple[float, float]:
        return self.at(time)

    def integral(self, first: float, last: float, dimension: int) -> float:
        return (last - first) * (dimension + 1)

    def curve(self, time: float, dimension: int) -> float:
        return 100 * time + dimension

    def option(self, index: int) -> str:
        return "abc"[index]


class Blur:
    """A node with that parameter and nothing on its input 1."""

    def member(self, name: str) -> "Size | Blur":
        if name == "Inner":
            return self
        if name != "size":
            raise ExpressionError(f"no {name}")
        return Size()

    def script_name(self) -> str:
        return "Blur1"

    def timeline(self) -> float:
        return 3

    def input(self, index: int) -> "Blur | None":
        return None if index == 1 else self


NAMES = {"thisNode": Blur(), "thisParam": Size(), "dimension": 1}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("frame * 2 + 1", 9),
        ("frame / 8", 0.5),
        ("-frame % 3", 2),
        ("cos(0) * pi", math.pi),
        ("max(frame, 7) if frame > 3 else 0", 7),
        ("0 < frame < 3 or frame == 4", True),
        ("thisNode.size.get()[0]", 4),
        ("thisNode.size.get()[dimension]", 10),
        ("thisNode.size.get(frame - 1)[0]", 3),
        ("thisNode.size.get().y", 10),
        ("thisNode.size.getValue(1)", 10),
        ("thisNode.size.getValueAtTime(2.5, 0)", 2.5),
        ("thisNode.Inner.size.getValue()", 4),
        ("thisNode.getParam('size').getOption(2) + '!'", "c!"),
        ("thisNode.getInput(1) is None", True),
        ("thisNode.getInput(0) is None", False),
        ("curve((frame - 1) % 2)", 100),
        ("thisParam.curve(0, 1)", 1),
        ("ret = 2 ** frame", 16),
        ("[0.1, 0.4, 0.7][frame - 2]", 0.7),
        ("max([frame, 9]) - min((frame, 1)) + len([1, 2])", 10),
        ("sum(thisNode.size.get()) + any([0, 1])", 15),
        ("frame & 1 | 2 ^ 7 >> 1", 1),
        ("~frame", -5),
        ("thisNode.size.getIntegrateFromTimeToTime(1, frame, 1)", 6),
        ("thisNode.getScriptName() == 'Blur1'", True),
        ("thisNode.timelineGetTime()", 3),
    ],
)
def test_the_common_ones_give_what_python_would(text: str, result: object) -> None:
    assert Program(text).run(NAMES, 4) == result


def test_a_multi_line_one_assigns_ret() -> None:
    text = "a = frame + 1\nif a > 3:\n    ret = a\nelse:\n    ret = 0"
    assert Program(text, multi_line=True).run(NAMES, 4) == 5
    assert Program(text, multi_line=True).run(NAMES, 1) == 0


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("ret = 0\nfor i in range(frame):\n    ret += i", 6),
        ("ret = 1\nfor i in [2, 3]:\n    ret *= i\nelse:\n    ret = -ret", -6),
        ("import math\nret = math.floor(math.pi)", 3),
        ("from math import sin, pi\npass\nret = sin(pi / 2)", 1),
    ],
)
def test_several_lines_may_loop_and_import_math(text: str, result: object) -> None:
    assert Program(text, multi_line=True).run(NAMES, 4) == result


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("__import__('os').system('true')", r"calls __import__\(\)"),
        ("().__class__.__bases__", r"asks for __bases__"),
        ("open('/etc/passwd').read()", r"calls open\(\)"),
        ("[x for x in (1, 2)]", r"Python's ListComp"),
        ("(lambda: 1)()", r"calls something"),
        ("f'{frame}'", r"Python's JoinedStr"),
        ("import os", r"Python's Import"),
        ("import math, os", r"Python's Import"),
        ("import math as os", r"Python's Import"),
        ("from math import sin as open", r"Python's ImportFrom"),
        ("from os import path", r"Python's ImportFrom"),
        ("while True: pass", r"Python's While"),
        ("for a.b in range(3): pass", r"assigns to something other"),
        ("random()", r"Natron's random numbers are its own"),
        ("min(frame, key=abs)", r"calls something"),
        ("frame +", r"not written as Python"),
        ("1 << 9", r"operator LShift"),
        ("(" * 300 + ")" * 300, r"not written as Python"),
        ("1" + "+1" * 3000, r"has 6001 characters"),
    ],
)
def test_what_is_not_on_the_list_is_refused_unrun(text: str, wrong: str) -> None:
    with pytest.raises(ExpressionError, match=wrong):
        Program(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("1 / (frame - 4)", r"cannot be computed at frame 4: .*zero"),
        ("log(0)", r"cannot be computed"),
        ("nothing + 1", r"names nothing, which is not there"),
        ("farme + 1", r"Near: frame"),
        ("thisNode.size", r"no single value"),
        ("thisNode.size.get()", r"no single value"),
        ("thisNode.size + 1", r"add \.get\(\)"),
        ("thisNode.size.set(1)", r"calls \.set\(\)"),
        ("thisNode.size.getValue(7)", r"cannot be computed"),
        ("'a' * 1000000000", r"texts can only be put together"),
        ("'%999999999d' % 1", r"texts can only be put together"),
        ("9.0 ** 9 ** 9", r"cannot be computed"),
        ("a = 1", r"gives `ret` no value"),
        ("import math\nret = math.__loader__", r"names __loader__, which is not there"),
        ("math.sin(frame)", r"names math, which is not there"),
        ("for i in range(10 ** 15): pass", r"takes too long"),
        ("for i in 'abc': pass", r"loops over something"),
        ("sum(frame)", r"takes a list or tuple"),
        ("max([thisNode.size])", r"add \.get\(\)"),
        ("frame & 0.5", r"cannot be computed"),
    ],
)
def test_what_cannot_be_computed_says_so(text: str, wrong: str) -> None:
    with pytest.raises(ExpressionError, match=wrong):
        Program(text).run(NAMES, 4)


def test_a_sum_too_deep_for_python_says_so() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)  # the engine raises it for long chains of nodes
    try:
        with pytest.raises(ExpressionError, match=r"computed at frame 4: .*recursion"):
            Program("-1" + "+1" * 1900).run(NAMES, 4)
    finally:
        sys.setrecursionlimit(limit)


def test_huge_powers_take_no_time() -> None:
    began = time.perf_counter()
    lines = ["a = 9"] + ["a = a ** 60"] * 30 + ["ret = a"]
    with pytest.raises(ExpressionError, match="cannot be computed"):
        Program("\n".join(lines), multi_line=True).run(NAMES, 4)
    assert time.perf_counter() - began < 0.5
