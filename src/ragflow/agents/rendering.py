"""Templates: Jinja in a sandbox, since whoever draws a canvas may mean harm.

In: the source of a template, and values. Out: its text. Beyond what Jinja's own sandbox holds back,
the rounds of loops and macros are counted over one rendering, no step may make a text of more than
a million characters, and all of it must end in two seconds: each round, filter and sum looks at the
clock. Refused with `InvalidInput`: a template that fails or breaks a bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from ragflow.domain.errors import InvalidInput

if TYPE_CHECKING:
    from jinja2 import Environment, Template, nodes

MOST_ROUNDS = 100_000
MOST_CHARS = 1_000_000
MOST_SOURCE = 200_000
MOST_SECONDS = 2.0

_GROWING_METHODS = frozenset(
    ["center", "expandtabs", "format", "format_map", "join", "ljust", "replace", "rjust", "zfill"]
)
_GROWING_FILTERS = ("batch", "center", "format", "indent", "slice", "urlize", "wordwrap", "xmlattr")


def compiled(source: str, finalise: Callable[[Any], str]) -> Template | None:
    """Return a template that can be rendered once, at once; None where the source is none.

    `finalise` writes what stands in double braces. Raises `InvalidInput` for a filter or a test
    that there is not.
    """
    from jinja2 import TemplateAssertionError, TemplateSyntaxError, Undefined, nodes

    if len(source) > MOST_SOURCE:
        raise InvalidInput(f"A template has at most {MOST_SOURCE} characters.")

    bounds = _Bounds()
    environment = _environment(bounds)

    def written(value: Any) -> str:
        return "" if isinstance(value, Undefined) else finalise(_no_function(value))

    environment.finalize = written
    # No template can name what it does not know beforehand, so none can put its own in the place.
    tick, concat = f"tick_{token_hex(8)}", f"concat_{token_hex(8)}"
    environment.globals.update({tick: bounds.tick, concat: bounds.concat})
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError:
        return None
    repeating: tuple[type[Any], ...] = (nodes.For, nodes.Macro, nodes.CallBlock)
    for kind in repeating:
        for repeated in tree.find_all(kind):
            repeated.body.insert(0, nodes.Output([_call(tick, [])]))
    _bound_joins(tree, concat)
    tree.set_environment(environment).set_lineno(1)
    try:
        code = environment.compile(tree, filename="<template>")
    except TemplateAssertionError as error:
        raise InvalidInput(f"The template cannot be filled: {error}") from error
    return environment.template_class.from_code(environment, code, environment.globals)


def rendered(template: Template, values: Mapping[str, Any]) -> str:
    """Return what a template makes of values. Raises `InvalidInput`."""
    from jinja2 import TemplateError
    from jinja2.exceptions import SecurityError

    made: list[str] = []
    size = 0
    try:
        for piece in template.generate(values):
            size += len(piece)
            if size > MOST_CHARS:
                raise SecurityError(f"more than {MOST_CHARS} characters")
            made.append(piece)
    except SecurityError as error:
        raise InvalidInput(f"The template asks for what it may not have: {error}") from error
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        raise InvalidInput(f"The template cannot be filled: {error}") from error
    return "".join(made)


class _Bounds:
    """Count what one rendering does, and look at the clock."""

    def __init__(self) -> None:
        self._rounds = 0
        self._until = time.monotonic() + MOST_SECONDS

    def tick(self) -> str:
        """Count a round of a loop or a call of a macro."""
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            raise _refusal(f"more than {MOST_ROUNDS} rounds")
        self.look()
        return ""

    def look(self) -> None:
        """Refuse what takes too long."""
        if time.monotonic() > self._until:
            raise _refusal(f"more than {MOST_SECONDS:g} seconds")

    def looking(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that looks at the clock first."""

        @wraps(function)  # with the marks by which Jinja tells what it wants to be given
        def looked(*args: Any, **kwargs: Any) -> Any:
            self.look()
            return function(*args, **kwargs)

        return looked

    def range(self, *bounds: int) -> Iterator[int]:
        """Return numbers, as Python's own does."""
        numbers = range(*bounds)
        if len(numbers) > MOST_ROUNDS:
            raise _refusal(f"more than {MOST_ROUNDS} rounds")
        return iter(numbers)

    def concat(self, *parts: Any) -> str:
        """Join texts."""
        self.look()
        return _bounded("".join(str(_no_function(part)) for part in parts))

    def replace(self, text: Any, old: str, new: str, count: int | None = None) -> str:
        """Replace a part of a text."""
        whole = str(text)
        if len(whole) + whole.count(str(old)) * len(str(new)) > MOST_CHARS:
            raise _refusal(f"a text of more than {MOST_CHARS} characters")
        return whole.replace(str(old), str(new), -1 if count is None else count)

    def join(self, values: Any, by: str = "", attribute: str | None = None) -> str:
        """Join values by a text."""
        found = [str(_attribute(value, attribute) if attribute else value) for value in values]
        if sum(map(len, found)) + len(found) * len(by) > MOST_CHARS:
            raise _refusal(f"a text of more than {MOST_CHARS} characters")
        return str(by).join(found)


