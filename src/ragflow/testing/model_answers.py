"""What the fake model server says: answers that follow from the conversation alone.

A conversation that a real server would refuse is refused, as `ValueError` with the reason.
"""

from __future__ import annotations

import base64
import io
import json
import wave
from collections.abc import Iterator, Mapping
from typing import Any

Message = dict[str, Any]
"""A message of a conversation as it is sent; arguments of calls are text, as with OpenAI."""


def echo(messages: list[Message]) -> str:
    """Return the answer to a conversation: the last question, citing the first source if any.

    Of a picture that was shown it tells what it is. Where tools answered last, it says their words.
    Raises `ValueError` if a picture is none.
    """
    asked = [_question(message) for message in messages if message["role"] == "user"]
    system = " ".join(str(m["content"]) for m in messages if m["role"] == "system")
    mark = " [ID:0]" if "ID: 0" in system or "[ID:0]" in system or "ID:0" in system else ""
    answers = list(_answers_of_tools(messages))
    if answers:
        return f"The tools say: {'; '.join(answers)}{mark}"
    return f"You asked: {asked[-1] if asked else ''}{mark}"


def calls_of_all(tools: list[dict[str, Any]], messages: list[Message]) -> Message | None:
    """Return a message that calls each tool with the question; None once they have answered."""
    if not tools or messages[-1]["role"] != "user":
        return None
    question = _question(messages[-1])
    wanted = (tool["function"] for tool in tools)
    return calling(
        *(
            (function["name"], dict.fromkeys(function["parameters"].get("required", []), question))
            for function in wanted
        ),
        first=sum(len(message.get("tool_calls") or ()) for message in messages),
    )


def calling(*calls: tuple[str, Mapping[str, Any] | str], first: int = 0, text: str = "") -> Message:
    """Return a reply that calls functions by name; `first` is the number in the first call's id."""
    return {
        "content": text or None,
        "tool_calls": [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for number, (name, arguments) in enumerate(calls, first)
        ],
    }


def check_calls(messages: list[Message], arguments: type[str] | type[dict[str, Any]]) -> None:
    """Raise `ValueError` unless each call of a tool is answered once, and nothing else is."""
    open_calls: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in open_calls:
                raise ValueError("a message of the role 'tool' answers no call")
            open_calls.remove(message["tool_call_id"])
        elif open_calls:
            raise ValueError(f"the calls {', '.join(open_calls)} have no answers")
        for call in message.get("tool_calls") or ():
            if not isinstance(call["function"]["arguments"], arguments):
                raise ValueError(f"the arguments of a call are no {arguments.__name__}")
            open_calls.append(call["id"])
    if open_calls:
        raise ValueError(f"the calls {', '.join(open_calls)} have no answers")


def seen(picture: bytes) -> str:
    """Return what the server says of a picture. Raises `ValueError` if it is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture)) as image:
            image.load()
            return f"a {image.format} of {image.width} x {image.height}"
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("this is no picture") from error


def heard(name: str, sound: bytes) -> str:
    """Return what the server hears in a WAV file. Raises `ValueError` if it is none."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            seconds = file.getnframes() / file.getframerate()
    except (wave.Error, EOFError) as error:
        raise ValueError("this is no sound") from error
    return f"{seconds:.2f} seconds of {name}"


def _question(message: dict[str, Any]) -> str:
    """Return what a user asks, in the shapes of OpenAI and of Ollama."""
    content = message["content"]
    parts: list[Any] = content if isinstance(content, list) else []
    if not parts:
        parts = [{"type": "text", "text": str(content)}]
    text = " ".join(part["text"] for part in parts if part["type"] == "text")
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    shown = [url.partition(";base64,")[2] for url in urls] + list(message.get("images") or [])
    return " ".join([text, *(f"({seen(base64.b64decode(picture))})" for picture in shown)])


def _answers_of_tools(messages: list[Message]) -> Iterator[str]:
    """Yield what tools answered since the model last spoke."""
    spoken = [number for number, message in enumerate(messages) if message["role"] == "assistant"]
    for message in messages[spoken[-1] + 1 if spoken else 0 :]:
        if message["role"] == "tool":
            yield str(message["content"])
