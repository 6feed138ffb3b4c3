"""What the frontier takes when much is queued: claims, new URLs and settled visits, on SQLite.

    python -m benchmarks.frontier [--sizes N …] [--rounds R] [--json FILE]

At each size one portal holds all rows, then a hundred portals share them. Half of the rows are due
in this cycle, three in ten are known and due later, one in ten was visited in this cycle, one in
ten waits for a backfill. A round claims a slice, settles its 50 targets, adds as many new ones and
gives the key back, so the size stays; each step is a transaction of its own on an archive's own
database (WAL, synchronous=FULL). Every case has a process of its own. Judges nothing: it prints
milliseconds, memory, how much they grow from the smallest size to the largest, and which steps
look through a whole table.
"""

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, insert

from benchmarks.measured import Measured, measuring
from core.records import PageKind, Target
from storage import frontier
from storage.database import upgrade, writer_engine
from storage.tables import frontier as rows_of
from storage.tables import portals

SIZES = (10_000, 100_000, 1_000_000)
PORTAL_COUNTS = (1, 100)
STEPS = ("claim", "settle 50", "add 50", "release")
WARM_ROUNDS = 5
OWNER = "benchmark"
CYCLE_AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NOW = CYCLE_AT + timedelta(minutes=5)
LATER = CYCLE_AT + timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One size in one shape, measured. Milliseconds, megabytes."""

    rows_count: int
    portals_count: int
    ms: dict[str, float]  # of a step by the wall, its commit to disk included; median
    slow_ms: dict[str, float]  # the same, nine of ten were faster
    cpu_ms: dict[str, float]  # of a step, median: others on the machine hardly show in it
    claims_per_s: float  # slices claimed and given back, one after another, by the wall
    peak_mb: float  # resident, imports and filling included
    grown_mb: float  # of it since the rounds began
    database_mb: float
    scans: tuple[str, ...]  # steps that look through a whole table


def main() -> None:
    """Measure every case, then print them and how they grow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frontier", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--rounds", type=int, default=200, metavar="R")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    if min(options.sizes) < 100 * max(PORTAL_COUNTS) or options.rounds < 10:
        parser.error(f"--sizes: at least {100 * max(PORTAL_COUNTS)} rows; --rounds: at least 10")
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=120)
    cases = []
    for portals_count in PORTAL_COUNTS:
        for rows_count in sorted(options.sizes):
            console.print(f"{rows_count:,} rows, portals: {portals_count}", style="dim")
            cases.append(_in_a_process(rows_count, portals_count, options.rounds))
    show(console, cases)
    if options.json is not None:
        said = json.dumps([asdict(case) for case in cases], indent=2)
        options.json.write_text(said + "\n", encoding="utf-8")


def _in_a_process(rows_count: int, portals_count: int, rounds_count: int) -> Case:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, rows_count, portals_count, rounds_count).result()


