"""Recorded cases: what a person accepted is what is read, field by field."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cases
from core.jsonform import JsonDict

FOLDERS = cases.cases_in(Path(__file__).parent / "cases")
NAMES = {folder: f"{folder.parent.name}/{folder.name}" for folder in FOLDERS}


@cache
def records(folder: Path) -> tuple[JsonDict, JsonDict]:
    """What is expected and what is found; read once for all fields of a case."""
    expected = cases.expected_of(folder)
    assert expected is not None, "nobody has accepted this case yet: khotin case accept"
    return cases.fields_of(expected), cases.fields_of(cases.record_of(cases.load_case(folder)))


def fields(folder: Path) -> list[str]:
    expected = cases.expected_of(folder)
    return list(cases.fields_of(expected)) if expected is not None else ["(not accepted)"]


@pytest.mark.parametrize(
    ("folder", "field"),
    [
        pytest.param(folder, field, id=f"{NAMES[folder]}:{field}")
        for folder in FOLDERS
        for field in fields(folder)
    ],
)
def test_a_field_is_read_as_it_was_accepted(folder: Path, field: str) -> None:
    """One test per field: a failure names the page and the field."""
    expected, found = records(folder)
    assert found.get(field) == expected[field]


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES.values())
def test_nothing_is_read_that_nobody_expects(folder: Path) -> None:
    """A field that the record has and the expectation has not was never looked at."""
    expected, found = records(folder)
    more: dict[str, Any] = {name: value for name, value in found.items() if name not in expected}
    assert not {name: value for name, value in more.items() if value}


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES.values())
def test_a_case_names_who_accepted_it(folder: Path) -> None:
    """An expectation is a person's."""
    facts = cases.load_case(folder).facts
    assert facts.get("accepted_by")
    assert facts.get("accepted_on")
    assert facts.get("note")
