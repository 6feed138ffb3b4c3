"""A wrong setting as one line: the key as a person wrote it, the value, what is allowed.

Knows the shape of the settings from their model alone; what they mean is nothing to it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

_VALUE_LETTERS = 120
_KEY_LETTERS = 60
_WRAPPERS = ("function-", "constrained-")  # what pydantic puts into a path and no person wrote
_ALLOWED = {
    "string_type": "a text in quotes",
    "string_too_short": "a text that is not empty",
    "string_too_long": "a text of at most {max_length} letters",
    "tuple_type": 'a list, such as ["…"]',
    "too_long": "a list of at most {max_length}",
    "dict_type": "a table",
    "model_type": "a table",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "date_type": "a day without quotes, such as 2026-03-01",
}

Mistake = tuple[tuple[str, ...], type[BaseModel], Any]  # path, the section it ends in, pydantic's


def sentence(error: ValidationError, root: type[BaseModel]) -> str:
    """The first mistake of a config whose sections are `root` and those below it."""
    mistakes = [(*_path(each, root), each) for each in error.errors(include_url=False)]
    path, model, told = _most_telling(mistakes)
    key = ".".join(path)
    if told["type"] == "extra_forbidden":
        return f"unknown key {key}; allowed here: {', '.join(sorted(model.model_fields))}"
    if told["type"] == "missing":
        return f"{key} is missing"
    value = "" if isinstance(told["input"], dict) else f" = {shown(told['input'])}"
    same = [each for at, _, each in mistakes if at == path]
    return f"{key}{value}: {_allowed(same, path)}"


def shown(value: object) -> str:
    """A value as a mistake names it: on one line, long ones cut."""
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= _VALUE_LETTERS else f"{text[:_VALUE_LETTERS]}…"


def named(key: object) -> str:
    """One part of a key as a mistake names it: on one line, a long one cut."""
    text = str(key)
    text = text if len(text) <= _KEY_LETTERS else f"{text[:_KEY_LETTERS]}…"
    return text if text.isprintable() else repr(text)


def _most_telling(mistakes: Sequence[Mistake]) -> Mistake:
    """The first; but a wrong name rather than the right one that is missing for it.

    Where one value may have two shapes, what is wrong inside the one it has.
    """
    first = mistakes[0]
    path, _, told = first
    if told["type"] == "missing":
        beside = [each for each in mistakes if each[0][:-1] == path[:-1]]
    elif isinstance(told["input"], dict):
        beside = [
            each for each in mistakes if len(each[0]) > len(path) and each[0][: len(path)] == path
        ]
    else:
        return first
    unknown = (each for each in beside if each[2]["type"] == "extra_forbidden")
    return next(unknown, beside[0] if beside else first)


def _allowed(mistakes: Sequence[Any], path: Sequence[str]) -> str:
    """What is allowed in one place. Of two shapes both, unless the value already has one."""
    of_value = [each for each in mistakes if not each["type"].endswith("_type")]
    said: dict[str, None] = {}
    for each in of_value or mistakes:
        if each["type"] == "tuple_type" and isinstance(each["input"], dict):
            name = ".".join(part for part in path if not part.isdigit())
            said[f"a list of tables, in double brackets: [[{name}]]"] = None
        elif each["type"] in _ALLOWED:
            said[_ALLOWED[each["type"]].format(**each.get("ctx", {}))] = None
        else:
            text = each["msg"].removeprefix("Value error, ")
            text = text.replace("Input should be", "allowed is", 1)
            return f"{text[:1].lower()}{text[1:]}"
    return f"allowed is {' or '.join(said)}"


def _path(mistake: Any, root: type[BaseModel]) -> tuple[tuple[str, ...], type[BaseModel]]:
    """The key's parts as a person wrote them, and the section that holds the last one."""
    loc = mistake["loc"]
    unknown = len(loc) if mistake["type"] == "extra_forbidden" else None
    model, path, is_own_word = root, [], False
    for number, part in enumerate(loc, start=1):
        is_own_word = is_own_word or number == unknown  # it may be any word: `str` too
        field = None if is_own_word else model.model_fields.get(str(part))
        if field is None and not is_own_word and _is_wrapper(part):
            continue
        path.append(named(part))
        is_own_word = field is not None and get_origin(field.annotation) is dict
        inner = _models_in(field.annotation) if field is not None else []
        model = inner[0] if inner else model
    return tuple(path), model


def _is_wrapper(part: int | str) -> bool:
    return isinstance(part, str) and (
        part.startswith(_WRAPPERS) or part in ("str", "CandidateConfig")
    )


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The sections that a field's type names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
