"""What the demo found, beside what the portal really did."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from demo.town import EVENTS, VISITS
from storage import queries
from storage.queries import Connection
from terminal.runs import show_weather
from terminal.tables import show_changes, show_diff, table
from terminal.words import cell, number, size, spark

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TRUTH = {"appears": "new", "edited": "edited", "retitled": "edited", "moved": "moved",
         "removed": "gone"}  # fmt: skip
Answer = dict[str, Any]


def show_report(console: Console, connection: Connection, folder: Path) -> bool:
    """Changes, diffs, views, weather, bytes; True when they are exactly what happened."""
    changes = queries.changes_seen(connection, limit=1_000)
    later = [change for change in changes if change["seen_at"] >= VISITS[1]]
    console.print("What happened after the first crawl", style="bold")
    show_changes(console, later, ZONE)
    console.print("\nThe words of each edit", style="bold")
    for change in reversed(later):
        if change["kind"] == "edited":
            _show_edit(console, connection, change)
    console.print("\nViews of the most read", style="bold")
    _show_views(console, connection)
    console.print("\nWeather", style="bold")
    show_weather(console, queries.weather_runs_of(connection), ZONE)
    console.print()
    return _show_counts(console, connection, folder, later)


def _show_edit(console: Console, connection: Connection, change: Answer) -> None:
    console.print(cell(f"\n{change['title']}", "bold"))
    number = change["detail"]["version_no"]
    pair = queries.version_pair(connection, change["article"], number - 1, number)
    show_diff(console, *pair, ZONE)


def _show_views(console: Console, connection: Connection) -> None:
    shown = table("#id", "#first", "#last", "#rise", "", "title")
    rows = []
    for article in queries.articles_listed(connection, limit=1_000):
        runs = [r for r in queries.series_of(connection, article["id"]) if r["source"] == "article"]
        values = [run["value"] for run in runs]
        if len(values) > 1:
            rows.append((article, values))
    for article, values in sorted(rows, key=lambda row: -row[1][-1])[:8]:
        rise = values[-1] - values[0]
        shown.add_row(
            str(article["id"]), str(values[0]), str(values[-1]), f"+{rise}", spark(values),
            cell(article["title"], width=70),
        )  # fmt: skip
    console.print(shown)


def _show_counts(
    console: Console, connection: Connection, folder: Path, later: list[Answer]
) -> bool:
    """The totals, and each change beside the portal's own events."""
    happened = sorted((TRUTH[event.kind], str(event.native_id)) for event in EVENTS)
    found = sorted((change["kind"], str(change["native_id"])) for change in later)
    false_count = len([one for one in found if one not in happened])
    missed_count = len([one for one in happened if one not in found])
    doubled_count = len(found) - len(set(found))
    kinds = [change["kind"] for change in later]
    files, kept = queries.warc_bytes(connection)
    portal = queries.status(connection, VISITS[-1])[0]
    facts = table("", "")
    facts.show_header = False
    for name, text in (
        ("articles", ", ".join(f"{n} {state}" for state, n in portal["articles"].items())),
        ("changes", ", ".join(f"{kinds.count(k)} {k}" for k in ("new", "edited", "moved", "gone"))),
        ("versions", number(portal["versions_count"])),
        ("bytes kept", f"{size(kept)} in {files} WARC files, {portal['captures_count']} captures, "
                       f"{size(portal['payload_bytes'])} as sent"),
        ("missed changes", str(missed_count)),
        ("false changes", str(false_count + doubled_count)),
    ):  # fmt: skip
        facts.add_row(cell(name, "dim"), cell(text))
    console.print(facts)
    first = later[-1]["article"] if later else 1
    edited = next((change["article"] for change in later if change["kind"] == "edited"), first)
    console.print(f"\nThe archive is in {folder}/. Try:", style="bold")
    for command in ("articles", f"show {edited}", f"diff {edited}", "changes", "weather", "status"):
        console.print(f"  .venv/bin/khotin {command} --archive {folder}")
    return false_count + missed_count + doubled_count == 0
