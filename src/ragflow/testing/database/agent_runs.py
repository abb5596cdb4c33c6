"""What a database must do with runs of agents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.agents import Claim, NodeTrace, RunState
from ragflow.domain.errors import NotFound
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import a_run, an_agent, an_agent_session, fill


class AgentRunsContract:
    """State what holds for runs and traces."""

    @pytest.fixture
    def held(self, database: Database) -> Database:
        """Give two conversations with an agent."""
        fill(database, an_agent())
        with database.transaction() as work:
            work.agent_sessions.add(an_agent_session())
            work.agent_sessions.add(an_agent_session("session-2"))
        return database

    def test_a_run_comes_back_as_stored(self, held: Database) -> None:
        ended = replace(a_run(), state=RunState.FAILED, error="no model", steps=3, tokens=90)
        with held.transaction() as work:
            work.agent_runs.add(a_run())
            assert work.agent_runs.get("run-1") == a_run()
            work.agent_runs.update(ended)
        with held.reading() as work:
            assert work.agent_runs.get("run-1") == ended
            assert work.agent_runs.get("unknown") is None
        with held.transaction() as work:
            with pytest.raises(NotFound):
                work.agent_runs.update(a_run("unknown"))
            with pytest.raises(NotFound):
                work.agent_runs.add(a_run("run-2", session_id="unknown"))

    def test_runs_are_listed_by_agent_and_by_conversation(self, held: Database) -> None:
        with held.transaction() as work:
            for number, session in enumerate(("session-1", "session-2", "session-1")):
                run = a_run(f"r{number}", session_id=session, create_time=number)
                work.agent_runs.add(run)
        with held.reading() as work:
            runs, total = work.agent_runs.page("agent-1", Paging(limit=2))
            assert ([run.id for run in runs], total) == (["r2", "r1"], 3)
            runs, total = work.agent_runs.page("agent-1", Paging(), "session-2")
            assert ([run.id for run in runs], total) == (["r1"], 1)
            last = work.agent_runs.last_of("session-1")
            assert last is not None
            assert last.id == "r2"
            assert work.agent_runs.last_of("unknown") is None

    def test_a_wish_to_cancel_outlives_what_the_run_stores(self, held: Database) -> None:
        with held.transaction() as work:
            work.agent_runs.add(a_run())
            work.agent_runs.add(a_run("waits", state=RunState.WAITING))
            work.agent_runs.add(a_run("ended", state=RunState.DONE))
            wished = [
                work.agent_runs.request_cancel(each)
                for each in ("run-1", "waits", "ended", "unknown")
            ]
        assert wished == [True, True, False, False]
        with held.transaction() as work:
            work.agent_runs.update(replace(a_run(), steps=1))
            claims = [Claim("run-1"), Claim("ended"), Claim("waits", 1), Claim("unknown")]
            wishes = work.agent_runs.wishes(claims)
            assert wishes == {Claim("run-1"): True, Claim("ended"): False}
            assert work.agent_runs.wishes([]) == {}

    def test_the_open_runs_of_an_agent_are_found(self, held: Database) -> None:
        with held.transaction() as work:
            for number, state in enumerate(RunState):
                run = a_run(state.value, state=state, create_time=number)
                work.agent_runs.add(run)
        with held.reading() as work:
            opened = [run.id for run in work.agent_runs.open_of("agent-1")]
            assert opened == ["running", "waiting"]
            assert work.agent_runs.open_of("agent-2") == []

    def test_a_silent_run_is_told_from_a_living_one(self, held: Database) -> None:
        with held.transaction() as work:
            for run_id in ("lives", "silent"):
                work.agent_runs.add(a_run(run_id, heartbeat=10))
            work.agent_runs.add(a_run("taken", heartbeat=10, claim=2))
            work.agent_runs.add(a_run("ended", state=RunState.DONE, heartbeat=10))
            claims = [Claim("lives"), Claim("taken", 1), Claim("ended"), Claim("unknown")]
            work.agent_runs.beat(claims, 20)
            work.agent_runs.beat([], 30)
        with held.reading() as work:
            ids = ("lives", "silent", "taken", "ended")
            runs = [work.agent_runs.get(run_id) for run_id in ids]
            assert [run and run.heartbeat for run in runs] == [20, 10, 10, 10]

    def test_old_runs_go_with_their_traces_but_running_ones_stay(self, held: Database) -> None:
        with held.transaction() as work:
            work.agent_runs.add(a_run("running", create_time=0))
            for number in range(1, 5):
                work.agent_runs.add(a_run(f"r{number}", state=RunState.DONE, create_time=number))
            work.agent_runs.add_traces([_trace("r1", 0)])
            work.agent_runs.prune("agent-1", 2)
            work.agent_runs.prune("agent-2", 0)
        with held.reading() as work:
            runs, _ = work.agent_runs.page("agent-1", Paging())
            assert [run.id for run in runs] == ["r4", "r3", "running"]
            assert work.agent_runs.traces("r1") == []

    def test_traces_come_back_in_order(self, held: Database) -> None:
        traces = [_trace("run-1", ordinal) for ordinal in range(3)]
        with held.transaction() as work:
            work.agent_runs.add(a_run())
            work.agent_runs.add_traces(traces[2:])
            work.agent_runs.add_traces([traces[0], replace(traces[1], tokens=6)])
            work.agent_runs.add_traces(traces)  # once more: what is stored stays
            work.agent_runs.add_traces([])
        with held.reading() as work:
            assert work.agent_runs.traces("run-1") == [
                traces[0],
                replace(traces[1], tokens=6),
                traces[2],
            ]
        with pytest.raises(NotFound), held.transaction() as work:
            work.agent_runs.add_traces([_trace("unknown", 0)])


def _trace(run_id: str, ordinal: int) -> NodeTrace:
    return NodeTrace(
        run_id=run_id,
        ordinal=ordinal,
        component_id="Agent:One",
        component_type="Agent",
        component_name="Writer",
        started_at=1.5,
        elapsed_seconds=0.25,
        inputs={"user_prompt": "naïve"},
        outputs={"content": "x"},
        error="slow" if ordinal else None,
        tokens=5,
    )
