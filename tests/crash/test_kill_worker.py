"""kill -9 of the worker at any point, then a restart: every document ends DONE with exactly the
chunks of an undisturbed run, in the database and in the search index."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from crash_world import Outcome, World, assert_as_undisturbed, kill_at_each

from ragflow.testing.postgres import new_database, postgres_server

STAGES = ("plan", "extract", "embed:0", "embed:1", "store", "index", "finish")
POINTS = [f"{stage}:{edge}" for stage in STAGES for edge in ("begin", "end")]
RANDOM_KILLS = 18
DOCUMENTS = 16
SEED = 20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # for busy machines; else a minute


def kill_at_random(world: World, kills: int) -> World:
    chance = random.Random(SEED)
    for number in range(kills):
        world.kill_after(chance.uniform(0.0, 0.3 + 0.3 * (number % 6)))
    world.finish()
    return world


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    world = World(tmp_path_factory.mktemp("world") / "undisturbed", DOCUMENTS, isolated=False)
    world.finish()
    outcome = world.stored()
    assert all(len(chunks) > 64 for chunks in outcome.values())
    world.database.close()
    return outcome


def test_no_kill_loses_or_doubles_anything(tmp_path: Path, undisturbed: Outcome) -> None:
    at_points = World(tmp_path / "points", documents=2)
    at_random = World(tmp_path / "random", DOCUMENTS, isolated=False)
    with ThreadPoolExecutor() as both:  # each waits for processes most of the time
        first = both.submit(kill_at_each, at_points, POINTS)
        second = both.submit(kill_at_random, at_random, RANDOM_KILLS)
        assert_as_undisturbed(first.result(), undisturbed, documents=2)
        assert_as_undisturbed(second.result(), undisturbed, DOCUMENTS)
    assert at_points.kills + at_random.kills >= 30
    at_points.database.close()
    at_random.database.close()


def test_no_kill_loses_or_doubles_anything_on_postgresql(
    tmp_path: Path, undisturbed: Outcome
) -> None:
    with (
        postgres_server() as server,
        new_database(server) as database_url,
        new_database(server) as jobs_url,
    ):
        world = World(tmp_path / "world", 2, True, database_url, jobs_url)
        kill_at_each(world, ["plan:end", "extract:end", "embed:1:begin", "store:end", "index:end"])
        assert_as_undisturbed(world, undisturbed, documents=2)
        world.database.close()
