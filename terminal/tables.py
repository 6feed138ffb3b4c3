"""The archive's answers as tables that align, with empty states that say what to do next."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from terminal.diffs import diff_fields
from terminal.words import cell, local, number, plain, size, spark

Answer = dict[str, Any]
UTC_ZONE = ZoneInfo("UTC")
NOTHING_FITS = "Nothing fits. Ask for more: another page, time, kind or portal."
STATE_STYLES = {"live": "green", "gone": "red", "soft_gone": "red", "listed": "yellow"}
KIND_STYLES = {"new": "green", "edited": "yellow", "moved": "cyan", "gone": "red"}
QUIET = {True: "quiet", False: "announced", None: ""}


_FLEXIBLE = frozenset({"title", "url", "condition", "option", "proved by"})


def table(*columns: str) -> Table:
    """An unboxed table; a column named `#…` is aligned right, only long texts are folded."""
    made = Table(box=None, pad_edge=False)
    for column in columns:
        name = column.lstrip("#")
        is_flexible = name in _FLEXIBLE
        made.add_column(
            name,
            justify="right" if column.startswith("#") else "left",
            header_style="bold dim",
            no_wrap=not is_flexible,
            overflow="fold" if is_flexible else "ellipsis",
            min_width=None if is_flexible else len(name),
        )
    return made


def zone_of(zones: dict[str, str], portal: str | None) -> ZoneInfo:
    """The zone times are shown in: the portal's; UTC across portals with different ones."""
    if portal in zones:
        return ZoneInfo(zones[portal])
    return ZoneInfo(next(iter(zones.values()))) if len(set(zones.values())) == 1 else UTC_ZONE


def show_status(console: Console, answers: list[Answer], warc: tuple[int, int]) -> None:
    """Each portal on a line, then what is kept."""
    if not answers:
        console.print("The archive is empty. `khotin crawl` fills it.")
        return
    shown = table("portal", "#live", "#gone", "#listed", "#versions", "#captures", "#bytes",
                  "#due", "last cycle (UTC)")  # fmt: skip
    for answer in answers:
        states = answer["articles"]
        gone = states.get("gone", 0) + states.get("soft_gone", 0)
        shown.add_row(
            cell(answer["portal"], "bold"),
            str(states.get("live", 0)),
            str(gone),
            str(states.get("listed", 0)),
            str(answer["versions_count"]),
            str(answer["captures_count"]),
            size(answer["payload_bytes"]),
            str(answer["due_count"]),
            local(answer["cycle_ended_at"] or answer["cycle_started_at"], UTC_ZONE),
        )
    console.print(shown)
    for answer in answers:
        for wait in answer["waits"]:
            until = local(wait["until"], UTC_ZONE)
            said = f"! {answer['portal']}: nothing is asked until {until} UTC: {wait['reason']}"
            console.print(cell(said, "yellow"))
    console.print(f"{warc[0]} WARC files, {size(warc[1])}", style="dim")


def show_articles(
    console: Console, answers: list[Answer], zone: ZoneInfo, *, is_part: bool = False
) -> None:
    """One article per line, newest first; `is_part` when the question left some out."""
    if not answers:
        empty = "No articles here yet. `khotin crawl` looks for some."
        console.print(NOTHING_FITS if is_part else empty)
        return
    shown = table("#id", "published", "state", "#v", "#views", "section", "title")
    for answer in answers:
        shown.add_row(
            str(answer["id"]),
            local(answer["published_at"], zone),
            cell(answer["state"], STATE_STYLES.get(answer["state"], "")),
            str(answer["versions_count"]),
            number(answer["view_count"]),
            cell(", ".join(answer["sections"]), width=28),
            cell(answer["title"]),
        )
    console.print(shown)
    console.print(
        f"{len(answers)} articles, times in {zone.key}; v = versions. `khotin show ID` shows one.",
        style="dim",
    )


def show_changes(
    console: Console, answers: list[Answer], zone: ZoneInfo, *, is_part: bool = False
) -> None:
    """One change per line, newest first; `is_part` when the question left some out."""
    if not answers:
        empty = "No changes recorded. They appear when a crawl finds one."
        console.print(NOTHING_FITS if is_part else empty)
        return
    shown = table("#id", "seen", "change", "#article", "title")
    for answer in answers:
        shown.add_row(
            str(answer["id"]),
            local(answer["seen_at"], zone),
            cell(answer["kind"], KIND_STYLES.get(answer["kind"], "")),
            str(answer["article"]),
            _titled(answer["title"], what_changed(answer, zone)),
        )
    console.print(shown)
    console.print(
        f"times in {zone.key}. `khotin diff ARTICLE` shows the words of an edit.", style="dim"
    )


def _titled(title: str, what: str) -> Text:
    """A title, and under it what happened to it."""
    text = cell(title)
    if what:
        text.append("\n").append_text(cell(what, "dim"))
    return text


