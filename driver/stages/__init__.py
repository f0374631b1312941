"""One file a stage, each exporting `STAGE`; `collect()` puts them in order."""

from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules

from driver.stages.base import Stage


@cache
def collect() -> tuple[Stage, ...]:
    """Every stage, each after those whose files it reads; two of one name are refused."""
    stages: dict[str, Stage] = {}
    for module in iter_modules(__path__):
        stage = getattr(import_module(f"{__name__}.{module.name}"), "STAGE", None)
        if stage is None:
            continue
        if stage.name in stages:
            raise ValueError(f"two stages are named {stage.name!r}")
        stages[stage.name] = stage
    order = TopologicalSorter({name: stage.after for name, stage in stages.items()})
    return tuple(stages[name] for name in order.static_order())
