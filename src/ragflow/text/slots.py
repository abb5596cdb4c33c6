"""Fill the slots of a template.

In: a text with slots such as `{question}` and values for some of them. Out: the text, where only
the slots that have a value are replaced; all other braces stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace `{key}` by its value, for every key of `values`; values are not looked into."""
    if not values:
        return template
    slots = re.compile("|".join(re.escape(f"{{{key}}}") for key in values))
    return slots.sub(lambda slot: values[slot[0][1:-1]], template)
