"""Every enrichment of ours keeps to the contract."""

from __future__ import annotations

from dataclasses import replace

from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset
from ragflow.ingest.enrich.base import Configs
from ragflow.testing.database.samples import a_document
from ragflow.testing.enrichers import EnricherContract
from ragflow.testing.ingestion import TENANT, SmallProduct

TAG_SET = Dataset("s" * 32, TENANT, "user", "tags", "hashing", 1, 1)


class TestKeywords(EnricherContract):
    name = "keywords"

    def wanted(self) -> Configs:
        return Configs({"auto_keywords": 3}, {})

    def unusable(self) -> Configs:
        return Configs({"auto_keywords": "many"}, {})


class TestQuestions(EnricherContract):
    name = "questions"

    def wanted(self) -> Configs:
        return Configs({"auto_questions": 2}, {})

    def unusable(self) -> Configs:
        return Configs({"auto_questions": 11}, {})


class TestRaptor(EnricherContract):
    name = "raptor"

    def wanted(self) -> Configs:
        return Configs({"raptor": {"use_raptor": True, "max_token": 30}}, {})

    def unusable(self) -> Configs:
        return Configs({"raptor": {"use_raptor": True, "max_cluster": 0}}, {})


class TestGraph(EnricherContract):
    name = "graph"

    def wanted(self) -> Configs:
        return Configs({"graphrag": {"use_graphrag": True, "community": True}}, {})

    def unusable(self) -> Configs:
        return Configs({"graphrag": {"use_graphrag": True, "method": "by hand"}}, {})


class TestTags(EnricherContract):
    name = "tags"

    def wanted(self) -> Configs:
        return Configs({}, {"tag_kb_ids": [TAG_SET.id]})

    def unusable(self) -> Configs:
        return Configs({}, {"tag_kb_ids": [TAG_SET.id], "topn_tags": 0})

    @staticmethod
    def answer(text: str) -> str | None:
        return '{"insects": 3}'

    def prepared(self, product: SmallProduct) -> SmallProduct:
        document = a_document("f" * 32, TAG_SET.id)
        example = Chunk("0" * 16, document.id, TAG_SET.id, "Ants", 0, 1, 0.0, tags={"insects": 1})
        with product.parts.database.transaction() as unit:
            unit.datasets.add(TAG_SET)
            unit.documents.add(document)
            unit.chunks.replace_document(document.id, [example])
        return SmallProduct(replace(product.parts, readable=lambda _tenant, _ids: (TAG_SET,)))
