"""`import math` in an expression: its functions are known anyway, and nothing is imported."""

import ast


def without_math(tree: ast.Module) -> ast.Module:
    """The same without imports of the math module, `math.sin` being `sin` where it was imported."""
    changed: ast.Module = _Math().visit(tree)
    return changed


class _Math(ast.NodeTransformer):
    _imported = False

    def visit_Import(self, part: ast.Import) -> ast.stmt:
        """`import math` is nothing; any other import stays, and is refused."""
        if any(alias.name != "math" or alias.asname for alias in part.names):
            return part
        self._imported = True
        return ast.Pass()

    def visit_ImportFrom(self, part: ast.ImportFrom) -> ast.stmt:
        """`from math import sin, pi` is nothing; renaming one is refused."""
        renamed = any(alias.asname for alias in part.names)
        return part if part.module != "math" or part.level or renamed else ast.Pass()

    def visit_Attribute(self, part: ast.Attribute) -> ast.expr:
        """`math.sin` is `sin`."""
        self.generic_visit(part)
        of_math = isinstance(part.value, ast.Name) and part.value.id == "math"
        return ast.Name(part.attr, part.ctx) if self._imported and of_math else part
