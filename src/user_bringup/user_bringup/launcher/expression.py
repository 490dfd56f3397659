"""The part of Python that ``$(eval …)`` may use: constants, comparisons, choices, boolean and arithmetic operators."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from user_bringup.launcher.errors import LaunchError

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


class ExpressionError(LaunchError):
    """An expression that is no Python, or uses more of Python than a launch file needs."""


def evaluate_expression(text: str) -> str:
    """Evaluates an expression and gives its value as Python's ``str`` writes it, as ROS 2's launch does.

    Raises:
        ExpressionError: The expression cannot be parsed, uses a name, a call or an attribute, or fails.
    """
    try:
        return str(_value(ast.parse(text.strip(), mode="eval").body))
    except (SyntaxError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ExpressionError(f"$(eval {text}) cannot be evaluated: {error}.") from error


def _value(node: ast.expr) -> Any:  # noqa: ANN401 - an expression may have any value
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return tuple(_value(element) for element in elements)
        case ast.BoolOp(op=ast.And(), values=values):
            return _first(values, until=False)
        case ast.BoolOp(values=values):
            return _first(values, until=True)
        case ast.UnaryOp(op=unary, operand=operand) if type(unary) in _UNARY:
            return _UNARY[type(unary)](_value(operand))
        case ast.BinOp(left=left, op=binary, right=right) if type(binary) in _BINARY:
            return _BINARY[type(binary)](_value(left), _value(right))
        case ast.Compare(left=left, ops=operators, comparators=comparators):
            return _compare(_value(left), operators, comparators)
        case ast.IfExp(test=test, body=chosen, orelse=otherwise):
            return _value(chosen if _value(test) else otherwise)
        case _:
            raise ExpressionError(
                f"$(eval …) may not use {ast.unparse(node)!r}; allowed are constants, comparisons, and, or, not, if "
                "else, and + - * / // %. A text needs quotes of its own: $(eval \"'$(var robot)' == 'simulation'\")."
            )


def _first(values: list[ast.expr], *, until: bool) -> Any:  # noqa: ANN401 - as above
    """The value that ``and`` (until=False) and ``or`` (until=True) give: the first that decides, else the last."""
    for node in values:
        value = _value(node)
        if bool(value) is until:
            break
    return value


def _compare(left: Any, operators: list[ast.cmpop], comparators: list[ast.expr]) -> bool:  # noqa: ANN401 - as above
    for compare, node in zip(operators, comparators, strict=True):
        right = _value(node)
        if type(compare) not in _COMPARE:
            raise ExpressionError("$(eval …) may not use 'is'; compare with == instead.")
        if not _COMPARE[type(compare)](left, right):
            return False
        left = right
    return True
