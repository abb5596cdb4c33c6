"""Workers give way to the API, so that questions are answered while documents are parsed."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from ragflow.settings import environment
from ragflow.supervisor import own_command


def priorities(process_id: int) -> Counter[int]:
    """Count the priorities of a process's threads; on Linux each has its own."""
    threads = [int(path.name) for path in Path(f"/proc/{process_id}/task").iterdir()]
    return Counter(os.getpriority(os.PRIO_PROCESS, thread) for thread in threads)


@pytest.mark.parametrize(("chosen", "lowered"), [({}, 10), ({"RAGFLOW_WORKER__NICE": "3"}, 3)])
def test_threads_of_a_worker_have_a_lower_priority(
    tmp_path: Path, chosen: dict[str, str], lowered: int
) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with subprocess.Popen(
        own_command("worker", "--data-dir", str(tmp_path)),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(chosen),
        text=True,
    ) as worker:
        assert worker.stdin is not None
        assert worker.stderr is not None
        started = any("worker started" in line for line in worker.stderr)
        found = priorities(worker.pid)
        worker.stdin.close()  # which tells it that its supervisor is gone
        worker.stderr.read()
    assert started
    assert found.pop(own) == 1  # the one that waits for the end of the supervisor
    assert set(found) == {min(own + lowered, 19)}
