"""What a chat model writes while documents are read: its answer without what it thought aloud.

In: turns. Out: the text. Raises `ModelUnavailable`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragflow.domain.answers import ChatTurn, SamplingOptions
from ragflow.domain.ports import ChatModel

_STEADY = SamplingOptions(temperature=0.1)
_THINKING = re.compile(r"\A.*?</think>|<think>.*\Z", re.DOTALL)


async def written(model: ChatModel, turns: Sequence[ChatTurn]) -> str:
    """Return what a model writes; thoughts that are not closed are all that it wrote."""
    pieces = [delta.content async for delta in model.stream(turns, _STEADY)]
    return _THINKING.sub("", "".join(pieces)).strip()
