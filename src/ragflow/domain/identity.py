"""Identity: who asks. A user belongs to tenants; an API key acts for one tenant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from ragflow.domain.models import ModelKind

NO_PASSWORD = "!"  # noqa: S105 - no argon2 hash, so nobody signs in with it


class TenantRole(StrEnum):
    """Name what a user may do in a tenant."""

    OWNER = "owner"
    NORMAL = "normal"
    INVITED = "invite"


@dataclass(frozen=True, slots=True)
class Actor:
    """Name the caller of a use case: the tenant that it acts for and the tenants that it joined."""

    tenant_id: str
    user_id: str
    joined_tenant_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """Describe a person's account; `password_hash` is an argon2 hash."""

    id: str
    email: str
    nickname: str
    password_hash: str
    create_time: int
    update_time: int
    status: str = "1"

    @property
    def can_sign_in(self) -> bool:
        """Tell whether there is a password to sign in with."""
        return self.status == "1" and self.password_hash != NO_PASSWORD


@dataclass(frozen=True, slots=True)
class Tenant:
    """Describe an owner of datasets and chats, with its default models (empty: the server's)."""

    id: str
    name: str
    create_time: int
    update_time: int
    chat_model: str = ""
    embedding_model: str = ""
    rerank_model: str = ""
    vision_model: str = ""
    speech_model: str = ""
    voice_model: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """Tie a user to a tenant with a role."""

    tenant_id: str
    user_id: str
    role: TenantRole


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Describe an API key; the secret itself is never stored, only its SHA-256."""

    id: str
    tenant_id: str
    user_id: str
    prefix: str
    secret_hash: str
    beta_hash: str
    create_time: int
    revoke_time: int | None = None

    @property
    def shown(self) -> str:
        """Return how the key is shown to people: what is kept of it, and that there was more."""
        return f"{self.prefix}…"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Say that a user is signed in for a while; of the token only its SHA-256 is kept."""

    token_hash: str
    user_id: str
    create_time: int
    expire_time: int


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """Describe a model that a tenant added by name, and how to reach it where that differs."""

    name: str
    kind: ModelKind = "chat"
    base_url: str = ""
    api_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """Hold a tenant's access to a model provider; `api_key` is a secret and never logged.

    `models` names what the tenant added beyond what the provider is known for; `access` describes
    each of them that has more to it than its name.
    """

    tenant_id: str
    factory: str
    api_key: str = field(repr=False)
    base_url: str = ""
    models: tuple[str, ...] = ()
    access: tuple[ModelAccess, ...] = ()

    def serving(self, model: str) -> ProviderAccount | None:
        """Return the account as one of its models is reached; None where it gives no access.

        A model with an address of its own gets its own key alone: the account's key is for the
        account's address. An account that was made for single models gives access to no other.
        """
        for access in self.access:
            if access.name == model:
                if access.base_url:
                    return replace(self, api_key=access.api_key, base_url=access.base_url)
                return replace(self, api_key=access.api_key or self.api_key)
        return self if self.api_key or self.base_url or not self.access else None
