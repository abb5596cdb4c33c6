from __future__ import annotations

from typing import Any

import pytest

from ragflow.services import attempts as module
from ragflow.services.attempts import Attempts
from ragflow.services.errors import TooManyAttempts


def test_a_try_counts_until_it_succeeded(clock: Any) -> None:
    attempts = Attempts(clock, minutes=5)
    for _ in range(5):
        attempts.begin({"ann": 2, "here": 2})
        attempts.succeeded("ann", "here")
    attempts.begin({"ann": 2})
    attempts.begin({"ann": 2})
    with pytest.raises(TooManyAttempts):
        attempts.begin({"ann": 2})


def test_failures_are_forgotten_after_their_time(clock: Any) -> None:
    attempts = Attempts(clock, minutes=5)
    attempts.begin({"ann": 2})
    clock.now += 60
    attempts.begin({"ann": 2})
    with pytest.raises(TooManyAttempts) as refused:
        attempts.begin({"ann": 2})
    assert refused.value.minutes == 4
    clock.now += 240
    attempts.begin({"ann": 2})
    with pytest.raises(TooManyAttempts):
        attempts.begin({"ann": 2})


def test_a_refused_try_counts_under_no_name(clock: Any) -> None:
    attempts = Attempts(clock, minutes=5)
    attempts.begin({"ann": 1})
    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            attempts.begin({"ann": 1, "here": 1})
    attempts.begin({"bob": 1, "here": 1})


def test_success_takes_back_one_try_of_a_place_that_others_share(clock: Any) -> None:
    attempts = Attempts(clock, minutes=5)
    attempts.begin({"ann": 9, "here": 2})
    attempts.begin({"bob": 9, "here": 2})
    attempts.succeeded("bob", "here")
    attempts.begin({"bob": 9, "here": 2})
    with pytest.raises(TooManyAttempts):
        attempts.begin({"bob": 9, "here": 2})


def test_the_names_that_are_kept_are_bounded(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_NAMES", 3)
    attempts = Attempts(clock, minutes=5)
    for number in range(50):
        attempts.begin({f"name {number}": 1})
    assert len(attempts._failures) == 3