def _environment(bounds: _Bounds) -> Environment:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Bounded(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(["**", "*", "+", "%"])

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            bounds.look()
            if operator == "%" and isinstance(left, str):
                raise _refusal("formatting by %")
            if operator == "**" and any(abs(each) > 1000 for each in (left, right)):
                raise _refusal("so large a power")
            if operator in "*+":
                _check_size(operator, left, right)
            return super().call_binop(context, operator, left, right)

        def call(self, *args: Any, **kwargs: Any) -> Any:
            bounds.look()
            return super().call(*args, **kwargs)

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            if isinstance(obj, str) and attr in _GROWING_METHODS:
                return False
            return bool(super().is_safe_attribute(obj, attr, value))

    environment = Bounded(autoescape=False)
    environment.globals = {"range": bounds.range}
    for name in _GROWING_FILTERS:
        del environment.filters[name]
    environment.filters["replace"] = bounds.replace
    environment.filters["join"] = bounds.join
    environment.filters = {name: bounds.looking(each) for name, each in environment.filters.items()}
    return environment


def _check_size(operator: str, left: Any, right: Any) -> None:
    """Refuse a product or a sum that would be too long, or a number of too many digits."""
    sizes = [len(each) for each in (left, right) if hasattr(each, "__len__")]
    numbers = [abs(each) for each in (left, right) if isinstance(each, int)]
    size = max(sizes, default=0) * max(numbers, default=1) if operator == "*" else sum(sizes)
    if size > MOST_CHARS or any(number.bit_length() > MOST_CHARS // 100 for number in numbers):
        raise _refusal(f"a value of more than {MOST_CHARS} characters")


def _bound_joins(tree: nodes.Node, concat: str) -> None:
    """Let every `a ~ b` of a template be made by the function of a name."""
    from jinja2.visitor import NodeTransformer

    class Joins(NodeTransformer):
        def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            return _call(concat, node.nodes)

    Joins().visit(tree)


def _call(name: str, arguments: list[nodes.Expr]) -> nodes.Call:
    from jinja2 import nodes

    return nodes.Call(nodes.Name(name, "load"), arguments, [], None, None)


def _no_function(value: Any) -> Any:
    """Return a value; what a function or a method would be written as tells of this process."""
    from jinja2 import Undefined

    if callable(value) and not isinstance(value, Undefined):
        raise _refusal("a function, without calling it")
    return value


def _attribute(value: Any, name: str) -> Any:
    return value.get(name, "") if isinstance(value, Mapping) else ""


def _bounded(text: str) -> str:
    if len(text) > MOST_CHARS:
        raise _refusal(f"a text of more than {MOST_CHARS} characters")
    return text


def _refusal(what: str) -> Exception:
    from jinja2.exceptions import SecurityError

    return SecurityError(what)
