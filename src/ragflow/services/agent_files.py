"""Files for agents: what a user adds to a question, or gives where a form asks for a file.

In: uploads. Out: records that the caller sends along with the question. Refused: names that could
mean another place and kinds of files that nobody reads. Files go with their agent.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence

from ragflow.domain.agents import AgentFile
from ragflow.domain.blob_keys import agent_file_key
from ragflow.domain.identity import Actor
from ragflow.domain.ports import BlobStore, Clock, Ids
from ragflow.domain.repositories import Database
from ragflow.services.agents import require_agent
from ragflow.services.errors import UploadFailed
from ragflow.services.file_names import check_length, refusal
from ragflow.services.uploads import Upload

_BYTES = "application/octet-stream"


class AgentFileService:
    """Keep the files of a tenant's agents."""

    def __init__(self, database: Database, blobs: BlobStore, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._ids = ids

    def upload(self, actor: Actor, agent_id: str, uploads: Sequence[Upload]) -> list[AgentFile]:
        """Store files, all or none. Raises `AgentNotFound`, `UploadFailed`, `NameTooLong`."""
        with self._database.reading() as unit:
            require_agent(unit, actor, agent_id)
        reasons = [
            f"{upload.name}: {reason}" for upload in uploads if (reason := refusal(upload.name))
        ]
        if reasons:
            raise UploadFailed(reasons="\n".join(reasons))
        for upload in uploads:
            check_length(upload.name)
        return [self._stored(actor, agent_id, upload) for upload in uploads]

    def _stored(self, actor: Actor, agent_id: str, upload: Upload) -> AgentFile:
        file = AgentFile(
            id=self._ids.object_id(),
            name=upload.name,
            size=upload.size,
            mime_type=mimetypes.guess_type(upload.name)[0] or _BYTES,
            created_by=actor.user_id,
            created_at=self._clock.seconds(),
        )
        self._blobs.put(agent_file_key(agent_id, file.id), upload.source)
        return file
