"""kill -9 of the worker while a document is enriched: the document ends as in an undisturbed run,
and the chat model is asked nothing again that it had answered."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_world import Outcome, World, assert_as_undisturbed, kill_at_each

from ragflow.domain.chunks import ChunkKind
from ragflow.ingest.enrich.writer import WriterLimits
from ragflow.testing.model_server import ModelServer, model_server

CONFIG = {
    "auto_keywords": 2,
    "auto_questions": 1,
    "raptor": {"use_raptor": True, "max_token": 40, "max_cluster": 8},
}
POINTS = [
    "keywords:estimate:end",
    "keywords:1:begin",
    "keywords:1:end",
    "questions:0:end",
    "raptor:1:clusters:end",
    "raptor:1:0:begin",
    "raptor:1:0:end",
    "raptor:store:end",
    "raptor:index:end",
    "finish:begin",
]
RANDOM_KILLS = 6
ANSWER_SECONDS = 0.02

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.slow_seconds = ANSWER_SECONDS
        yield running


@pytest.fixture(scope="module")
def undisturbed(server: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    world = enriched_world(tmp_path_factory.mktemp("world") / "undisturbed", server)
    world.finish()
    with world.database.reading() as unit:
        kinds = [chunk.kind for chunk in unit.chunks.of_document(f"{0:032x}")]
    assert ChunkKind.SUMMARY in kinds
    outcome = world.stored()
    world.database.close()
    return outcome


def enriched_world(folder: Path, server: ModelServer) -> World:
    return World(folder, 1, False, parser_config=CONFIG, chat_url=server.base_url)


def asked(server: ModelServer) -> list[str]:
    return [json.dumps(body["messages"]) for body in server.requests]


def test_what_was_answered_before_a_kill_is_not_asked_again(
    tmp_path: Path, server: ModelServer, undisturbed: Outcome
) -> None:
    server.requests.clear()
    world = enriched_world(tmp_path / "points", server)
    kill_at_each(world, POINTS)
    assert_as_undisturbed(world, undisturbed, documents=1)
    assert world.kills == len(POINTS)
    assert len(asked(server)) == len(set(asked(server))) > 100
    world.database.close()


def test_a_kill_at_any_time_repeats_no_more_than_was_in_flight(
    tmp_path: Path, server: ModelServer, undisturbed: Outcome
) -> None:
    server.requests.clear()
    chance = random.Random(20)
    world = enriched_world(tmp_path / "random", server)
    for _ in range(RANDOM_KILLS):
        world.kill_after(chance.uniform(0.2, 1.5))
    world.finish()
    assert_as_undisturbed(world, undisturbed, documents=1)
    repeated = len(asked(server)) - len(set(asked(server)))
    assert repeated <= RANDOM_KILLS * WriterLimits().enrich_calls
    world.database.close()
