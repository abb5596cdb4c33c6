"""Accounts on the wire: people, keys and teams as JSON objects; no secret but a new one."""

from __future__ import annotations

from typing import Any

from ragflow.domain.identity import ApiKey, Tenant, User
from ragflow.http.schemas.common import times
from ragflow.services.accounts import NewKey
from ragflow.services.parser_config import DATASET_METHODS
from ragflow.services.sign_in import SignedIn
from ragflow.services.teams import JoinedTenant, Member

TENANT_MODELS = {
    "llm_id": "chat_model",
    "embd_id": "embedding_model",
    "rerank_id": "rerank_model",
    "img2txt_id": "vision_model",
    "asr_id": "speech_model",
    "tts_id": "voice_model",
}
"""Names of a tenant's default models on the wire, and the fields that hold them."""

_METHOD_TITLES = {"naive": "General", "qa": "Q&A"}


def user_object(user: User) -> dict[str, Any]:
    """Return an account as its owner sees it."""
    return {
        "id": user.id,
        "email": user.email,
        "nickname": user.nickname,
        "status": user.status,
        "is_active": user.status,
        **times(user.create_time, user.update_time),
    }


def signed_in_object(signed_in: SignedIn) -> dict[str, Any]:
    """Return an account with the token that speaks for it."""
    return {**user_object(signed_in.user), "access_token": signed_in.token}


def new_key_object(new: NewKey) -> dict[str, Any]:
    """Return a new key with its secrets, which are shown this once."""
    return {**key_object(new.key), "token": new.secret, "beta": new.beta}


def key_object(key: ApiKey) -> dict[str, Any]:
    """Return a key as lists show it: its secrets are not stored, so nobody can read them again."""
    return {
        "id": key.id,
        "tenant_id": key.tenant_id,
        "token": key.shown,
        "beta": None,
        **times(key.create_time, key.revoke_time or key.create_time),
    }


def tenant_object(tenant: Tenant) -> dict[str, Any]:
    """Return a tenant with its default models, as its owner sees it."""
    return {
        "tenant_id": tenant.id,
        "name": tenant.name,
        "role": "owner",
        "parser_ids": ",".join(
            f"{method}:{_METHOD_TITLES.get(method, method.title())}" for method in DATASET_METHODS
        ),
        **{wire: getattr(tenant, stored) for wire, stored in TENANT_MODELS.items()},
    }


def joined_tenant_object(joined: JoinedTenant) -> dict[str, Any]:
    """Return a tenant as one who belongs to it, or is invited, sees it."""
    return {
        "tenant_id": joined.tenant.id,
        "name": joined.tenant.name,
        "role": joined.role.value,
        "user_id": joined.owner.id,
        "nickname": joined.owner.nickname,
        "email": joined.owner.email,
        **times(joined.tenant.create_time, joined.tenant.update_time),
    }


def member_object(member: Member) -> dict[str, Any]:
    """Return a person as the others of a team see them."""
    return {
        "id": member.user.id,
        "user_id": member.user.id,
        "tenant_id": member.tenant_id,
        "email": member.user.email,
        "nickname": member.user.nickname,
        "role": member.role.value,
        "status": member.user.status,
    }
