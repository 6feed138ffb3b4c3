"""Recorded cases as a person reads them: what differs, field by field, in colour and in signs."""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from terminal.diffs import diff_text
from terminal.words import cell, plain

VALUE_LETTERS = 2_000  # of one value


class Differs(Protocol):
    """One field of which another value was expected."""

    @property
    def field(self) -> str:
        """Its name in the record."""

    @property
    def expected(self) -> Any:
        """The accepted value."""

    @property
    def found(self) -> Any:
        """Today's value."""


Result = tuple[str, bool, Sequence[Differs]]  # case, whether it was accepted, what differs


def show_results(console: Console, results: Sequence[Result]) -> None:
    """One line a case, then the differences of those that differ."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, is_accepted, changed in results:
        table.add_row(*_line(name, is_accepted, changed))
    console.print(table)
    for name, _, changed in results:
        if changed:
            console.print(cell(f"\n{name}", "bold"))
            show_differences(console, changed, is_new=False)
    wrong = sum(1 for _, is_accepted, changed in results if changed or not is_accepted)
    console.print(cell(f"{len(results)} read, {wrong} to look at", "red" if wrong else "green"))


def show_differences(console: Console, changed: Sequence[Differs], *, is_new: bool) -> None:
    """Each field with what was expected `[-so-]` and what is found `{+so+}`."""
    for each in changed:
        if is_new and each.found in (None, [], {}, ""):
            continue
        console.print(cell(each.field, "bold cyan"))
        if is_new:
            console.print(Text("  ") + cell(_shown(each.found), "green"))
        else:
            console.print(Text("  ") + _difference(each))


def _line(name: str, is_accepted: bool, changed: Sequence[Differs]) -> tuple[Text, Text]:
    if not is_accepted:
        return cell("new ", "yellow"), cell(f"{name}: nobody accepted it yet")
    if changed:
        fields = ", ".join(each.field for each in changed)
        return cell("diff", "red"), cell(f"{name}: {fields}")
    return cell("same", "green"), cell(name)


def _difference(each: Differs) -> Text:
    """Word by word; as whole values where one is none, or where no eye sees what differs."""
    is_plain = each.expected is None or each.found is None
    if not is_plain:
        old, new = _written(each.expected), _written(each.found)
        if plain(old) != plain(new):
            return diff_text(old, new)
    old, new = (json.dumps(one, ensure_ascii=not is_plain) for one in (each.expected, each.found))
    return cell(f"[-{old}-] ", "red") + cell(f"{{+{new}+}}", "green")


def _shown(value: Any) -> str:
    text = _written(value)
    more = f" ({len(text)} letters)" if len(text) > VALUE_LETTERS else ""
    return plain(text, VALUE_LETTERS) + more


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
