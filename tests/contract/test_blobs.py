"""Local folders, memory and S3 keep the contract of `BlobStore`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.domain.errors import InvalidInput
from ragflow.testing.blobs import BlobStoreContract

KEYS = {"region": "us-east-1", "access_key_id": "test", "secret_access_key": "test"}


class TestLocalFolder(BlobStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ObstoreBlobStore:
        return ObstoreBlobStore(f"file://{tmp_path}/new%20folder/blobs")

    def test_another_process_finds_the_files(self, store: ObstoreBlobStore, tmp_path: Path) -> None:
        store.put("documents/1", b"x")
        assert (tmp_path / "new folder" / "blobs" / "documents" / "1").read_bytes() == b"x"

    def test_no_empty_folders_stay_behind(self, store: ObstoreBlobStore, tmp_path: Path) -> None:
        store.put("a/b/c", b"x")
        store.delete_prefix("a")
        assert list((tmp_path / "new folder" / "blobs").iterdir()) == []

    def test_what_killed_writers_left_goes_with_its_folder(
        self, store: ObstoreBlobStore, tmp_path: Path
    ) -> None:
        root = tmp_path / "new folder" / "blobs"
        store.put("work/1/a", b"x")
        store.put("work/10", b"x")
        for left in ("work/1/a#1", "work/1/deep/b#2", "work/1#3", "work/10#1"):
            (root / left).parent.mkdir(exist_ok=True)
            (root / left).write_bytes(b"hal")
        store.delete_prefix("work/1/")
        assert sorted(str(path.relative_to(root)) for path in root.rglob("*")) == [
            "work",
            "work/10",
            "work/10#1",
        ]


class TestMemory(BlobStoreContract):
    @pytest.fixture
    def store(self) -> ObstoreBlobStore:
        return ObstoreBlobStore("memory://")


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class TestS3(BlobStoreContract):
    @pytest.fixture
    def store(self, s3_endpoint: str) -> ObstoreBlobStore:
        import boto3

        bucket = f"bucket-{uuid4().hex}"
        client = boto3.client(
            "s3",
            endpoint_url=s3_endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        client.create_bucket(Bucket=bucket)
        client.close()
        return ObstoreBlobStore(
            f"s3://{bucket}/some/folder", endpoint=s3_endpoint, allow_http=True, **KEYS
        )


@pytest.mark.parametrize("url", ["", "/plain/path", "http://example.org/x", "ftp://x/y"])
def test_unknown_places_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        ObstoreBlobStore(url)
