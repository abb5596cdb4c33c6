"""Templates do what Jinja does, and nothing that takes the server with it."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.references import fill, render
from ragflow.agents.rendering import MOST_CHARS
from ragflow.domain.errors import InvalidInput

VALUES: dict[str, Any] = {
    "begin@rows": [{"name": "Ann", "age": 3}, {"name": "Bo", "age": 40}],
    "sys.query": "what?",
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% for row in begin@rows %}{{ row.name }}, {% endfor %}", "Ann, Bo, "),
        ("{{ sys.query | upper }} {sys.query}", "WHAT? what?"),
        ("{% if begin@rows[1].age > 30 %}old{% else %}young{% endif %}", "old"),
        ("{% for i in range(3) %}{{ loop.index }}{% endfor %}", "123"),
        ("{% set a = 'x' ~ sys.query %}{{ a }}", "xwhat?"),
        ("{{ begin@rows | map(attribute='name') | join('; ') }}", "Ann; Bo"),
        ("{{ sys.query | replace('what', 'why') }}", "why?"),
        ("{{ 2 * 3 + 1 }} {{ 'ab' + 'c' }} {{ 2 ** 10 }}", "7 abc 1024"),
        ("{% macro hi(n) %}hi {{ n }}{% endmacro %}{{ hi('Bo') }}", "hi Bo"),
        ("{{ missing }}.", "."),
        ("{{ begin@rows[0] }}", '{"name": "Ann", "age": 3}'),
    ],
)
def test_templates_are_rendered(template: str, text: str) -> None:
    assert render(template, VALUES.get) == text


@pytest.mark.parametrize("text", ["$E={{mc}^2}$", "{{ {", "{% nonsense %} {sys.query"])
def test_what_is_no_template_stays_text(text: str) -> None:
    assert render(text, VALUES.get) == text


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{{ range(10 ** 12) | list | length }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ [1] * 100000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{% set x = 7 %}" + "{% set x = x * x %}" * 40 + "{{ x }}",
        "{% set s = 'aaaaaaaaaa' %}" + "{% set s = s ~ s %}" * 40 + "{{ s | length }}",
        "{% set s = 'aaaaaaaaaa' %}" + "{% set s = s + s %}" * 40 + "{{ s | length }}",
        "{% macro f(n) %}{{ f(n - 1) }}{{ f(n - 1) }}{% endmacro %}{{ f(20) }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) ~ f(n - 1) }}{% endif %}{% endmacro %}{{ f(30) }}",
        "{{ 'a' | replace('a', 'b' * 100000) | replace('b', 'c' * 100000) }}",
        "{{ ['a'] * 1000 | join('b' * 100000) }}",
        "{{ range(1000) | join('b' * 100000) }}",
        "{{ 'x'.join(['a']) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ '%1000000000s' % 'x' }}",
        "{{ 'a'.ljust(10 ** 9) }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ sys.query.__init__.__globals__ }}",
        "{% include 'secrets' %}",
        "{% import 'os' as os %}{{ os }}",
        "{{ lipsum(1000) }}",
        "{{ 1 / 0 }}",
        "{{ [1][5][2] }}",
        "{{ 'x'.format_map }}",
        "{{ 'x'.upper ~ '' }}",
        "{{ range }}",
    ],
)
def test_what_could_harm_is_refused(template: str) -> None:
    with pytest.raises(InvalidInput):
        render(template, VALUES.get)


@pytest.mark.parametrize(
    "template",
    [
        "{{ self._TemplateReference__context }}",
        "{{ cycler }}",
        "{{ request }}",
        "{{ (1).__class__ }}",
    ],
)
def test_nothing_of_the_server_can_be_named(template: str) -> None:
    assert render(template, VALUES.get) == ""


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(9000) %}{% set y = ('xa' * 49999) | list | sort %}{% endfor %}",
        "{% for i in range(50000) %}{% set y = ('x' * 999999) | upper %}{% endfor %}",
        "{% set x = range(90000) | list %}" + "{% set y = x | sort | sort | sort %}" * 300,
        "{% set x = 'x' * 999999 %}" + "{% set y = x.upper() %}" * 3000,
    ],
)
def test_what_takes_long_is_ended(template: str) -> None:
    with pytest.raises(InvalidInput, match="seconds"):
        render(template, VALUES.get)


def test_filters_that_there_are_not_are_named() -> None:
    with pytest.raises(InvalidInput, match="No filter named 'format'"):
        render("{{ sys.query | format }}", VALUES.get)


def test_the_longest_template_is_bounded() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        render("{{ 1 + 1 }}" * 30_000, VALUES.get)


def test_texts_that_are_no_templates_are_only_filled() -> None:
    assert fill("{{ 1 + 1 }} {sys.query}", VALUES.get) == "{{ 1 + 1 }} what?"


def test_the_longest_text_is_bounded() -> None:
    with pytest.raises(InvalidInput, match=str(MOST_CHARS)):
        render(
            "{% for i in range(2000) %}{{ sys.query }}{% endfor %}", {"sys.query": "x" * 1000}.get
        )
