"""Nodes lie below what feeds them and never on each other."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from driver.project.layout import Box, Item, lay_out


def overlap(a: Box, b: Box) -> bool:
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )


def inside(a: Box, b: Box) -> bool:
    return (
        b.x <= a.x
        and b.y <= a.y
        and a.x + a.width <= b.x + b.width
        and a.y + a.height <= b.y + b.height
    )


@st.composite
def graphs(draw: st.DrawFn) -> list[Item]:
    count = draw(st.integers(1, 14))
    items = []
    for index in range(count):
        above = draw(st.lists(st.integers(0, max(index - 1, 0)), max_size=3, unique=True))
        items.append(
            Item(
                name=f"n{index}",
                width=draw(st.sampled_from((109.0, 133.0, 240.0))),
                height=draw(st.sampled_from((33.0, 81.0))),
                above=tuple(f"n{up}" for up in above if up < index),
                part=draw(st.sampled_from(("", "one", "two", "three"))),
            )
        )
    return items


@given(graphs())
def test_nothing_overlaps_and_each_part_holds_its_own(items: list[Item]) -> None:
    nodes, parts = lay_out(items)
    assert len(nodes) == len(items)
    for a, b in combinations(nodes.values(), 2):
        assert not overlap(a, b)
    for a, b in combinations(parts.values(), 2):
        assert not overlap(a, b)
    for item in items:
        for part, box in parts.items():
            held = inside(nodes[item.name], box)
            assert held if part == item.part else not overlap(nodes[item.name], box)


@given(graphs())
def test_within_a_part_every_node_lies_below_what_feeds_it(items: list[Item]) -> None:
    nodes, _parts = lay_out(items)
    part = {item.name: item.part for item in items}
    for item in items:
        for up in item.above:
            if part[up] == item.part:
                assert nodes[item.name].y >= nodes[up].y + nodes[up].height


def test_parts_that_feed_each_other_still_get_places() -> None:
    items = [
        Item("a", 10, 10, (), "one"),
        Item("b", 10, 10, ("a",), "two"),
        Item("c", 10, 10, ("b",), "one"),
    ]
    _nodes, parts = lay_out(items)
    assert not overlap(parts["one"], parts["two"])
