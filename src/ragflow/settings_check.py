"""What is wrong with the settings, told to the person who wrote them.

In: the environment and the options of a command. Out: `Settings`, and warnings about variables that
look like settings and are none. Refused: values that do not fit and misspelt names in a section;
the message names the variable and never quotes its value, which may be a secret.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from ragflow.settings import NESTED, PREFIX, Settings

_SIMILAR = 0.8


class WrongSettings(Exception):
    """Say in one line each which settings cannot be used, and why."""


def load_settings(data_dir: Path | None) -> Settings:
    """Read the settings; an option beats its variable. Raises `WrongSettings`."""
    try:
        return Settings() if data_dir is None else Settings(data_dir=data_dir)
    except ValidationError as error:
        raise WrongSettings("\n".join(_sentence(problem) for problem in error.errors())) from None
    except SettingsError as error:
        raise WrongSettings(f'A list must be written as JSON, like ["a"]: {error}.') from None


def doubtful(names: Iterable[str]) -> list[str]:
    """Warn of variables that no setting has, though they are spelt like one.

    Others with our prefix are let pass: programs keep their keys in such variables.
    """
    known = variables()
    unknown = sorted({name.upper() for name in names} - set(known))
    return [
        f"{name} is no setting and has no effect.{_suggestion(name)}"
        for name in unknown
        if name.startswith(PREFIX) and (NESTED in name or _nearest(name))
    ]


def variables() -> list[str]:
    """Return the variables of all settings, those that hold a whole section included."""
    return list(_variables(Settings, PREFIX))


def _variables(model: type[BaseModel], prefix: str) -> Iterable[str]:
    for name, field in model.model_fields.items():
        variable = prefix + name.upper()
        yield variable
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _variables(field.annotation, variable + NESTED)


def _sentence(problem: ErrorDetails) -> str:
    variable = PREFIX + NESTED.join(_words(problem["loc"])).upper()
    if problem["type"] == "extra_forbidden":
        return f"{variable} is no setting.{_suggestion(variable)}"
    return f"{variable} has a value that does not fit: {_lower_first(problem['msg'])}."


def _words(place: tuple[int | str, ...]) -> list[str]:
    return [part for part in place if isinstance(part, str)]


def _suggestion(variable: str) -> str:
    nearest = _nearest(variable)
    return f" Did you mean {nearest}?" if nearest else " The settings reference lists all names."


def _nearest(variable: str) -> str:
    names = [known.removeprefix(PREFIX) for known in variables()]
    found = difflib.get_close_matches(variable.removeprefix(PREFIX), names, n=1, cutoff=_SIMILAR)
    return PREFIX + found[0] if found else ""


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
