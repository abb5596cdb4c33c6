"""What the drivers of all generations share."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

TEXT = b"The lighthouse keeper counts ships.\n\nBread needs flour and water.\n"
QUESTION = "Who counts ships?"
ENDED = ("DONE", "FAIL", "CANCEL")
LONGEST_WAIT = 60.0


def failure(action: Callable[..., Any], *arguments: Any, **options: Any) -> list[str] | None:
    """Return the kind and the text of what an action raises, None when it succeeds."""
    try:
        action(*arguments, **options)
    except Exception as error:  # noqa: BLE001 - whatever the client raises is what is observed
        return [type(error).__name__, str(error)]
    return None


def wait(dataset: Any, document: Any) -> Any:
    """Poll a document until it has ended; return it."""
    end = time.monotonic() + LONGEST_WAIT
    while True:
        (found,) = dataset.list_documents(id=document.id)
        if found.run in ENDED:
            return found
        if time.monotonic() > end:
            raise TimeoutError(found.progress_msg)
        time.sleep(0.1)


def run(main: Callable[[str, str, str], dict[str, Any]]) -> None:
    """Call a driver with the URL, the key and the name of its run; print what it saw."""
    url, key, name = sys.argv[1:]
    print(json.dumps(main(url, key, name)))