def measure(rows_count: int, portals_count: int, rounds_count: int) -> Case:
    """Fill a database of its own in a temporary folder and let the rounds run."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        path = Path(folder) / "archive.db"
        engine = writer_engine(path)
        upgrade(engine, path)
        names = [f"portal-{number}" for number in range(portals_count)]
        _fill(engine, names, rows_count)
        measured = Measured()
        with engine.connect() as connection:  # the archive's writer has one, too
            run = _Rounds(connection, names)
            for _ in range(WARM_ROUNDS):
                run.one()
            run.forget()
            with measuring(measured):
                for _ in range(rounds_count):
                    run.one()
            scans = _scans(run)
        database_bytes = sum(it.stat().st_size for it in Path(folder).iterdir())
    ms = {step: median(taken) for step, taken in run.taken_ms.items()}
    return Case(
        rows_count=rows_count,
        portals_count=portals_count,
        ms=ms,
        slow_ms={step: quantiles(taken, n=10)[-1] for step, taken in run.taken_ms.items()},
        cpu_ms={step: median(taken) for step, taken in run.cpu_ms.items()},
        claims_per_s=1_000 / (ms["claim"] + ms["release"]),
        peak_mb=measured.peak_bytes / 1e6,
        grown_mb=(measured.peak_bytes - measured.start_bytes) / 1e6,
        database_mb=database_bytes / 1e6,
        scans=scans,
    )


# --- the rows ------------------------------------------------------------------------------------

CHUNK = 10_000


def _fill(engine: Engine, names: list[str], rows_count: int) -> None:
    """Portals, a key for each, and the rows, the portals taking turns."""
    with engine.begin() as connection:
        for name in names:
            portal = {"id": name, "name": name, "family": "auto", "zone": "Asia/Ho_Chi_Minh"}
            connection.execute(insert(portals), portal | {"first_seen_at": CYCLE_AT})
            frontier.add_key(connection, name, 0.0, CYCLE_AT)
    for start in range(0, rows_count, CHUNK):
        numbers = range(start, min(start + CHUNK, rows_count))
        with engine.begin() as connection:
            connection.execute(
                insert(rows_of), [_row(names[it % len(names)], it // len(names)) for it in numbers]
            )


def _row(portal: str, number: int) -> dict[str, Any]:
    """A row as crawling leaves it: see the head of this file for the mixture."""
    lot = number % 10
    is_known, is_visited, is_remembered = lot in (5, 6, 7), lot == 8, lot == 9
    is_listing = number % 100 == 0
    due_at = {5: LATER, 6: LATER, 7: LATER, 8: NOW, 9: None}.get(lot, CYCLE_AT)
    priority = 1 if is_listing else 3 if is_known or is_visited else 5 if is_remembered else 2
    return {
        "portal": portal,
        "key": portal,
        "url": _url(portal, number),
        "kind": (PageKind.LISTING if is_listing else PageKind.ARTICLE).value,
        "priority": priority,
        "due_at": due_at,
        "page_no": 1,
        "attempts_count": 0,
        "failures_count": 0,
        "found_at": CYCLE_AT,
        "found_on": f"http://{portal}.example.vn/tin-tuc",
        "visited_at": NOW if is_known or is_visited else None,
        "visited_cycle_at": CYCLE_AT if is_visited else None,
    }


def _url(portal: str, number: int) -> str:
    slug = "ubnd-thi-xa-hop-phien-thuong-ky-ban-giai-phap-thuc-day-giai-ngan-von-dau-tu-cong"
    path = f"/tin-tuc/-/view_content/{number * 7_919 % 10_000_019}-{slug}-{number}.html"
    return f"http://{portal}.example.vn{path}"


# --- the rounds ----------------------------------------------------------------------------------


class _Rounds:
    """Claim, settle, add, release: one portal after the other."""

    def __init__(self, connection: Connection, names: list[str]) -> None:
        self.connection, self.names = connection, names
        self.step = ""
        self.forget()
        self._turn, self._new = count(), count(20_000_000)

    def forget(self) -> None:
        """What was measured so far was to get warm."""
        self.taken_ms: dict[str, list[float]] = {step: [] for step in STEPS}
        self.cpu_ms: dict[str, list[float]] = {step: [] for step in STEPS}

    def one(self) -> None:
        """One round. Raises AssertionError when there was no whole slice."""
        portal = self.names[next(self._turn) % len(self.names)]
        claimed = self._timed(
            "claim",
            lambda it: frontier.claim(it, portal, owner=OWNER, cycle_at=CYCLE_AT, now=NOW),
        )
        assert isinstance(claimed, frontier.Slice)
        assert len(claimed.targets) == frontier.SLICE
        self._timed("settle 50", lambda it: self._settle(it, claimed.targets))
        findings = [
            frontier.Finding(url=_url(portal, next(self._new)), kind=PageKind.ARTICLE)
            for _ in claimed.targets
        ]
        self._timed(
            "add 50",
            lambda it: frontier.add_targets(
                it, findings, of=claimed.targets[0], key=portal, now=NOW
            ),
        )
        self._timed("release", lambda it: frontier.release(it, [OWNER]))

    def _settle(self, connection: Connection, targets: tuple[Target, ...]) -> None:
        after = frontier.AfterVisit(
            due_at=LATER, is_failure=False, kind=PageKind.ARTICLE, etag=None, last_modified=None
        )
        for target in targets:
            frontier.settle(connection, target, after, NOW)

    def _timed(self, step: str, work: Callable[[Connection], Any]) -> Any:
        self.step = step
        started_s, cpu_s = time.perf_counter(), time.process_time()
        with self.connection.begin():
            found = work(self.connection)
        self.cpu_ms[step].append((time.process_time() - cpu_s) * 1_000)
        self.taken_ms[step].append((time.perf_counter() - started_s) * 1_000)
        return found


def _scans(run: _Rounds) -> tuple[str, ...]:
    """The steps of a round in which SQLite would look through all rows of a table."""
    driver = run.connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    asked: list[tuple[str, str]] = []
    driver.set_trace_callback(lambda statement: asked.append((run.step, statement)))
    run.one()
    driver.set_trace_callback(None)
    found: dict[str, None] = {}
    for step, statement in asked:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            for *_, line in driver.execute(f"EXPLAIN QUERY PLAN {statement}"):
                if line.startswith("SCAN frontier") and "USING" not in line:
                    found[f"{step}: {line}"] = None
    assert asked
    return tuple(found)


# --- what is shown -------------------------------------------------------------------------------


def show(console: Console, cases: list[Case]) -> None:
    """The table, then how each step grows."""
    table = Table(box=None, pad_edge=False)
    for title in ("rows", "portals", "claims/s", *STEPS):
        table.add_column(title, justify="right", no_wrap=True)
    for title in ("peak MB", "grown MB", "database MB"):
        table.add_column(title, justify="right", no_wrap=True)
    for case in cases:
        table.add_row(
            f"{case.rows_count:,}",
            str(case.portals_count),
            f"{case.claims_per_s:,.0f}",
            *(f"{case.cpu_ms[step]:.2f} / {case.ms[step]:.1f}" for step in STEPS),
            f"{case.peak_mb:.0f}",
            f"{case.grown_mb:.0f}",
            f"{case.database_mb:.0f}",
        )
    console.print(table)
    console.print(
        "A step: milliseconds of CPU / by the wall with its commit to disk, medians; a claim is 50 "
        "URLs. SQLite's own cache is 64 MiB of the memory, once the database is that large.\n"
    )
    for first, last in _ends(cases):
        grown = ", ".join(
            f"{step} × {last.cpu_ms[step] / first.cpu_ms[step]:.2f}" for step in STEPS
        )
        console.print(
            f"portals: {last.portals_count}; rows × {last.rows_count / first.rows_count:,.0f}: "
            f"CPU of {grown}; memory × {last.peak_mb / first.peak_mb:.2f}"
        )
    scans = dict.fromkeys(scan for case in cases for scan in case.scans)
    console.print(f"steps that look through the whole table: {', '.join(scans) or 'none'}")


def _ends(cases: list[Case]) -> Iterator[tuple[Case, Case]]:
    for portals_count in PORTAL_COUNTS:
        mine = [case for case in cases if case.portals_count == portals_count]
        yield mine[0], mine[-1]


if __name__ == "__main__":
    main()
