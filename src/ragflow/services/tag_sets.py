"""Tag sets: the datasets that tag chunks and questions, as far as their user may use them.

In: the tenant of a dataset and the tag sets that its configuration names, or a question. Out: those
of the tag sets that the tenant may use now, and the tags of the question by dataset. Whoever named
a tag set was checked then; what is not shared any more is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ragflow.domain.documents import Dataset
from ragflow.domain.errors import InvalidInput
from ragflow.domain.ports import SearchEngine
from ragflow.domain.repositories import Database
from ragflow.ingest.enrich.base import Configs
from ragflow.ingest.enrich.tags import tag_options
from ragflow.ingest.tag_sets import TagSets
from ragflow.services.access import may_use
from ragflow.services.accounts import acting


class TagSetService:
    """Find tag sets and what they say of questions."""

    def __init__(self, database: Database, engine: SearchEngine) -> None:
        self._database = database
        self._engine = engine

    def readable(self, tenant_id: str, dataset_ids: Sequence[str]) -> tuple[Dataset, ...]:
        """Return those of some datasets that a tenant may use, each once, in order."""
        with self._database.reading() as unit:
            actor = acting(unit, tenant_id, tenant_id)  # a tenant has the id of its owner
            found = {each.id: each for each in unit.datasets.get_many(dataset_ids)}
        wanted = (found[each] for each in dict.fromkeys(dataset_ids) if each in found)
        return tuple(each for each in wanted if may_use(actor, each))

    def of_question(
        self, question: str, datasets: Sequence[Dataset]
    ) -> dict[str, Mapping[str, int]]:
        """Return the tags of a question by the id of each dataset that has tag sets."""
        known: dict[tuple[str, tuple[str, ...], int], Mapping[str, int]] = {}
        tags: dict[str, Mapping[str, int]] = {}
        for dataset in datasets:
            try:
                ids, most = tag_options(Configs({}, dataset.parser_config or {}))
            except InvalidInput:  # an old configuration must not stand in the way of a search
                continue
            if not ids:
                continue
            key = (dataset.tenant_id, ids, most)
            if key not in known:
                sets = TagSets(self._database, self._engine, self.readable(dataset.tenant_id, ids))
                known[key] = sets.by_words(question, most)
            if known[key]:
                tags[dataset.id] = known[key]
        return tags
