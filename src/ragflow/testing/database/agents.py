"""What a database must do with agents, their versions and the conversations with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ragflow.domain.agents import SessionEntry, SessionLog
from ragflow.domain.chats import SessionOrigin
from ragflow.domain.errors import InvalidInput, NotFound
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import (
    TENANT,
    a_run,
    a_version,
    an_agent,
    an_agent_session,
    fill,
)

HISTORY, MESSAGES = SessionLog.HISTORY, SessionLog.MESSAGES


class AgentsContract:
    """State what holds for agents."""

    def test_an_agent_comes_back_as_stored(self, database: Database) -> None:
        fill(database, an_agent())
        with database.reading() as work:
            assert work.agents.get("agent-1") == an_agent()
            assert work.agents.get("unknown") is None

    def test_agents_are_found_by_id_category_and_title_in_any_case(
        self, database: Database
    ) -> None:
        fill(
            database,
            an_agent("a1", "Guide"),
            an_agent("a2", "GUIDE"),  # an update may have made it so
            an_agent("a3", "Flow", canvas_category="dataflow_canvas"),
            an_agent("a4", "Guide", tenant_id="tenant-2"),
        )
        with database.reading() as work:
            page = work.agents.page
            assert {agent.id for agent in page(TENANT, Paging())[0]} == {"a1", "a2", "a3"}
            assert page(TENANT, Paging(), "agent_canvas")[1] == 2
            assert page(TENANT, Paging(), title="guiDE")[1] == 2
            assert [each.id for each in page(TENANT, Paging(), None, "a2", "guide")[0]] == ["a2"]
            assert page(TENANT, Paging(), agent_id="a4") == ([], 0)

    def test_agents_are_paged_in_order(self, database: Database) -> None:
        fill(database, *(an_agent(f"a{n}", f"Title {n}", update_time=10 - n) for n in range(4)))
        with database.reading() as work:
            listed, total = work.agents.page(TENANT, Paging(1, 2, "update_time"))
            assert ([agent.id for agent in listed], total) == (["a1", "a2"], 4)
            with pytest.raises(InvalidInput):
                work.agents.page(TENANT, Paging(order_by="dsl"))

    def test_an_agent_changes_as_a_whole(self, database: Database) -> None:
        fill(database, an_agent())
        changed = replace(an_agent(), title="Other", dsl={}, description=None, update_time=9)
        with database.transaction() as work:
            work.agents.update(changed)
        with database.reading() as work:
            assert work.agents.get("agent-1") == changed
            assert work.agents.page(TENANT, Paging(), title="other")[1] == 1
        with pytest.raises(NotFound), database.transaction() as work:
            work.agents.update(an_agent("unknown"))

    def test_the_newest_versions_are_kept(self, database: Database) -> None:
        fill(database, an_agent(), an_agent("agent-2"))
        with database.transaction() as work:
            for number in (2, 1, 3):
                work.agents.add_version(a_version(f"v{number}", create_time=number))
            work.agents.add_version(a_version("other", "agent-2"))
            work.agents.prune_versions("agent-1", 2)
        with database.reading() as work:
            assert [version.id for version in work.agents.versions("agent-1")] == ["v3", "v2"]
            assert work.agents.version("v3") == a_version("v3", create_time=3)
            assert work.agents.version("v1") is None
            assert work.agents.version("other") is not None

    def test_with_an_agent_goes_all_that_belongs_to_it(self, database: Database) -> None:
        fill(database, an_agent(), an_agent("agent-2"))
        with database.transaction() as work:
            work.agents.add_version(a_version())
            work.agent_sessions.add(an_agent_session())
            work.agent_runs.add(a_run())
            work.agents.delete("agent-1")
            work.agents.delete("unknown")
        with database.reading() as work:
            assert [agent.id for agent in work.agents.page(TENANT, Paging())[0]] == ["agent-2"]
            assert work.agents.version("version-1") is None
            assert work.agent_sessions.get("session-1") is None
            assert work.agent_runs.get("run-1") is None

    def test_nothing_is_added_to_an_agent_that_is_gone(self, database: Database) -> None:
        with database.transaction() as work:
            with pytest.raises(NotFound):
                work.agents.add_version(a_version())
            with pytest.raises(NotFound):
                work.agent_sessions.add(an_agent_session())


class AgentSessionsContract:
    """State what holds for conversations with agents."""

    def test_a_conversation_with_an_agent_comes_back_as_stored(self, database: Database) -> None:
        fill(database, an_agent())
        stored = an_agent_session()
        with database.transaction() as work:
            work.agent_sessions.add(stored)
        changed = replace(stored, state={"path": ["begin"]}, tokens=7, errors="no")
        with database.transaction() as work:
            assert work.agent_sessions.get("session-1") == stored
            work.agent_sessions.update(replace(changed, dsl={"components": {}}))
        with database.reading() as work:  # but for its canvas, which never changes
            assert work.agent_sessions.get("session-1") == changed
        with pytest.raises(NotFound), database.transaction() as work:
            work.agent_sessions.update(an_agent_session("unknown"))

    def test_how_far_a_conversation_has_come_is_stored_by_itself(self, database: Database) -> None:
        fill(database, an_agent())
        with database.transaction() as work:
            work.agent_sessions.add(an_agent_session())
            work.agent_sessions.keep_state("session-1", {"path": ["begin"]}, 9)
        with database.reading() as work:
            assert work.agent_sessions.get("session-1") == replace(
                an_agent_session(), state={"path": ["begin"]}, update_time=9
            )
        with pytest.raises(NotFound), database.transaction() as work:
            work.agent_sessions.keep_state("unknown", {}, 9)

    def test_logs_grow_by_what_is_appended(self, database: Database) -> None:
        fill(database, an_agent())
        with database.transaction() as work:
            work.agent_sessions.add(an_agent_session())
            work.agent_sessions.add(an_agent_session("session-2"))
            work.agent_sessions.append(
                "session-1", [SessionEntry(MESSAGES, 0, {"a": 1}), SessionEntry(HISTORY, 0, 1)]
            )
        with database.transaction() as work:
            work.agent_sessions.append(
                "session-1", [SessionEntry(HISTORY, 1, 2), SessionEntry(HISTORY, 2, "3")]
            )
            work.agent_sessions.append("session-2", [SessionEntry(HISTORY, 0, 4)])
            work.agent_sessions.append("session-2", [])
        with database.reading() as work:
            assert work.agent_sessions.entries(["session-1", "unknown"], [HISTORY, MESSAGES]) == {
                "session-1": {HISTORY: [1, 2, "3"], MESSAGES: [{"a": 1}]},
                "unknown": {HISTORY: [], MESSAGES: []},
            }
            assert work.agent_sessions.entries(["session-2"], [HISTORY]) == {
                "session-2": {HISTORY: [4]}
            }
        with pytest.raises(NotFound), database.transaction() as work:
            work.agent_sessions.append("unknown", [SessionEntry(HISTORY, 0, 1)])

    def test_what_is_appended_once_more_is_there_once(self, database: Database) -> None:
        fill(database, an_agent())
        with database.transaction() as work:
            work.agent_sessions.add(an_agent_session())
        entries = [SessionEntry(HISTORY, ordinal, ["user", ordinal]) for ordinal in range(9)]

        def append(first: int) -> None:
            with database.transaction() as work:
                work.agent_sessions.append("session-1", entries[first : first + 5])

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(append, [0, 2, 4] * 6))
        append(0)
        with database.reading() as work:
            kept = work.agent_sessions.entries(["session-1"], [HISTORY])
            assert kept["session-1"][HISTORY] == [entry.value for entry in entries]
            assert work.agent_sessions.lengths("session-1") == {
                HISTORY: 9,
                MESSAGES: 0,
                SessionLog.REFERENCES: 0,
                SessionLog.RETRIEVAL: 0,
            }

    def test_the_end_of_a_log_is_read_by_itself(self, database: Database) -> None:
        fill(database, an_agent())
        with database.transaction() as work:
            work.agent_sessions.add(an_agent_session())
            turns = [SessionEntry(HISTORY, n, n) for n in range(12)]
            work.agent_sessions.append("session-1", [*turns, SessionEntry(MESSAGES, 0, "other")])
        with database.reading() as work:
            last = work.agent_sessions.last_entries
            assert last("session-1", HISTORY, 3) == [9, 10, 11]
            assert last("session-1", HISTORY, 10**30) == list(range(12))
            assert last("session-1", HISTORY, 0) == last("unknown", HISTORY, 3) == []

    def test_conversations_are_listed_where_they_are_held(self, database: Database) -> None:
        fill(database, an_agent(), an_agent("agent-2"))
        sessions = (
            an_agent_session("s1", create_time=1),
            an_agent_session("s2", create_time=2, user_id="bob"),
            an_agent_session("s3", create_time=3, origin=SessionOrigin.EMBED),
            an_agent_session("s4", "agent-2"),
        )
        with database.transaction() as work:
            for session in sessions:
                work.agent_sessions.add(session)
        with database.reading() as work:
            page = work.agent_sessions.page
            assert page("agent-1", Paging()) == ([sessions[1], sessions[0]], 2)
            assert page("agent-1", Paging(), "s1")[0] == [sessions[0]]
            assert page("agent-1", Paging(), user_id="bob")[0] == [sessions[1]]
            assert page("agent-1", Paging(), origin=SessionOrigin.EMBED)[0] == [sessions[2]]
            bare, _ = page("agent-1", Paging(), "s1", with_canvas=False)
            assert bare == [replace(sessions[0], dsl={}, state={})]
            assert work.agent_sessions.ids("agent-1") == ["s1", "s2"]

    def test_conversations_are_deleted_with_their_runs(self, database: Database) -> None:
        fill(database, an_agent())
        with database.transaction() as work:
            work.agent_sessions.add(an_agent_session())
            work.agent_sessions.add(an_agent_session("session-2"))
            work.agent_sessions.append("session-1", [SessionEntry(HISTORY, 0, 1)])
            work.agent_runs.add(a_run())
            work.agent_sessions.delete(["session-1", "unknown"])
        with database.reading() as work:
            assert work.agent_sessions.last_entries("session-1", HISTORY, 9) == []
            assert work.agent_sessions.ids("agent-1") == ["session-2"]
            assert work.agent_runs.get("run-1") is None
