from __future__ import annotations

from ragflow.services import parser_config


def test_objects_are_merged_and_lists_and_scalars_replaced() -> None:
    stored = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    changes = {"a": {"y": [3], "z": None}, "b": {"c": 2}}
    assert parser_config.merged(stored, changes) == {
        "a": {"x": 1, "y": [3], "z": None},
        "b": {"c": 2},
    }
    assert stored == {"a": {"x": 1, "y": [1, 2]}, "b": 1}


def test_defaults_can_be_changed_without_changing_the_next_ones() -> None:
    first = parser_config.default_for("naive")
    assert first is not None
    first["raptor"]["use_raptor"] = True
    assert parser_config.default_for("naive") != first


def test_the_delimiter_is_a_backslash_and_an_n() -> None:
    for method in ("naive", "knowledge_graph"):
        default = parser_config.default_for(method)
        assert default is not None
        assert default["delimiter"] == "\\" + "n"


def test_a_new_method_replaces_a_datasets_config_unless_one_is_sent() -> None:
    stored = {"chunk_token_num": 1}
    for given in (None, {}):
        kept = parser_config.for_changed_dataset(stored, given, "naive", method_changed=False)
        assert kept == stored
        replaced = parser_config.for_changed_dataset(stored, given, "table", method_changed=True)
        assert replaced is None
    sent = parser_config.for_changed_dataset(stored, {"a": 1}, "qa", method_changed=True)
    assert sent == {"chunk_token_num": 1, "a": 1}
