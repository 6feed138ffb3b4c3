"""Long work as a bar, and what came of it as a few lines.

The bar is drawn on a terminal only; a log or a pipe gets nothing of it.
"""

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.table import Table

from core.clock import monotonic_s
from terminal.words import cell

DRAWN_EVERY_S = 0.2
RATE_OVER_S = 10.0
BAR_WIDTH = 20


class Standing(Protocol):
    """What a board shows of one portal; counts of this crawl."""

    visits_count: int
    due_count: int  # visited ones included
    failures_count: int
    news_count: int
    waits_until: datetime | None
    waits_for: str


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


class Board:
    """Where a crawl stands, portal by portal, drawn again and again."""

    def __init__(self, live: Live, zone: tzinfo | None) -> None:
        self._live, self._zone = live, zone
        self._begun_s = monotonic_s()
        self._marks: dict[str, deque[tuple[float, int]]] = {}
        self._drawn_s = 0.0

    def show(self, portals: Mapping[str, Standing]) -> None:
        """Draw, at most a few times a second."""
        now_s = monotonic_s()
        if now_s - self._drawn_s >= DRAWN_EVERY_S:
            self._drawn_s = now_s
            self._live.update(self._table(portals, now_s))

    def _table(self, portals: Mapping[str, Standing], now_s: float) -> Table:
        shown = Table(box=None, pad_edge=False)
        for name in ("portal", "", "done", "due", "pages/s", "errors", "changes", "waits for"):
            is_number = name in ("done", "due", "pages/s", "errors", "changes")
            shown.add_column(
                name,
                justify="right" if is_number else "left",
                header_style="bold dim",
                no_wrap=True,
                overflow="ellipsis",
            )
        for portal, at in portals.items():
            left = max(at.due_count - at.visits_count, 0)
            share = at.visits_count / max(at.due_count, at.visits_count, 1)
            shown.add_row(
                cell(portal, "bold"),
                ProgressBar(total=1.0, completed=share, width=BAR_WIDTH),
                f"{at.visits_count:,}",
                f"{left:,}",
                f"{self._rate(portal, at.visits_count, now_s):.1f}",
                cell(f"{at.failures_count:,}", "red" if at.failures_count else ""),
                f"{at.news_count:,}",
                cell(self._waiting(at), "yellow"),
            )
        return shown

    def _rate(self, portal: str, visits_count: int, now_s: float) -> float:
        """Pages a second over the last moments."""
        marks = self._marks.setdefault(portal, deque([(self._begun_s, 0)]))
        marks.append((now_s, visits_count))
        while len(marks) > 2 and now_s - marks[1][0] > RATE_OVER_S:
            marks.popleft()
        since_s, before_count = marks[0]
        return (visits_count - before_count) / max(now_s - since_s, 0.001)

    def _waiting(self, at: Standing) -> str:
        if at.waits_until is None:
            return at.waits_for
        return f"until {at.waits_until.astimezone(self._zone):%H:%M:%S}: {at.waits_for}"


@contextmanager
def board(*, is_quiet: bool = False, zone: tzinfo | None = None) -> Iterator[Board]:
    """A board on the error stream for as long as the block runs; a pipe gets nothing of it.

    `zone` is that of its times; None: this machine's.
    """
    screen = Console(stderr=True, quiet=is_quiet or not sys.stderr.isatty())
    with Live(console=screen, refresh_per_second=4, transient=True) as live:
        yield Board(live, zone)


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
