"""A dataset: documents that are searched together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ragflow_sdk.base import Base, checked, merged, plain
from ragflow_sdk.document import Document
from ragflow_sdk.transport import envelope_data

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow


class DataSet(Base):
    """Describe a dataset; its methods work on the documents in it."""

    class ParserConfig(Base):
        """Hold the options of a chunk method."""

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id = ""
        self.name = ""
        self.avatar: str | None = ""
        self.tenant_id: str | None = None
        self.description: str | None = ""
        self.embedding_model = ""
        self.permission = "me"
        self.document_count = 0
        self.chunk_count = 0
        self.chunk_method = "naive"
        self.parser_config: Any = None
        self.pagerank = 0
        super().__init__(rag, fields)

    def _update_from(self, fields: Mapping[str, Any]) -> None:
        super()._update_from(fields)
        config = fields.get("parser_config")
        if isinstance(config, dict):
            self.parser_config = DataSet.ParserConfig(self.rag, config)

    @checked
    def update(self, update_message: dict[str, Any] | list[dict[str, Any]]) -> DataSet:
        """Change settings of the dataset; return the dataset itself."""
        fields = {name: plain(value) for name, value in merged(update_message).items()}
        data = envelope_data(self.rag.transport.put(f"/datasets/{self.id}", fields))
        if isinstance(data, dict):
            self._update_from(data)
        return self

    @checked
    def upload_documents(self, document_list: list[dict[str, Any]]) -> list[Document]:
        """Upload files, each `{"display_name": name, "blob": bytes}`."""
        files = [
            (document["display_name"] if "display_name" in document else document["name"],
             document["blob"])
            for document in document_list
        ]  # fmt: skip
        data = envelope_data(self.rag.transport.upload(f"/datasets/{self.id}/documents", files))
        return [Document(self.rag, fields) for fields in data]

    @checked
    def list_documents(
        self,
        id: str | None = None,
        name: str | None = None,
        keywords: str | None = None,
        page: int = 1,
        page_size: int = 30,
        orderby: str = "create_time",
        desc: bool = True,
        create_time_from: int = 0,
        create_time_to: int = 0,
        *,
        order_by: str | None = None,
    ) -> list[Document]:
        """List the documents that pass the filters."""
        params = {
            "id": id,
            "name": name,
            "keywords": keywords,
            "page": page,
            "page_size": page_size,
            "orderby": order_by or orderby,
            "desc": desc,
            "create_time_from": create_time_from,
            "create_time_to": create_time_to,
        }
        data = envelope_data(self.rag.transport.get(f"/datasets/{self.id}/documents", params))
        return [Document(self.rag, fields) for fields in data["docs"]]

    @checked
    def delete_documents(self, ids: list[str] | None = None) -> None:
        """Delete documents by id, all when no ids are given."""
        path = f"/datasets/{self.id}/documents"
        envelope_data(self.rag.transport.delete(path, {"ids": ids}))

    @checked
    def async_parse_documents(self, document_ids: list[str]) -> None:
        """Queue documents for parsing."""
        path = f"/datasets/{self.id}/chunks"
        envelope_data(self.rag.transport.post(path, {"document_ids": document_ids}))

    @checked
    def async_cancel_parse_documents(self, document_ids: list[str]) -> None:
        """Stop the parsing of documents."""
        path = f"/datasets/{self.id}/chunks"
        envelope_data(self.rag.transport.delete(path, {"document_ids": document_ids}))
