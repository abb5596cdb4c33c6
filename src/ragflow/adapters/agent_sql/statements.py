"""Which statements an agent may run.

In: a statement and its engine. Refused with `ToolFailed`: more than one statement; all that does
not read, or where writes are allowed, that does not read or change rows; and functions by which a
statement reaches files, other servers, settings or SQL inside of strings. A database that is asked
to read runs the statement in a transaction that cannot write, too: this is the outer of two walls,
and the only one around functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragflow.adapters.agent_sql.limits import failed
from ragflow.domain.errors import InvalidInput, spelled_out
from ragflow.text.sql import SqlToken, sql_tokens

_READING = {
    "postgresql": frozenset({"select", "with", "values", "table", "explain", "show"}),
    "mysql": frozenset(
        {"select", "with", "values", "table", "explain", "show", "describe", "desc"}
    ),
    "sqlite": frozenset({"select", "with", "values", "explain", "pragma"}),
}
_CHANGING = frozenset({"insert", "update", "delete", "merge", "replace"})
_WRITING = frozenset({"insert", "update", "delete", "merge", "into"})  # in the midst of a statement
_MAKING = frozenset({"create", "refresh", "declare", "execute"})
"""What EXPLAIN ANALYZE does as well, in PostgreSQL even where nothing may be written."""
_REACHING = {
    "postgresql": re.compile(
        r"""pg_(?:read|ls|stat_file|file|terminate|cancel|reload|rotate|advisory|try_advisory
        |logical|replication|create|drop|copy|promote|wal|switch|start|stop|backup|notify|log|export
        |import|sync|stat_reset|clear|restore|set|prewarm)\w*
        |lo_\w+|loread|lowrite|dblink\w*|\w+_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*|connectby
        |set_config|http_(?:get|post|put|patch|delete|head)|aws_\w+|plpy\w*""",
        re.VERBOSE,
    ),
    "mysql": re.compile(
        r"""load_file|outfile|dumpfile|infile|(?:get|release|is_free|is_used|release_all)_locks?
        |sys_(?:exec|eval|get|set)|lib_mysqludf\w*|(?:master|source)_pos_wait|wait_for_executed\w*
        |wait_until_sql\w*""",
        re.VERBOSE,
    ),
    "sqlite": re.compile(r"load_extension|readfile|writefile|edit|fts3_tokenizer"),
}


def check_statement(statement: str, engine: str, *, writes: bool) -> list[SqlToken]:
    """Return the tokens of a statement that may be run. Raises `ToolFailed`."""
    try:
        tokens = list(sql_tokens(statement, engine))
    except InvalidInput as error:
        raise failed(str(error)) from None
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    if any(token.kind == "sign" and token.text == ";" for token in tokens):
        raise failed("only one statement is run at a time")
    family = "mysql" if engine == "mariadb" else engine
    _check_beginning(tokens, _READING[family], writes=writes)
    for token in tokens:
        if token.kind in ("word", "name") and _REACHING[family].fullmatch(token.text):
            raise failed(
                f"{token.text} is not allowed: it reaches beyond the tables of the database"
            )
    return tokens


def changes_rows(tokens: Sequence[SqlToken]) -> bool:
    """Tell whether a statement that may be run can write."""
    return any(token.kind == "word" and token.text in _WRITING for token in tokens)


def _check_beginning(tokens: Sequence[SqlToken], reading: frozenset[str], *, writes: bool) -> None:
    first = next((token for token in tokens if token.text != "("), None)
    if first is None:
        raise failed("there is no statement")
    allowed = reading | _CHANGING if writes else reading
    if first.kind != "word" or first.text not in allowed:
        known = ", ".join(sorted(allowed)).upper()
        hint = "" if writes or first.text not in _CHANGING else _HINT
        raise failed(
            f"a statement must begin with one of {known}, not with {first.text[:30]!r}{hint}"
        )
    if first.text == "explain":
        made = [token.text for token in tokens if token.kind == "word" and token.text in _MAKING]
        if made:
            raise failed(f"{made[0].upper()} is not allowed: explain queries of rows")
    if writes:
        return
    for token in tokens:
        if token.kind == "word" and token.text in _WRITING:
            raise failed(
                f"{token.text.upper()} is not allowed: statements may only read. Write a name "
                f"that is such a word in quotes{_HINT}"
            )


_HINT = f". The setting {spelled_out('agents.sql_writes')} lets agents change rows"
