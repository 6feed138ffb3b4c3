"""Long work as a bar, and what came of it as a few lines.

The bar is drawn on a terminal only; a log or a pipe gets nothing of it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from terminal.words import cell


class Bar:
    """A bar whose end may move away while the work finds more to do."""

    def __init__(self, progress: Progress, label: str) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=None)

    def show(self, done_count: int, total_count: int) -> None:
        """So much is done of so much that is known."""
        total = max(done_count, total_count)
        self._progress.update(self._task, completed=done_count, total=total)


@contextmanager
def progress_bar(label: str, *, is_quiet: bool = False) -> Iterator[Bar]:
    """A bar on the error stream for as long as the block runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeElapsedColumn(),
    )
    is_off = is_quiet or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=is_off) as progress:
        yield Bar(progress, label)


def show_summary(console: Console, lines: list[tuple[str, str]], notes: list[str]) -> None:
    """What a crawl did: aligned names and counts, then what a person should know."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in lines:
        table.add_row(name, cell(text))
    console.print(table)
    for note in dict.fromkeys(notes):
        console.print(cell(f"! {note}", "yellow"))
