"""A plug-in's parameters as they stand after some were set."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from driver.nodes.assign import values
from ofx_helpers import host
from ofx_helpers.engine.frame import Window

_WITHOUT_VALUE = ("Group", "Page", "PushButton", "Parametric")
_FORMAT = Window(0, 0, 1920, 1080)


def after(found: host.Description, assignments: Sequence[str]) -> host.Description:
    """The description with values, options and what is hidden or greyed out as the plug-in has them
    after the assignments, in an HD project with nothing connected.
    """
    plugin = host.Plugin(found)
    given = values(found, assignments)
    with closing(plugin.effect(host.Project(format=_FORMAT), given)) as effect:
        now = [effect.parameter(entry.name) for entry in found.parameters]
        return replace(
            found,
            parameters=tuple(
                replace(entry, default=effect.get(entry.name))
                if entry.kind not in _WITHOUT_VALUE
                else entry
                for entry in now
            ),
        )
