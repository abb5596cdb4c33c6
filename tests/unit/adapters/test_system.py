"""The machine's clock and ids."""

import uuid

from ragflow.adapters.system import RandomIds, SystemClock


def test_object_ids_are_uuids_of_version_1_without_a_hardware_address() -> None:
    made = uuid.UUID(RandomIds().object_id())
    assert made.version == 1
    assert made.node >> 40 & 1 == 1


def test_ids_do_not_repeat() -> None:
    ids = RandomIds()
    assert len({ids.object_id() for _ in range(20_000)}) == 20_000


def test_secrets_are_32_url_safe_characters() -> None:
    secret = RandomIds().secret()
    assert len(secret) == 32
    assert secret.replace("-", "").replace("_", "").isalnum()


def test_the_clock_tells_the_same_time_in_both_units() -> None:
    clock = SystemClock()
    assert abs(clock.seconds() * 1000 - clock.milliseconds()) < 5000
