"""Templates that work on data: what is run, and what happens when that fails."""

from __future__ import annotations

import pytest

from ragflow.domain.agent_ports import CodeTask, SqlConnection, SqlRows
from ragflow.domain.errors import CodeFailed, ToolFailed
from ragflow.testing.agent_desk import Desk, path_of
from ragflow.testing.agents import FakeDatabases

pytestmark = pytest.mark.anyio

SCHEMA = "CREATE TABLE orders (id INT, country TEXT)"
ROWS = "| country | count |\n| --- | --- |\n| NO | 3 |"


class Refusing(FakeDatabases):
    """Refuse statements that name what is not there."""

    async def query(self, connection: SqlConnection, statement: str, most_rows: int) -> SqlRows:
        found = await super().query(connection, statement, most_rows)
        if "land" in statement:
            raise ToolFailed(tool="ExeSQL", reason="no such column: land")
        return found


@pytest.fixture
def shop(desk: Desk) -> Desk:
    desk.outside.databases = Refusing(SqlRows(("country", "count"), (("NO", 3),)))
    return desk


def statements(desk: Desk) -> list[str]:
    return [statement for _, statement, _ in desk.outside.databases.statements]


async def test_a_question_becomes_sql_and_its_rows_an_answer(shop: Desk) -> None:
    shop.says(
        "You write SQL", "```sql\nSELECT country, count(*) FROM orders GROUP BY country;\n```"
    )
    shop.says("You explain the result", "Three orders came from Norway.")
    talk = shop.talk("sql_assistant")
    said = await talk.ask("Orders by country?", schema=SCHEMA)
    assert said == f"Three orders came from Norway.\n\n{ROWS}"
    assert path_of(talk) == [
        *("begin", "LLM:Write", "StringTransform:Statement", "ExeSQL:Run"),
        *("LLM:Explain", "Message:Answer"),
    ]
    ((connection, statement, most),) = shop.outside.databases.statements
    assert statement == "SELECT country, count(*) FROM orders GROUP BY country"
    assert (connection.host, connection.database, connection.username) == (
        "db.example.org",
        "shop",
        "reader",
    )
    assert (connection.engine, connection.port, most) == ("mysql", 3306, 100)
    assert SCHEMA in shop.prompt("You write SQL")
    assert ROWS in shop.prompt("You explain the result")


async def test_a_statement_that_fails_is_repaired(shop: Desk) -> None:
    shop.says("You write SQL", "SELECT land FROM orders")
    shop.says("You repair SQL", "SELECT country FROM orders")
    shop.says("You explain the result", "Norway.")
    talk = shop.talk("sql_assistant")
    assert await talk.ask("Where from?", schema=SCHEMA) == f"Norway.\n\n{ROWS}"
    assert statements(shop) == ["SELECT land FROM orders", "SELECT country FROM orders"]
    told = shop.prompt("You repair SQL")
    assert "no such column: land" in told
    assert "SELECT land FROM orders" in told
    assert SCHEMA in told
    assert "SELECT country FROM orders" in shop.prompt("You explain the result")


async def test_a_statement_is_repaired_once(shop: Desk) -> None:
    shop.says("You write SQL", "SELECT land FROM orders")
    shop.says("You repair SQL", "SELECT landed FROM orders")
    talk = shop.talk("sql_assistant")
    said = await talk.ask("Where from?", schema=SCHEMA)
    assert "no such column: land" in said
    assert said.endswith("SELECT landed FROM orders")
    assert path_of(talk)[-2:] == ["Switch:Tries", "Message:Failed"]
    assert talk.kinds[-1] == "workflow_finished"


async def test_the_next_question_has_its_own_try_and_the_same_tables(shop: Desk) -> None:
    shop.says("You write SQL", "SELECT land FROM orders", "SELECT land, id FROM orders")
    shop.says("You repair SQL", "SELECT country FROM orders", "SELECT country, id FROM orders")
    shop.says("You explain the result", "Norway.", "Still Norway.")
    talk = shop.talk("sql_assistant")
    await talk.ask("Where from?", schema=SCHEMA)
    assert (await talk.ask("And the numbers?")).startswith("Still Norway.")
    assert statements(shop)[2:] == ["SELECT land, id FROM orders", "SELECT country, id FROM orders"]
    told = shop.prompt("You write SQL")
    assert SCHEMA in told
    assert "Where from?" in told


async def test_a_calculation_is_run_until_it_succeeds(desk: Desk) -> None:
    def rule(task: CodeTask) -> object:
        if "sum(" not in task.script:
            raise CodeFailed(reason="NameError: name 'summe' is not defined")
        return 4950

    desk.outside.code.rule = rule
    broken = "def main():\n    return summe(range(100))"
    right = "def main():\n    return sum(range(100))"
    desk.calls("writing programs and running them", "execute_code", script=broken, lang="python")
    desk.calls("writing programs and running them", "execute_code", script=right)
    desk.says("writing programs and running them", "4950, the sum of the numbers below 100.")
    talk = desk.talk("code_interpreter")
    assert await talk.ask("Sum of 0 to 99?") == "4950, the sum of the numbers below 100."
    assert [(task.language, task.script) for task in desk.outside.code.tasks] == [
        ("python", broken),
        ("python", right),
    ]
    used = talk.finished("Agent:Analyst")["outputs"]["use_tools"]
    assert "NameError" in used[0]["results"]
    assert used[1]["results"] == "4950"
    assert path_of(talk) == ["begin", "Agent:Analyst", "Message:Answer"]
