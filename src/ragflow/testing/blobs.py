"""The contract of `domain.ports.BlobStore`.

In: a fixture `store` that yields an empty store. Subclass `BlobStoreContract` in a test module and
define that fixture there.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from ragflow.domain.errors import InvalidInput, NotFound
from ragflow.domain.ports import BlobStore

_ODD_KEYS = ["a b/c", "ü/中文.txt", "a#1%20?&=+*~[x].txt", "…/.hidden", "x" * 240]
_BAD_KEYS = [
    "",
    "/absolute",
    "../outside",
    "a/../../outside",
    "a/./b",
    "..",
    "a//b",
    "a/",
    "a\x00b",
    "a\nb",
    "..\\outside",
    "x" * 256,
    "a/b#1",
    "/".join(["x" * 200] * 6),
]


class BlobStoreContract:
    """State what every blob store must do."""

    def test_a_blob_comes_back_as_stored(self, store: BlobStore) -> None:
        data = bytes(range(256)) * 3
        store.put("documents/d/1", data)
        assert store.get("documents/d/1") == data
        assert store.exists("documents/d/1")

    def test_an_empty_blob_is_a_blob(self, store: BlobStore) -> None:
        store.put("empty", b"")
        assert store.get("empty") == b""
        assert store.exists("empty")
        assert b"".join(store.stream("empty")) == b""
        assert store.get_range("empty", 0, 10) == b""

    def test_a_file_is_stored_from_where_it_stands(self, store: BlobStore) -> None:
        data = bytes(range(256)) * 50_000
        file = io.BytesIO(b"passed" + data)
        file.seek(len(b"passed"))
        store.put("large", file)
        assert store.get("large") == data

    def test_putting_again_replaces(self, store: BlobStore) -> None:
        store.put("a", b"long old value")
        store.put("a", b"new")
        assert store.get("a") == b"new"

    @pytest.mark.parametrize("key", _ODD_KEYS)
    def test_odd_but_harmless_keys_are_kept_apart(self, store: BlobStore, key: str) -> None:
        store.put(key, b"odd")
        assert store.get(key) == b"odd"
        assert list(store.keys("")) == [key]
        store.delete([key])
        assert not store.exists(key)

    @pytest.mark.parametrize("key", _BAD_KEYS)
    def test_keys_that_lead_elsewhere_are_refused(self, store: BlobStore, key: str) -> None:
        with pytest.raises(InvalidInput):
            store.put(key, b"x")
        with pytest.raises(InvalidInput):
            store.get(key)
        with pytest.raises(InvalidInput):
            store.delete([key])

    @pytest.mark.parametrize("prefix", ["", "/", "..", "a/../b", "a//"])
    def test_prefixes_that_are_too_wide_delete_nothing(self, store: BlobStore, prefix: str) -> None:
        store.put("a/1", b"x")
        with pytest.raises(InvalidInput):
            store.delete_prefix(prefix)
        assert store.exists("a/1")

    def test_what_is_not_there_is_not_found(self, store: BlobStore) -> None:
        store.put("folder/file", b"x")
        for key in ("missing", "folder", "folder/file2"):
            assert not store.exists(key)
            with pytest.raises(NotFound) as missing:
                store.get(key)
            assert missing.value.facts == {"noun": "blob", "id": key}
            with pytest.raises(NotFound):
                store.get_range(key, 0, 1)
            with pytest.raises(NotFound):
                next(iter(store.stream(key)))

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [(0, 3, b"012"), (3, 5, b"34"), (8, 99, b"89"), (4, 4, b""), (5, 2, b""), (10, 20, b"")],
    )
    def test_a_range_is_cut_at_the_end_of_the_blob(
        self, store: BlobStore, start: int, end: int, expected: bytes
    ) -> None:
        store.put("digits", b"0123456789")
        assert store.get_range("digits", start, end) == expected

    def test_a_large_blob_is_streamed_whole(self, store: BlobStore) -> None:
        data = bytes(range(256)) * 48_000  # 12 MB: over the size that is stored in parts
        store.put("large", data)
        assert b"".join(store.stream("large")) == data

    def test_a_prefix_is_a_folder_or_one_key_never_a_sibling(self, store: BlobStore) -> None:
        for key in ("a/1/x", "a/1/y/z", "a/10/x", "a/1.txt", "b/1"):
            store.put(key, b"x")
        assert sorted(store.keys("a/1")) == ["a/1/x", "a/1/y/z"]
        assert sorted(store.keys("a/1/")) == ["a/1/x", "a/1/y/z"]
        assert sorted(store.keys("b/1")) == ["b/1"]
        assert sorted(store.keys("b/1/")) == []
        assert sorted(store.keys("unknown")) == []
        assert len(list(store.keys(""))) == 5

    def test_deleting_a_prefix_leaves_its_siblings(self, store: BlobStore) -> None:
        for key in ("a/1/x", "a/1/y/z", "a/10/x", "a/1.txt", "b/1"):
            store.put(key, b"x")
        store.delete_prefix("a/1")
        store.delete_prefix("b/1")
        store.delete_prefix("unknown/")
        assert sorted(store.keys("")) == ["a/1.txt", "a/10/x"]

    def test_deleting_passes_over_what_is_not_there(self, store: BlobStore) -> None:
        for number in range(3):
            store.put(f"k/{number}", b"x")
        store.delete(["missing", "k/0", "k/missing", "k/2", "k/0"])
        store.delete([])
        assert list(store.keys("")) == ["k/1"]

    def test_many_writers_of_one_key_leave_one_whole_value(self, store: BlobStore) -> None:
        values = [bytes([number]) * 100_000 for number in range(8)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda value: store.put("contended", value), values))
        assert store.get("contended") in values
        assert list(store.keys("")) == ["contended"]
