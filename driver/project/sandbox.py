"""Jinja for templates of strangers: no attribute of Python's, and no sum that fills the memory."""

from collections.abc import Sequence
from typing import Any, TypeGuard

from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

LONGEST = 1_000_000
"""Signs or entries that `*` may make."""
HIGHEST = 64
"""Highest power."""


class Sandbox(SandboxedEnvironment):
    """Jinja's sandbox, in which `*` and `**` have a limit as `range` has one there already."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The result of `left * right` or `left ** right`. Raises SecurityError."""
        if operator == "**":
            if isinstance(right, int) and abs(right) > HIGHEST:
                raise SecurityError(f"{left!r} ** {right!r}: {HIGHEST} is the highest power")
        else:
            for many, times in ((left, right), (right, left)):
                made = len(many) * times if _is_row(many) and isinstance(times, int) else 0
                if made > LONGEST:
                    raise SecurityError(f"* makes {made}; up to {LONGEST} may be")
        return super().call_binop(context, operator, left, right)


def _is_row(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence)