def what_changed(change: Answer, zone: ZoneInfo) -> str:
    """A change in a few words."""
    detail = change["detail"]
    if change["kind"] == "edited":
        said = f"{', '.join(change['fields'])} +{change['added_chars']} −{change['removed_chars']}"
        returns = f", back to version {detail['returns_to']}" if detail.get("returns_to") else ""
        return f"{said}{returns} {QUIET[change['is_quiet']]}".strip()
    if change["kind"] == "moved":
        left, entered = ", ".join(detail["left"]), ", ".join(detail["entered"])
        return f"{left or '·'} → {entered or '·'}"
    if change["kind"] == "gone":
        last, missing = (_instant(detail[name]) for name in ("last_seen_at", "first_missing_at"))
        checks = detail["checks_count"]
        return (
            f"last seen {local(last, zone)}, first missing {local(missing, zone)}, "
            f"checked {checks} times"
        )
    return ""


# --- one article --------------------------------------------------------------------------------


def show_article(console: Console, answer: Answer, zone: ZoneInfo) -> None:
    """An article: its fields, its versions with their proofs, its counters, its presence."""
    console.print(cell(answer["title"], "bold"))
    newest = answer["versions"][-1]["article"] if answer["versions"] else None
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in _facts(answer, newest, zone):
        facts.add_row(name, value)
    console.print(facts)
    if newest is None:
        console.print("\nListed only: its page was never read.", style="yellow")
    else:
        console.print()
        if newest["lead"]:
            console.print(cell(newest["lead"], "italic"))
        for block in newest["blocks"]:
            is_image = block["kind"] == "image"
            text = f"[image] {block['text']}" if is_image else block["text"]
            console.print(cell(text, "dim" if is_image else ""))
    _show_versions(console, answer, zone)
    _show_series(console, answer, zone)
    _show_presence(console, answer, zone)


def _facts(answer: Answer, newest: Answer | None, zone: ZoneInfo) -> list[tuple[str, Text]]:
    fields = (answer["provenance"] or {}).get("fields", {})

    def found(name: str) -> str:
        return f"   ← {fields[name]['selector']}" if name in fields else ""

    facts = [("state", cell(answer["state"], STATE_STYLES.get(answer["state"], "")))]
    if newest is not None:
        published = newest["published_text"] or ""
        facts += [
            ("published", cell(f"{local(answer['published_at'], zone)} ({published})")),
            ("authors", cell(", ".join(newest["authors"]) or "–")),
        ]
        facts[-2][1].append(found("article.published_at"), style="dim")
        facts[-1][1].append(found("article.authors"), style="dim")
    facts += [
        ("section", cell(", ".join(answer["sections"]) or "–")),
        ("views", cell(number(answer["view_count"]))),
        ("portal, id", cell(f"{answer['portal']}/{answer['native_id'] or '–'}")),
    ]
    facts[-2][1].append(found("view_count"), style="dim")
    facts[-3][1].append(found("article.section"), style="dim")
    facts += [("url", cell(url["url"])) for url in answer["urls"]]
    if answer["provenance"]:
        rules = answer["provenance"]
        facts.append(("read by", cell(f"{rules['layout']}, rules {rules['rules']}", "dim")))
    return facts


def _show_versions(console: Console, answer: Answer, zone: ZoneInfo) -> None:
    if not answer["versions"]:
        return
    shown = table("#v", "first seen", "last seen", "cause", "proved by")
    for version in answer["versions"]:
        proof = version["first_capture"]
        shown.add_row(
            str(version["version_no"]),
            local(version["first_seen_at"], zone),
            local(version["last_seen_at"], zone),
            cell(version["cause"]),
            cell(f"{proof['warc_file']} @ {proof['warc_offset']}", "dim"),
        )
    console.print("\nVersions", style="bold")
    console.print(shown)


def _show_series(console: Console, answer: Answer, zone: ZoneInfo) -> None:
    if not answer["series"]:
        return
    console.print("\nViews", style="bold")
    shown = table("seen on", "#first", "#last", "#looks", "from", "to", "")
    for source in sorted({run["source"] for run in answer["series"]}):
        runs = [run for run in answer["series"] if run["source"] == source]
        shown.add_row(
            source,
            str(runs[0]["value"]),
            str(runs[-1]["value"]),
            str(sum(run["observations_count"] for run in runs)),
            local(runs[0]["first_seen_at"], zone),
            local(runs[-1]["last_seen_at"], zone),
            spark([run["value"] for run in runs][-60:]),
        )
    console.print(shown)


def _show_presence(console: Console, answer: Answer, zone: ZoneInfo) -> None:
    if not answer["presence"]:
        return
    console.print("\nPresence", style="bold")
    shown = table("state", "first", "last", "#checks", "url")
    for run in answer["presence"]:
        shown.add_row(
            cell(run["state"], STATE_STYLES.get(run["state"], "")),
            local(run["first_seen_at"], zone),
            local(run["last_seen_at"], zone),
            str(run["checks_count"]),
            cell(run["url"], "dim"),
        )
    console.print(shown)


def show_diff(console: Console, old: Answer, new: Answer, zone: ZoneInfo) -> None:
    """What differs between two versions, word by word."""
    console.print(
        f"version {old['version_no']} (last seen {local(old['last_seen_at'], zone)}) → "
        f"version {new['version_no']} (first seen {local(new['first_seen_at'], zone)})",
        style="bold",
    )
    shown = list(diff_fields(old["article"], new["article"]))
    if not shown:
        console.print("No content field differs.")
    for field, text in shown:
        console.print(f"{field}:", style="cyan")
        console.print(text)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


__all__ = ["plain", "show_article", "show_articles", "show_changes", "show_diff", "show_status",
           "table", "what_changed", "zone_of"]  # fmt: skip
