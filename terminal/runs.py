"""What goes by itself, as a person reads it: weather, polls, counters of visitors."""

from zoneinfo import ZoneInfo

from rich.console import Console

from terminal.tables import Answer, table
from terminal.words import cell, local, number

_MEASURES = {
    "temperature_c": "°C",
    "low_c": "low",
    "high_c": "high",
    "humidity_pct": "hum. %",
    "wind_kmh": "km/h",
}


def show_weather(console: Console, answers: list[Answer], zone: ZoneInfo) -> None:
    """One run of equal weather per line, newest first; measures that nobody shows are left out."""
    if not answers:
        console.print("No weather seen. Portals show it in a block beside their pages.")
        return
    measures = [name for name in _MEASURES if any(a[name] is not None for a in answers)]
    names = [f"#{_MEASURES[name]}" for name in measures]
    shown = table("place", *names, "condition", "first seen", "last seen", "#looks")
    for answer in answers:
        condition = answer["condition"] if answer["is_filled"] else "not filled in"
        shown.add_row(
            cell(answer["place"], "bold"),
            *(number(answer[name]) for name in measures),
            cell(condition or "–", "" if answer["is_filled"] else "dim"),
            local(answer["first_seen_at"], zone),
            local(answer["last_seen_at"], zone),
            str(answer["observations_count"]),
        )
    console.print(shown)
    console.print(f"times in {zone.key}", style="dim")


OPENNESS = {True: "open", False: "closed", None: "open or not is not said"}


def show_polls(console: Console, answers: list[Answer], zone: ZoneInfo) -> None:
    """One poll after another, newest first: the question, then a line per option."""
    if not answers:
        console.print("No poll seen. Portals show them in a block beside their pages.")
        return
    for answer in answers:
        state = OPENNESS[answer["is_open"]]
        seen = f"{local(answer['first_seen_at'], zone)} to {local(answer['last_seen_at'], zone)}"
        console.print(cell(answer["question"], "bold"))
        looks = f"{answer['observations_count']} looks"
        console.print(cell(f"  {answer['portal']}, {state}, {seen}, {looks}", "dim"))
        shown = table("#votes", "#share", "option")
        for option in answer["options"]:
            shown.add_row(
                number(option["votes_count"]),
                number(option["share_pct"], " %"),
                cell(option["text"]),
            )
        if answer["total_count"] is not None:
            shown.add_row(cell(number(answer["total_count"]), "bold"), "", cell("in all", "bold"))
        console.print(shown)
    console.print(f"times in {zone.key}", style="dim")


def show_visitors(console: Console, answers: list[Answer], zone: ZoneInfo) -> None:
    """One line per run of equal counters, newest first."""
    if not answers:
        console.print("No counter of visitors seen. Portals show it beside their pages.")
        return
    shown = table("portal", "#online", "#today", "#total", "first seen", "last seen", "#looks")
    for answer in answers:
        shown.add_row(
            cell(answer["portal"]),
            *(number(answer[f"{name}_count"]) for name in ("online", "today", "total")),
            local(answer["first_seen_at"], zone),
            local(answer["last_seen_at"], zone),
            str(answer["observations_count"]),
        )
    console.print(shown)
    console.print(f"times in {zone.key}", style="dim")
