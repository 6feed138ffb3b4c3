"""`khotin log`: where a portal's crawl stands, and what its last requests brought."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from terminal.tables import Answer, table
from terminal.words import cell, local, plain, size

OUTCOME_STYLES = {"failed": "red", "refused": "red", "missing": "yellow", "redirected": "cyan"}
_QUEUE = {
    "due_count": "#due now",
    "later_count": "#due later",
    "visited_count": "#visited",
    "remembered_count": "#for a backfill",
    "set_aside_count": "#put away",
}


def show_log(
    console: Console, state: Answer, visits: list[Answer], now: datetime, zone: ZoneInfo
) -> None:
    """What it waits for, who is asked how, the queue, then the visits, newest first."""
    console.print(cell(_standing(state, now, zone), "yellow" if state["waits_until"] else "bold"))
    console.print(_facts(state, zone))
    if state["queue"]:
        console.print()
        console.print(_queue(state["queue"]))
    for reason in state["traps"]:
        console.print(cell(f"! a trap, not followed further: {reason}", "yellow"))
    for each in state["set_aside"]:
        console.print(cell(f"! put away: {each['url']}: {each['reason']}", "yellow"))
    console.print()
    if not visits:
        console.print("Nothing was asked yet. `khotin crawl` begins.")
        return
    console.print(_visits(visits, now, zone))
    console.print(f"{len(visits)} visits, newest first; times in {zone.key}", style="dim")


def _standing(state: Answer, now: datetime, zone: ZoneInfo) -> str:
    """One sentence: what the portal does now."""
    if state["waits_until"] is not None:
        return f"waiting until {_at(state['waits_until'], now, zone)}: {state['waits_reason']}"
    if state["cycle_started_at"] is None:
        return "never crawled"
    begun = state["cycle_started_at"]
    if state["cycle_ended_at"] is None or state["cycle_ended_at"] < begun:
        return f"a cycle began at {_at(begun, now, zone)} and has not ended"
    said = f"the last cycle ended at {_at(state['cycle_ended_at'], now, zone)}"
    if state["next_due_at"] is not None:
        said += f"; the next page is due at {_at(state['next_due_at'], now, zone)}"
    return said


def _facts(state: Answer, zone: ZoneInfo) -> Table:
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column(style="dim", no_wrap=True)
    shown.add_column(overflow="fold")
    shown.add_row("today", f"{state['requests_today_count']:,} requests")
    for key in state["keys"]:
        said = f"{key['key']}, {key['delay_s']:g} s between requests"
        if key["lease_owner"]:
            said += ", asked now"
        if key["blocked_until"] is not None and key["reason"]:
            said += f"; {key['reason']}"
        shown.add_row("asked as", cell(said))
    for robots in state["robots"]:
        said = f"{robots['origin']} allows {robots['allows']}, until "
        said += local(robots["expires_at"], zone)
        if robots["crawl_delay_s"]:
            said += f", Crawl-delay {robots['crawl_delay_s']:g} s"
        shown.add_row("robots.txt", cell(said))
    if state["backfill_at"] is not None:
        shown.add_row("backfill", f"under way since {local(state['backfill_at'], zone)}")
    for section in state["sections"]:
        found = local(section["found_at"], zone)
        shown.add_row("new section", cell(f"{section['url']}, found {found}"))
    return shown


def _queue(queue: list[Answer]) -> Table:
    names = {name: title for name, title in _QUEUE.items() if any(row[name] for row in queue)}
    shown = table("targets", *names.values())
    for row in queue:
        shown.add_row(row["kind"], *(f"{row[name]:,}" if row[name] else "–" for name in names))
    return shown


def _visits(visits: list[Answer], now: datetime, zone: ZoneInfo) -> Table:
    shown = table("asked", "what came", "#bytes", "#ms", "again", "url")
    for visit in visits:
        url = cell(visit["url"])
        if why := _why(visit):
            url.append("\n").append_text(cell(why, "dim"))
        shown.add_row(
            visit["started_at"].astimezone(zone).strftime("%m-%d %H:%M:%S"),
            cell(_came(visit), OUTCOME_STYLES.get(visit["outcome"], "")),
            size(visit["payload_bytes"]) if visit["payload_bytes"] is not None else "–",
            "–" if visit["duration_ms"] is None else f"{visit['duration_ms']:,}",
            "–" if visit["due_at"] is None else _at(visit["due_at"], now, zone),
            url,
        )
    return shown


def _came(visit: Answer) -> str:
    said = str(visit["outcome"]).replace("_", " ")
    if visit["status"] is not None:
        said = f"{visit['status']} {said}"
    if visit["quality"] not in (None, "ok"):
        said += f", {visit['quality']}"
    return said


def _why(visit: Answer) -> str:
    """What a person should know besides; the URL stands there already."""
    parts = [visit["message"], visit["reason"], visit["set_aside"]]
    said = [plain(part).removeprefix(f"{visit['url']}: ") for part in parts if part]
    if visit["tls_error"]:
        said.append(f"certificate not verified: {plain(visit['tls_error'])}")
    return "; ".join(dict.fromkeys(said))


def _at(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant as briefly as can be understood: the time alone on the same day."""
    is_today = instant.astimezone(zone).date() == now.astimezone(zone).date()
    shown = local(instant, zone)
    return shown.partition(" ")[2] if is_today else shown
