"""OpenAI-compatible models that see and hear: pictures in chats, sounds in transcriptions."""

from __future__ import annotations

import base64
from typing import Any

from ragflow.adapters.models.remote import RemoteModel

_PNG = b"\x89PNG"


class OpenAiVision(RemoteModel):
    """Describe pictures through `/chat/completions`."""

    def describe(self, picture: bytes, prompt: str) -> str:
        """Return what the model says of a JPEG or PNG. Raises `ModelUnavailable`."""
        body = {"model": self.name, "messages": [picture_message(picture, prompt)]}
        reply = self._calls.post(self._url, body)
        try:
            text = reply["choices"][0]["message"]["content"]
        except (KeyError, TypeError, IndexError) as error:
            raise self._calls.unavailable("its reply has no message") from error
        return said(text)


class OpenAiSpeech(RemoteModel):
    """Write down speech through `/audio/transcriptions`."""

    def transcribe(self, name: str, sound: bytes) -> str:
        """Return the words of a sound file. Raises `ModelUnavailable`."""
        fields = {"model": self.name, "response_format": "json"}
        reply = self._calls.post_file(self._url, fields, name, sound)
        text = reply.get("text") if isinstance(reply, dict) else None
        if not isinstance(text, str):
            raise self._calls.unavailable("its reply has no text")
        return text.strip()


def picture_message(picture: bytes, prompt: str) -> dict[str, Any]:
    """Return the turn of a user who shows a picture."""
    kind = "png" if picture.startswith(_PNG) else "jpeg"
    url = f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
    shown = {"type": "image_url", "image_url": {"url": url}}
    return {"role": "user", "content": [{"type": "text", "text": prompt}, shown]}


def said(text: Any) -> str:
    """Return the text of a reply without the thoughts that some models write before it."""
    if not isinstance(text, str):
        return ""
    _, mark, answer = text.rpartition("</think>")
    return (answer if mark else text).strip()
