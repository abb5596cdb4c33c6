"""Errors that the product raises, as one tree.

RagflowError
├── NotFound            the object does not exist, or the caller may not see it
├── Conflict            a name or a state stands in the way
├── InvalidInput        a value that the caller sent cannot be used
├── ParseError          a file cannot be ingested; the message says what to do
│   ├── UnsupportedFile · EmptyFile · EncryptedFile · CorruptFile · LimitExceeded · BadHeader
│   ├── NeedsModel
├── CoverageError       a parser or chunker lost characters: a defect of ours
├── ModelError          a model failed or is not there
│   └── UnknownModel · ModelNotConfigured · ModelUnavailable
├── AgentError          a run of an agent cannot go on
│   ├── CanvasInvalid       the canvas cannot be run; says where and why
│   ├── ComponentFailed     a component failed and nothing in the canvas handles it
│   ├── ToolFailed          a tool or what it asks failed
│   │   └── AddressRefused · CodeFailed · SandboxUnavailable
│   └── BudgetExceeded      a run took too many steps, seconds or tokens
├── StoreUnavailable    a store that holds state failed or does not answer
├── AuthenticationError · SignUpClosed
├── Cancelled           the work is no longer wanted
├── JobAbandoned        a job killed its worker too often
├── DuplicateName · UnknownName      (registries)

Each error carries its facts as attributes; `http/errors.py` alone turns them into replies.
"""

from __future__ import annotations

from typing import Any


class RagflowError(Exception):
    """Be the base of all errors of this product; `facts` are also attributes."""

    template = "something went wrong"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        self.facts = facts
        super().__init__(message if message is not None else self.template.format(**facts))

    def __getattr__(self, name: str) -> Any:
        facts = self.__dict__.get("facts", {})
        if name in facts:
            return facts[name]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), str(self), self.facts)  # crosses process borders


def _rebuild(kind: type[RagflowError], message: str, facts: dict[str, Any]) -> RagflowError:
    return kind(message, **facts)


def spelled_out(setting: str) -> str:
    """Return a setting's name and the environment variable that sets it."""
    return f"{setting} (RAGFLOW_{setting.upper().replace('.', '__')})"


class NotFound(RagflowError):
    """Say that there is no such object, or none that the caller may see (facts: noun, id)."""

    template = "There is no {noun} {id}."


class Conflict(RagflowError):
    """Say that a name or a state stands in the way (facts: noun, and name or state)."""


class InvalidInput(RagflowError):
    """Say that a value cannot be used."""


class ParseError(RagflowError):
    """Say that a file cannot be ingested, and what its owner can do."""


class UnsupportedFile(ParseError):
    """Say that the chunk method does not read this kind of file (facts: name, method, way_out)."""

    template = "{name}: file type not supported yet(chunk method {method}). {way_out}"


class EmptyFile(ParseError):
    """Say that a file has no bytes."""

    template = (
        "{name} is empty (0 bytes). Check that the original opens and has content, "
        "upload that one and delete this document."
    )


class EncryptedFile(ParseError):
    """Say that a file is protected by a password."""

    template = "{name} is protected by a password. Remove the password and upload it again."


class CorruptFile(ParseError):
    """Say that a file is damaged or is not what its name says (facts: name, reason)."""

    template = "{name} cannot be read: {reason}. It may be damaged or have the wrong extension."


class LimitExceeded(ParseError):
    """Say which limit a file broke and which setting moves it (facts: name, limit, setting)."""

    template = "{name} exceeds the limit: {limit}. {remedy}"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        remedy = f"The setting {spelled_out(facts.get('setting', ''))} moves it."
        super().__init__(message, **{"remedy": remedy, **facts})


class BadHeader(ParseError):
    """Say that a table's columns cannot be told apart (facts: name, reason)."""

    template = "{name}: {reason}. Give each column a name of its own in the first row."


class NeedsModel(ParseError):
    """Say that a file cannot be read without a model (facts: name, reason, kind, setting)."""

    template = (
        "{name}: {reason}, and there is no {kind} model to ask. Set a default {kind} model for "
        "your account, or the server's by {remedy}, and parse the document again."
    )

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message, **{"remedy": spelled_out(facts.get("setting", "")), **facts})


class CoverageError(RagflowError):
    """Say that characters would be lost without a trace (facts: lost, sample)."""

    template = "{lost} extracted characters are in no chunk and no drop, such as {sample!r}."


class ModelError(RagflowError):
    """Say that a model failed."""


class UnknownModel(ModelError):
    """Say that nobody knows a model of this name (facts: name)."""

    template = "Unsupported model: {name}"


class ModelNotConfigured(ModelError):
    """Say that the tenant has no access to this model (facts: name)."""

    template = "Unauthorized model: {name}"


class ModelUnavailable(ModelError):
    """Say that a model could not be reached or refused (facts: name, reason)."""

    template = "The model {name} did not answer: {reason}"


class AgentError(RagflowError):
    """Say that a run of an agent cannot go on."""


class CanvasInvalid(AgentError):
    """Say that a canvas cannot be run (facts: problems)."""

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        problems = "; ".join(str(problem) for problem in facts.get("problems", ()))
        super().__init__(message if message is not None else problems, **facts)


class ComponentFailed(AgentError):
    """Say that a component failed (facts: component, reason)."""

    template = "{component}: {reason}"


class ToolFailed(AgentError):
    """Say that a tool could not do its work (facts: tool, reason)."""

    template = "{tool} failed: {reason}"


class AddressRefused(ToolFailed):
    """Say that an address leads to a network that is not public (facts: tool, reason)."""


class CodeFailed(ToolFailed):
    """Say that code failed or broke a limit (facts: reason)."""

    template = "The code failed: {reason}"


class SandboxUnavailable(ToolFailed):
    """Say that this machine cannot hold code back, so none is run (facts: reason)."""

    template = "Code is not run here: {reason}"


class BudgetExceeded(AgentError):
    """Say that a run was ended for what it took (facts: spent, setting)."""

    template = "The run was ended after {spent}. {remedy}"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        remedy = f"The setting {spelled_out(facts.get('setting', ''))} moves the limit."
        super().__init__(message, **{"remedy": remedy, **facts})


class StoreUnavailable(RagflowError):
    """Say that a store failed or could not be reached (facts: store, reason)."""

    template = "The {store} is not available: {reason}"


class AuthenticationError(RagflowError):
    """Say that a key or a password is wrong."""


class SignUpClosed(RagflowError):
    """Say that this server takes no new accounts."""

    template = "Sign-up is closed on this server. Ask its owner for an account."


class Cancelled(RagflowError):
    """Stop work that nobody wants any more."""

    template = "cancelled"


class JobAbandoned(RagflowError):
    """Say that a step of a job was begun many times and never ended (facts: step, attempts)."""

    template = (
        "The worker died {attempts} times at the step {step} of this document, so it was given up."
    )


class DuplicateName(RagflowError):
    """Say that a name is registered twice (facts: noun, name)."""

    template = "The {noun} {name!r} is registered twice."


class UnknownName(RagflowError):
    """Say that a name is not registered (facts: noun, name, known)."""

    template = "There is no {noun} {name!r}. Known: {known}."
