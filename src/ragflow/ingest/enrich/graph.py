"""Knowledge graph: which things a document speaks of and how they are tied, for its whole dataset.

    read batch 0 → batch 1 → … → share → (resolution) → (communities)

In: the chunks of a document that can be found already. Out: the document's share, the dataset's
graph made anew of the shares of all its documents, with names of the same thing merged and groups
of things described where that is asked for. What a model does not read, because none is set, it
fails or the budget is used up, is read by statistics: names and telling words, tied by the
sentences that they share.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from ragflow.domain.answers import ChatTurn
from ragflow.domain.chunks import ChunkKind
from ragflow.domain.errors import Cancelled
from ragflow.domain.graphs import Community, Graph, GraphShare
from ragflow.ingest.enrich.base import Configs, Desk, Step, enrichers, read_options
from ragflow.ingest.enrich.knowledge_graph.answers import is_usable, read_share
from ragflow.ingest.enrich.knowledge_graph.communities import (
    Group,
    extracted_report,
    groups_of,
    written_report,
)
from ragflow.ingest.enrich.knowledge_graph.merge import merged
from ragflow.ingest.enrich.knowledge_graph.rebuild import rebuild_graph
from ragflow.ingest.enrich.knowledge_graph.resolve import (
    Pair,
    aliases_of,
    as_question,
    pairs_of,
    same_in,
)
from ragflow.ingest.enrich.knowledge_graph.statistics import found_things
from ragflow.ingest.enrich.prompts import prompt, prompt_text
from ragflow.ingest.enrich.writer import Costs, Request
from ragflow.text.tokens import count_tokens

DEFAULT_TYPES = ("organization", "person", "geo", "event", "category")
_PASSAGE_TOKENS = {"light": 3000, "general": 1200}
_REPLY_SHARE = 0.5  # of a passage's tokens, that an answer is long
_REPORT_TOKENS = 300
_BATCH = 8  # passages that are read in one step
_PAIRS_OF_QUESTION = 25
_STATISTICS = "statistics"
_NEW_GROUPS = "graph-new.json"


class GraphOptions(BaseModel):
    """Steer the building of a knowledge graph, as `parser_config.graphrag`."""

    use_graphrag: bool = False
    entity_types: list[str] = Field(
        default_factory=list, description="Kinds of things to look for; empty: the usual ones."
    )
    method: Literal["light", "general"] = "light"
    community: bool = Field(False, description="Describe groups of things that belong together.")
    resolution: bool = Field(False, description="Merge several names of one thing.")


class _Asked(BaseModel):
    graphrag: GraphOptions = Field(default_factory=GraphOptions)
    entity_types: list[str] = Field(default_factory=list)  # where older configurations have it

    @property
    def types(self) -> tuple[str, ...]:
        named = self.graphrag.entity_types or self.entity_types
        return tuple(kind.strip() for kind in named if kind.strip()) or DEFAULT_TYPES


@enrichers.register("graph")
class GraphBuilder:
    """Add a document to the knowledge graph of its dataset."""

    name: ClassVar[str] = "graph"
    stands: ClassVar[Literal["before", "after"]] = "after"

    def is_wanted(self, configs: Configs) -> bool:
        """Tell whether the document asks for it. Raises `InvalidInput`."""
        return read_options(_Asked, configs.document).graphrag.use_graphrag

    def enrich(self, desk: Desk, step: Step) -> tuple[str, ...]:
        """Build the document's share and bring it into the graph; return warnings.

        Raises `Cancelled`.
        """
        asked = read_options(_Asked, desk.configs.document)
        reading = _Reading(desk, asked)
        done = _Read()
        for batch in range(step("estimate", reading.estimate)):
            done = _Read.of(step(f"read:{batch}", partial(reading.read, batch, done)))
        desk.report(0.8, _graph_line(step("share", partial(reading.share, done))))
        costs = done.costs
        if asked.graphrag.resolution:
            costs = _costs(step("resolution", partial(_resolve, desk, costs)))
        if asked.graphrag.community:
            costs = _costs(step("communities", partial(_describe, desk, costs)))
        return _warnings(desk, replace(done, costs=costs))


@dataclass(frozen=True, slots=True)
class _Read:
    """Sum up what was read: passages by the model and by statistics, and the costs."""

    costs: Costs = field(default_factory=Costs)
    written: int = 0
    otherwise: int = 0

    @staticmethod
    def of(record: dict[str, Any]) -> _Read:
        return _Read(**record | {"costs": Costs(**record["costs"])})


class _Reading:
    """Read the passages of one document."""

    def __init__(self, desk: Desk, asked: _Asked) -> None:
        self._desk = desk
        self._asked = asked
        self._method = asked.graphrag.method
        self._known: list[str] | None = None

    def estimate(self) -> int:
        """Say what it will cost; return how many batches a model is to read."""
        writer, passages = self._desk.writer, self._passages
        if not writer.name:
            line = "no chat model that writes is set: by names and word statistics."
            self._desk.report(0.0, f"Knowledge graph: {len(passages)} passages, {line}")
            return 0
        rounds = 2 if self._method == "general" else 1
        tokens = rounds * sum(self._request(passage).expected_tokens for passage in passages)
        self._desk.report(
            0.0,
            f"Knowledge graph ({self._method}): about {tokens:,} tokens for {len(passages)} "
            f"passages with model {writer.name}; budget {writer.limits.budget}.",
        )
        return -(-len(passages) // _BATCH)

    def read(self, batch: int, before: _Read) -> dict[str, Any]:
        """Have the model read some passages, and keep its answers."""
        self._desk.job.check()
        passages = self._passages[batch * _BATCH : (batch + 1) * _BATCH]
        requests = [self._request(passage) for passage in passages]
        answers, costs = self._desk.writer.write(requests, before.costs)
        told = [[answer] if answer and is_usable(answer) else [] for answer in answers]
        if self._method == "general":
            costs = self._ask_for_more(requests, told, costs)
        self._desk.work.put(_answers_name(batch), json.dumps(told).encode())
        count = sum(map(bool, told))
        self._desk.report(
            0.7 * min((batch + 1) * _BATCH / max(len(self._passages), 1), 1.0),
            f"Knowledge graph: {batch * _BATCH + len(passages)} of {len(self._passages)} passages.",
        )
        return asdict(
            _Read(costs, before.written + count, before.otherwise + len(passages) - count)
        )

    def share(self, done: _Read) -> dict[str, Any]:
        """Make the document's share of all answers and of what was not answered; rebuild."""
        document, desk = self._desk.document, self._desk
        answers, unread = self._told(done)
        told = read_share(document.id, answers)
        found = found_things(document.id, unread, self._asked.types)
        method = desk.writer.name if not unread else _STATISTICS
        if answers and unread:
            method = f"{desk.writer.name} and {_STATISTICS}"
        share = _sealed(
            GraphShare(
                document.id,
                told.entities + found.entities,
                told.relations + found.relations,
                method,
            )
        )
        with desk.database.transaction() as unit:
            stored = unit.documents.get(document.id)
            if stored is None or stored.revision != document.revision:
                raise Cancelled
            unit.graphs.put_share(desk.dataset.id, share)
        graph = rebuild_graph(desk.database, desk.dataset.id)
        return {
            "entities": len(graph.entities),
            "relations": len(graph.relations),
            "method": method,
        }

    @property
    def _passages(self) -> list[str]:
        """Return the chunks joined to passages of a good size to read."""
        if self._known is None:
            contents = (
                chunk.content
                for chunk in self._desk.all_chunks()
                if chunk.kind is not ChunkKind.SUMMARY and chunk.content.strip()
            )
            self._known = _joined(contents, _PASSAGE_TOKENS[self._method])
        return self._known

    def _request(self, passage: str) -> Request:
        instruction = prompt(f"knowledge_graph/{self._method}", types=", ".join(self._asked.types))
        reply = int(count_tokens(passage) * _REPLY_SHARE)
        text = self._desk.writer.fitting(passage, count_tokens(instruction) + reply)
        return Request((ChatTurn("system", instruction), ChatTurn("user", text)), reply)

    def _ask_for_more(
        self, requests: Sequence[Request], told: list[list[str]], costs: Costs
    ) -> Costs:
        open_ = [number for number, answers in enumerate(told) if answers]
        further = [
            Request(
                (
                    *requests[number].turns,
                    ChatTurn("assistant", told[number][0]),
                    ChatTurn("user", prompt_text("knowledge_graph/more")),
                ),
                requests[number].reply_tokens // 2,
            )
            for number in open_
        ]
        answers, costs = self._desk.writer.write(further, costs)
        for number, answer in zip(open_, answers, strict=True):
            if answer is not None:
                told[number].append(answer)
        return costs

    def _told(self, done: _Read) -> tuple[list[str], list[str]]:
        """Return all answers, and the passages that have none."""
        if not done.written and not done.otherwise:
            return [], self._passages
        answers: list[str] = []
        unread: list[str] = []
        for start in range(0, len(self._passages), _BATCH):
            kept = json.loads(self._desk.work.get(_answers_name(start // _BATCH)))
            for passage, told in zip(self._passages[start : start + _BATCH], kept, strict=True):
                answers += told
                unread += [] if told else [passage]
        return answers, unread


def _answers_name(batch: int) -> str:
    return f"graph-{batch:06}.json"


def _joined(contents: Iterable[str], most_tokens: int) -> list[str]:
    passages: list[str] = []
    tokens = most_tokens
    for content in contents:
        cost = count_tokens(content)
        if tokens + cost > most_tokens:
            passages.append(content)
            tokens = cost
        else:
            passages[-1] += f"\n\n{content}"
            tokens += cost
    return passages


def _sealed(share: GraphShare) -> GraphShare:
    """Give a share the digest of its content."""
    told = json.dumps([asdict(share)["entities"], asdict(share)["relations"]])
    return replace(share, digest=hashlib.sha256(told.encode()).hexdigest()[:32])


def _resolve(desk: Desk, before: Costs) -> dict[str, Any]:
    """Merge the names of one thing, where one of them is in this document."""
    dataset_id = desk.dataset.id
    with desk.database.reading() as unit:
        shares = unit.graphs.shares(dataset_id)
    graph = merged(shares, {})  # without what was merged before, so that a repetition asks the same
    own = {
        entity.name
        for share in shares
        if share.document_id == desk.document.id
        for entity in share.entities
    }
    pairs = pairs_of(graph, own)
    sure = [pair for pair in pairs if pair.is_sure]
    doubtful = [pair for pair in pairs if not pair.is_sure]
    same, costs = _same(desk, doubtful, before)
    aliases = aliases_of([*same, *sure])
    if aliases:
        with desk.database.transaction() as unit:
            unit.graphs.put_aliases(dataset_id, aliases)
        rebuild_graph(desk.database, dataset_id)
    how = f"with model {desk.writer.name}" if desk.writer.name else "by their spelling"
    desk.report(0.9, f"Resolution: {len(aliases)} of {len(pairs)} pairs of names merged, {how}.")
    return asdict(costs)


def _same(desk: Desk, pairs: Sequence[Pair], before: Costs) -> tuple[list[Pair], Costs]:
    instruction = prompt_text("knowledge_graph/same")
    batches = [
        pairs[start : start + _PAIRS_OF_QUESTION]
        for start in range(0, len(pairs), _PAIRS_OF_QUESTION)
    ]
    requests = [
        Request(
            (ChatTurn("system", instruction), ChatTurn("user", as_question(batch))), 2 * len(batch)
        )
        for batch in batches
    ]
    answers, costs = desk.writer.write(requests, before)
    same = [
        pair
        for batch, answer in zip(batches, answers, strict=True)
        if answer is not None
        for pair in same_in(answer, batch)
    ]
    return same, costs


def _describe(desk: Desk, before: Costs) -> dict[str, Any]:
    """Describe the communities of the graph; those that did not change keep their reports."""
    dataset_id = desk.dataset.id
    with desk.database.reading() as unit:
        graph: Graph = unit.graphs.get(dataset_id)
        known = {community.id: community for community in unit.graphs.communities(dataset_id)}
    groups = groups_of(graph)
    new = _new_groups(desk, groups, known)
    answers, costs = desk.writer.write([_report_request(desk, group) for group in new], before)
    written: dict[str, Community] = {}
    for group, answer in zip(new, answers, strict=True):
        report = None if answer is None else written_report(group, answer)
        written[group.id] = report or extracted_report(group)
    communities = [written.get(group.id) or known[group.id] for group in groups]
    with desk.database.transaction() as unit:
        unit.graphs.replace_communities(dataset_id, communities)
    how = f"with model {desk.writer.name}" if desk.writer.name else "in sentences of the documents"
    desk.report(0.99, f"Communities: {len(groups)}, of which {len(new)} described anew, {how}.")
    return asdict(costs)


def _new_groups(desk: Desk, groups: Sequence[Group], known: Collection[str]) -> list[Group]:
    """Return the groups without a report; the same ones when the step is repeated."""
    kept = desk.work.find(_NEW_GROUPS)
    if kept is None:
        kept = json.dumps([group.id for group in groups if group.id not in known]).encode()
        desk.work.put(_NEW_GROUPS, kept)
    new = set(json.loads(kept))
    return [group for group in groups if group.id in new or group.id not in known]


def _report_request(desk: Desk, group: Group) -> Request:
    instruction = prompt_text("knowledge_graph/report")
    text = desk.writer.fitting(group.as_text(), count_tokens(instruction) + _REPORT_TOKENS)
    return Request((ChatTurn("system", instruction), ChatTurn("user", text)), _REPORT_TOKENS)


def _costs(record: dict[str, Any]) -> Costs:
    return Costs(**record)


def _graph_line(summary: dict[str, Any]) -> str:
    return (
        f"Knowledge graph: {summary['entities']:,} entities and {summary['relations']:,} relations "
        f"in the dataset, this document's by {summary['method']}."
    )


def _warnings(desk: Desk, done: _Read) -> tuple[str, ...]:
    costs = done.costs
    if not desk.writer.name or not (done.otherwise or costs.trouble or costs.failed):
        return ()
    why = costs.trouble or "the model gave no usable answer"
    what = "names were compared or groups described without the model"
    if done.otherwise:
        what = f"{done.otherwise} passages were read by {_STATISTICS}"
    return (f"Knowledge graph: {what}, since {why}.",)
