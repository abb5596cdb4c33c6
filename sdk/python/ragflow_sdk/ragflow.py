"""The way in: a server and an API key."""

from __future__ import annotations

from typing import Any

from ragflow_sdk.agent import Agent
from ragflow_sdk.base import Base, checked, other_order
from ragflow_sdk.chat import Chat
from ragflow_sdk.chunk import Chunk
from ragflow_sdk.dataset import DataSet
from ragflow_sdk.transport import RAGFlowError, Transport, envelope_data

DOCUMENTED_ORDER = (
    "question",
    "dataset_ids",
    "document_ids",
    "page",
    "page_size",
    "similarity_threshold",
    "vector_similarity_weight",
    "top_k",
    "rerank_id",
    "keyword",
    "highlight",
)
"""The arguments of `retrieve` as the reference document lists them."""


class RAGFlow:
    """Work with the datasets, assistants and agents of one API key.

    `base_url` is the server's address, e.g. `http://127.0.0.1:9380`; `timeout` is the longest wait
    for a reply in seconds.
    """

    @checked
    def __init__(
        self, api_key: str, base_url: str, version: str = "v1", timeout: float = 600.0
    ) -> None:
        self.user_key = api_key
        self.transport = Transport(api_key, base_url, version, timeout)
        self.api_url = self.transport.api_url

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def __enter__(self) -> RAGFlow:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @checked
    def create_dataset(
        self,
        name: str,
        avatar: str | None = None,
        description: str | None = None,
        embedding_model: str | None = None,
        permission: str = "me",
        chunk_method: str = "naive",
        parser_config: DataSet.ParserConfig | None = None,
    ) -> DataSet:
        """Create a dataset."""
        body: dict[str, Any] = {
            "name": name,
            "avatar": avatar,
            "description": description,
            "embedding_model": embedding_model,
            "permission": permission,
            "chunk_method": chunk_method,
        }
        if parser_config is not None:
            body["parser_config"] = parser_config.to_json()
        return DataSet(self, envelope_data(self.transport.post("/datasets", body)))

    @checked
    def delete_datasets(self, ids: list[str] | None = None) -> None:
        """Delete datasets by id, all of yours when `ids` is None."""
        envelope_data(self.transport.delete("/datasets", {"ids": ids}))

    @checked
    def get_dataset(self, name: str) -> DataSet:
        """Return the dataset of that name."""
        found = self.list_datasets(name=name)
        if not found:
            raise RAGFlowError(f"Dataset {name} not found", 102)
        return found[0]

    @checked
    def list_datasets(
        self,
        page: int = 1,
        page_size: int = 30,
        orderby: str = "create_time",
        desc: bool = True,
        id: str | None = None,
        name: str | None = None,
    ) -> list[DataSet]:
        """List the datasets that the key may see."""
        params = {
            "page": page,
            "page_size": page_size,
            "orderby": orderby,
            "desc": desc,
            "id": id,
            "name": name,
        }
        data = envelope_data(self.transport.get("/datasets", params))
        return [DataSet(self, fields) for fields in data]

    @checked
    def create_chat(
        self,
        name: str,
        avatar: str = "",
        dataset_ids: list[str] | None = None,
        llm: Chat.LLM | None = None,
        prompt: Chat.Prompt | None = None,
    ) -> Chat:
        """Create a chat assistant that answers from the datasets."""
        body = {
            "name": name,
            "avatar": avatar,
            "dataset_ids": dataset_ids or [],
            "llm": (llm or Chat.LLM(self, {})).to_json(),
            "prompt": (prompt or Chat.Prompt(self, {})).to_json(),
        }
        return Chat(self, envelope_data(self.transport.post("/chats", body)))

    @checked
    def delete_chats(self, ids: list[str] | None = None) -> None:
        """Delete chat assistants by id, all when no ids are given."""
        envelope_data(self.transport.delete("/chats", {"ids": ids}))

    @checked
    def list_chats(
        self,
        page: int = 1,
        page_size: int = 30,
        orderby: str = "create_time",
        desc: bool = True,
        id: str | None = None,
        name: str | None = None,
    ) -> list[Chat]:
        """List the chat assistants."""
        params = {
            "page": page,
            "page_size": page_size,
            "orderby": orderby,
            "desc": desc,
            "id": id,
            "name": name,
        }
        return [
            Chat(self, fields) for fields in envelope_data(self.transport.get("/chats", params))
        ]

    @other_order(str, *DOCUMENTED_ORDER)
    @checked
    def retrieve(
        self,
        dataset_ids: list[str] | None = None,
        document_ids: list[str] | None = None,
        question: str = "",
        page: int = 1,
        page_size: int = 30,
        similarity_threshold: float = 0.2,
        vector_similarity_weight: float = 0.3,
        top_k: int = 1024,
        rerank_id: str | None = None,
        keyword: bool = False,
        cross_languages: list[str] | None = None,
        metadata_condition: dict[str, Any] | None = None,
        *,
        highlight: bool | None = None,
        use_kg: bool | None = None,
    ) -> list[Chunk]:
        """Find the chunks that answer a question, best first.

        Positional arguments may also come in the documented order, with the question first.
        """
        body = {
            "dataset_ids": dataset_ids,
            "document_ids": document_ids or [],
            "question": question,
            "page": page,
            "page_size": page_size,
            "similarity_threshold": similarity_threshold,
            "vector_similarity_weight": vector_similarity_weight,
            "top_k": top_k,
            "rerank_id": rerank_id,
            "keyword": keyword,
            "cross_languages": cross_languages,
            "metadata_condition": metadata_condition,
        }
        optional = {"highlight": highlight, "use_kg": use_kg}
        body.update({key: value for key, value in optional.items() if value is not None})
        data = envelope_data(self.transport.post("/retrieval", body))
        return [Chunk(self, fields) for fields in data["chunks"]]

    @checked
    def list_agents(
        self,
        page: int = 1,
        page_size: int = 30,
        orderby: str = "update_time",
        desc: bool = True,
        id: str | None = None,
        title: str | None = None,
    ) -> list[Agent]:
        """List the agents."""
        params = {
            "page": page,
            "page_size": page_size,
            "orderby": orderby,
            "desc": desc,
            "id": id,
            "title": title,
        }
        data = envelope_data(self.transport.get("/agents", params))
        listed = data["canvas"] if isinstance(data, dict) else data  # so since 0.25
        return [Agent(self, fields) for fields in listed]

    @checked
    def get_agent(self, agent_id: str) -> Agent:
        """Return one agent."""
        return Agent(self, envelope_data(self.transport.get(f"/agents/{agent_id}", {})))

    @checked
    def create_agent(
        self,
        title: str,
        dsl: dict[str, Any] | str,
        description: str | None = None,
        canvas_type: str | None = None,
    ) -> None:
        """Create an agent from a canvas, an object or JSON text."""
        optional = {"description": description, "canvas_type": canvas_type}
        body: dict[str, Any] = {"title": title.strip(), "dsl": dsl}
        body |= {name: value for name, value in optional.items() if value is not None}
        envelope_data(self.transport.post("/agents", body))

    @checked
    def update_agent(
        self,
        agent_id: str,
        title: str | None = None,
        description: str | None = None,
        dsl: dict[str, Any] | str | None = None,
        canvas_type: str | None = None,
    ) -> None:
        """Change an agent; a new canvas becomes a version."""
        fields = {
            "title": title,
            "description": description,
            "dsl": dsl,
            "canvas_type": canvas_type,
        }
        body = {name: value for name, value in fields.items() if value is not None}
        envelope_data(self.transport.put(f"/agents/{agent_id}", body))

    @checked
    def delete_agent(self, agent_id: str) -> None:
        """Delete an agent."""
        envelope_data(self.transport.delete(f"/agents/{agent_id}", {}))

    def list_agent_templates(self) -> list[Base]:
        """List agents to begin with; `needs` says what has to be set in each."""
        data = envelope_data(self.transport.get("/agent_templates", {}))
        return [Base(self, fields) for fields in data]

    @checked
    def get_agent_template(self, name: str) -> dict[str, Any]:
        """Return a template with its canvas, `dsl`."""
        return dict(envelope_data(self.transport.get(f"/agent_templates/{name}", {})))
