from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ragflow.domain.errors import Cancelled, CorruptFile, EncryptedFile, LimitExceeded
from ragflow.ingest.isolate import Answer, Interrupted, Isolation, IsolationLimits

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def isolation() -> Iterator[Isolation]:
    isolation = Isolation(IsolationLimits(parse_seconds=20, parse_memory_mib=512))
    yield isolation
    isolation.close()


@pytest.fixture
def run(isolation: Isolation, bad_parsers: str, tmp_path: Path) -> Run:
    def call(
        function: str,
        check: Callable[[], None] = lambda: None,
        answer: Answer = dict,
        **request: Any,
    ) -> Any:
        seen: list[tuple[float, str]] = []
        result = isolation.run(
            "a.pdf",
            f"{bad_parsers}:{function}",
            request,
            tmp_path,
            lambda share, message: seen.append((share, message)),
            check,
            answer,
        )
        return result | {"progress": seen}

    return call


def test_a_result_comes_back(run: Run) -> None:
    assert run("echo", word="naïve 文")["echo"] == {"word": "naïve 文"}


def test_progress_comes_back(run: Run) -> None:
    assert run("report")["progress"] == [(0.5, "half")]


def test_questions_are_answered_in_time_that_does_not_count(
    bad_parsers: str, tmp_path: Path
) -> None:
    isolation = Isolation(IsolationLimits(parse_seconds=1))

    def slowly(question: Mapping[str, Any]) -> dict[str, Any]:
        time.sleep(0.7)
        return {"heard": question["word"]}

    nobody = lambda *_: None  # noqa: E731
    target = f"{bad_parsers}:ask_twice"
    found = isolation.run("a.pdf", target, {}, tmp_path, nobody, nobody, slowly)
    isolation.close()
    assert found == {"replies": [{"heard": "one"}, {"heard": "two"}]}


def test_what_a_parser_prints_is_not_taken_for_a_reply(run: Run) -> None:
    assert run("print_noise")["fine"]


def test_a_process_serves_several_calls(run: Run, isolation: Isolation) -> None:
    assert run("echo")["pid"] == run("echo")["pid"]
    assert isolation.process_count() == 1


def test_a_process_is_replaced_after_its_calls(bad_parsers: str, tmp_path: Path) -> None:
    isolation = Isolation(IsolationLimits(), max_calls=1)
    target = f"{bad_parsers}:echo"
    pids = {
        isolation.run("a", target, {}, tmp_path, lambda *_: None, lambda: None, dict)["pid"]
        for _ in range(2)
    }
    assert len(pids) == 2
    assert isolation.process_count() == 0


def test_an_idle_product_holds_no_process(bad_parsers: str, tmp_path: Path) -> None:
    isolation = Isolation(IsolationLimits(), idle_seconds=0)
    isolation.run("a", f"{bad_parsers}:echo", {}, tmp_path, lambda *_: None, lambda: None, dict)
    isolation.close_idle()
    assert isolation.process_count() == 0


def test_a_parser_sees_no_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGFLOW_MODELS__API_KEY", "secret")
    assert "RAGFLOW_MODELS__API_KEY" not in run("see_secrets")["names"]


def test_a_domain_error_arrives_as_itself(run: Run) -> None:
    with pytest.raises(EncryptedFile) as caught:
        run("refuse")
    assert caught.value.name == "a.pdf"


def test_a_bug_in_a_parser_names_the_file_and_the_cause(run: Run) -> None:
    with pytest.raises(CorruptFile, match=r"a\.pdf.*KeyError.*xref"):
        run("fail")


def test_a_panic_of_a_library_names_the_file_and_the_cause(run: Run) -> None:
    with pytest.raises(CorruptFile, match=r"a\.pdf.*PanicException.*out of range"):
        run("panic")


@pytest.mark.parametrize(
    ("function", "how"), [("segfault", "SIGSEGV"), ("exit_at_once", "exit code 3")]
)
def test_a_crash_fails_its_own_document_only(run: Run, function: str, how: str) -> None:
    innocent: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: innocent.extend([run("echo"), run("echo")]))
    thread.start()
    with pytest.raises(CorruptFile, match=how):
        run(function)
    thread.join()
    assert len(innocent) == 2
    assert run("echo")["pid"]


def test_the_memory_of_the_caller_is_not_the_childs(run: Run) -> None:
    """A crash in a child of a process that once held much is still told as a crash."""
    assert len(bytearray(400 << 20))
    with pytest.raises(CorruptFile, match="exit code 3"):
        run("exit_at_once")


def test_a_memory_bomb_names_the_setting(run: Run) -> None:
    with pytest.raises(LimitExceeded, match=r"512 MiB.*limits\.parse_memory_mib"):
        run("eat_memory")


def test_a_library_that_aborts_for_want_of_memory_names_the_setting(
    bad_parsers: str, tmp_path: Path
) -> None:
    """It asked for twice of what it had, to grow into."""
    isolation = Isolation(IsolationLimits(parse_memory_mib=2048))
    # The system counts this process's own peak as its child's: the child must have more.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    target = f"{bad_parsers}:grow_and_abort"
    with pytest.raises(LimitExceeded, match=r"2048 MiB.*limits\.parse_memory_mib"):
        isolation.run(
            "a.pdf",
            target,
            {"mib": max(800, own + 100)},
            tmp_path,
            lambda *_: None,
            lambda: None,
            dict,
        )


@pytest.mark.parametrize("function", ["hang", "spin"])
def test_a_parser_that_never_ends_names_the_setting(
    bad_parsers: str, tmp_path: Path, function: str
) -> None:
    isolation = Isolation(IsolationLimits(parse_seconds=0.8))
    with pytest.raises(LimitExceeded, match=r"0\.8 seconds.*limits\.parse_seconds"):
        isolation.run(
            "a.pdf", f"{bad_parsers}:{function}", {}, tmp_path, lambda *_: None, lambda: None, dict
        )
    assert isolation.process_count() == 0


def test_each_page_that_is_recognised_adds_its_time(bad_parsers: str, tmp_path: Path) -> None:
    isolation = Isolation(IsolationLimits(parse_seconds=0.7, ocr_pages=3, ocr_page_seconds=0.5))

    def work(pages: int) -> Any:
        target, nobody = f"{bad_parsers}:work_by_pages", lambda *_: None
        request = {"pages": pages}
        return isolation.run("a.pdf", target, request, tmp_path, nobody, nobody, dict)

    assert work(4) == {"granted": [0.5, 0.5, 0.5, 0.0]}  # 1.6 seconds of work, of 2.2
    with pytest.raises(LimitExceeded, match=r"limits\.parse_seconds"):
        work(9)


def test_a_cancelled_parser_is_killed(run: Run, isolation: Isolation) -> None:
    started = time.monotonic()

    def check() -> None:
        if time.monotonic() - started > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run("hang", check)
    assert isolation.process_count() == 0


def test_closing_unwinds_what_is_under_way(run: Run, isolation: Isolation) -> None:
    threading.Timer(0.5, isolation.close).start()
    with pytest.raises(Interrupted):
        run("hang")


def test_a_child_ends_when_its_parent_is_killed(bad_parsers: str, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from ragflow.ingest.isolate import Isolation, IsolationLimits\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "isolation = Isolation(IsolationLimits())\n"
        f"say = lambda: print(isolation._busy[0].process.pid, flush=True)\n"
        f"isolation.run('a', '{bad_parsers}:spin', {{}}, Path('.'), print, say, dict)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
