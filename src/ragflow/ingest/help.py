"""Help from models while a file is read: the child process asks, its parent answers.

In: questions about pictures, sounds and texts. Out: what the models of the document's owner say.
An answer is kept in the job's work area under a hash of its question, so that a step that is
repeated costs nothing twice. Large data passes in files of the call's own directory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from ragflow.domain import errors
from ragflow.domain.answers import ChatTurn
from ragflow.domain.errors import ModelNotConfigured, NotFound, RagflowError, UnknownModel
from ragflow.domain.ports import BlobStore, ChatModel, ModelCatalog
from ragflow.ingest.written import written

Question = Mapping[str, Any]
Reply = Mapping[str, Any]
Ask = Callable[[Question], Reply]


class AskedHelp:
    """Ask through a function that hands questions to another process; a `ModelHelp`."""

    def __init__(self, ask: Ask, directory: Path) -> None:
        self._ask = ask
        self._directory = directory
        self._numbers = count()

    def describe(self, picture: bytes, prompt: str, model: str = "") -> str | None:
        """Return what a vision model says of a picture."""
        return self._answer(picture, kind="describe", prompt=prompt, model=model)

    def transcribe(self, name: str, sound: bytes) -> str | None:
        """Return the words of a sound file."""
        return self._answer(sound, kind="transcribe", name=name)

    def complete(self, instruction: str, text: str) -> str | None:
        """Return what a chat model writes."""
        return self._answer(text.encode("utf-8", "replace"), kind="complete", prompt=instruction)

    def _answer(self, data: bytes, **question: str) -> str | None:
        file = f"asked-{next(self._numbers)}"
        path = self._directory / file
        path.write_bytes(data)
        reply = self._ask({**question, "file": file})
        path.unlink()
        if "error" in reply:
            kind = getattr(errors, reply["error"], RagflowError)
            raise kind(reply["message"], **reply["facts"])
        answer: str | None = reply["answer"]
        return answer


class NoHelp:
    """Stand where there is no model to ask; a `ModelHelp`."""

    def describe(self, picture: bytes, prompt: str, model: str = "") -> str | None:  # noqa: ARG002
        """Return None. Raises `ModelNotConfigured` for a model that was named."""
        if model:
            raise ModelNotConfigured(name=model)
        return None

    def transcribe(self, name: str, sound: bytes) -> str | None:  # noqa: ARG002
        """Return None."""
        return None

    def complete(self, instruction: str, text: str) -> str | None:  # noqa: ARG002
        """Return None."""
        return None


@dataclass(frozen=True, slots=True)
class TenantHelp:
    """Answer the questions of a job from a tenant's models.

    `prefix` is where answers are kept; without `blobs` none is.
    """

    models: ModelCatalog
    blobs: BlobStore | None
    tenant_id: str
    prefix: str = ""

    def reply(self, question: Question, directory: Path) -> Reply:
        """Answer a question whose data lies in `directory`; errors of models are an answer too."""
        data = (directory / Path(question["file"]).name).read_bytes()
        key = self.prefix + f"answer-{_digest(question, data)}.json"
        kept = self._kept(key)
        if kept is not None:
            return kept
        try:
            answer = {"answer": self._answer(question, data)}
        except RagflowError as error:
            facts = json.loads(json.dumps(error.facts, default=str))
            return {"error": type(error).__name__, "message": str(error), "facts": facts}
        if self.blobs is not None:
            self.blobs.put(key, json.dumps(answer).encode())
        return answer

    def _kept(self, key: str) -> Reply | None:
        if self.blobs is None:
            return None
        try:
            kept: Reply = json.loads(self.blobs.get(key))
        except NotFound:
            return None
        return kept

    def _answer(self, question: Question, data: bytes) -> str | None:
        try:
            match question["kind"]:
                case "describe":
                    vision = self.models.vision(self.tenant_id, question["model"])
                    return vision.describe(data, question["prompt"])
                case "transcribe":
                    return self.models.speech(self.tenant_id, "").transcribe(question["name"], data)
                case _:
                    chat = tenant_model(self.models, self.tenant_id)
                    if chat is None:
                        return None
                    return completion(chat, question["prompt"], data.decode("utf-8", "replace"))
        except (ModelNotConfigured, UnknownModel):
            if question.get("model"):
                raise
            return None


def tenant_model(models: ModelCatalog, tenant_id: str) -> ChatModel | None:
    """Return the chat model that writes for a tenant, None where none does."""
    try:
        model = models.chat(tenant_id, "")
    except (ModelNotConfigured, UnknownModel):
        return None
    return model if model.generative else None


def completion(model: ChatModel, instruction: str, text: str) -> str:
    """Return what a chat model writes, without its thoughts. Raises `ModelUnavailable`."""
    import asyncio

    turns = (ChatTurn("system", instruction), ChatTurn("user", text))
    return asyncio.run(written(model, turns))


def _digest(question: Question, data: bytes) -> str:
    named = {key: value for key, value in question.items() if key != "file"}
    told = json.dumps(named, sort_keys=True).encode()
    return hashlib.sha256(told + b"\0" + data).hexdigest()
