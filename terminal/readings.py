"""One page as the rules see it: each value with the rule that found it."""

from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from terminal.runs import OPENNESS
from terminal.words import cell, number

Answer = dict[str, Any]
TEXT_LETTERS = 400  # of the body, enough to see that it is the right one


def show_reading(console: Console, answer: Answer, zone: ZoneInfo) -> None:
    """A reading for people; `answer` is the JSON form."""
    good = answer["quality"] == "ok" and answer["status"] in (200, None)
    came = "from a file" if answer["status"] is None else f"status {answer['status']}"
    head = f"{answer['kind']}, {answer['quality']}, {came}"
    console.print(cell(head, "bold green" if good else "bold red"))
    if answer["reason"]:
        console.print(cell(answer["reason"], "yellow"))
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold", ratio=3)
    facts.add_column(style="dim", overflow="fold", ratio=2)
    for name, value, rule in _rows(answer):
        facts.add_row(name, cell(value), cell(_found(answer, rule)))
    console.print(facts)
    _show_lists(console, answer)
    console.print(cell(f"times of the portal are in {zone.key}; instants in UTC", "dim"))


def _rows(answer: Answer) -> list[tuple[str, str | None, str]]:
    rows: list[tuple[str, str | None, str]] = [
        ("url", answer["final_url"], ""),
        ("captured", answer["captured_at"], ""),
        ("family", answer["family"], ""),
        ("layout", f"{answer['layout'] or 'none'}, rules {answer['rules']}", ""),
    ]
    article = answer["article"]
    if article is None:
        return rows
    text = article["text"]
    cut = f"{text[:TEXT_LETTERS]}… ({len(text)} letters)" if len(text) > TEXT_LETTERS else text
    published = f"{article['published_at']} ({article['published_precision']})"
    views, comments = answer["view_count"], answer["comment_count"]
    credited = (f"{credit['role']}: {credit['name']}" for credit in article["credits"])
    rows += [
        ("native id", article["native_id"], "article.native_id"),
        ("title", article["title"], "article.title"),
        ("section", article["section"], "article.section"),
        ("published", published if article["published_at"] else None, "article.published_at"),
        ("updated", article["updated_at"], "article.updated_at"),
        ("views", number(views["count"]) if views else None, "view_count"),
        ("comments", number(comments["count"]) if comments else None, "comment_count"),
        ("authors", ", ".join(article["authors"]) or None, "article.authors"),
        ("credits", ", ".join(credited) or None, ""),
        ("tags", ", ".join(article["tags"]) or None, "article.tags"),
        ("lead", article["lead"], "article.lead"),
        ("text", cut, "article.text"),
    ]
    rows += [("image", f"{i['url']}  {i['caption'] or ''}", "") for i in article["images"]]
    rows += [("attachment", f"{f['name']}  {f['url']}", "") for f in article["attachments"]]
    return [(name, value or "–", rule) for name, value, rule in rows]


def _found(answer: Answer, rule: str) -> str:
    found = answer["provenance"].get(rule)
    return f"{found['selector']} (candidate {found['candidate']})" if found else ""


def _show_lists(console: Console, answer: Answer) -> None:
    for place in answer["weather"]:
        value = place["text"] if place["is_filled"] else f"{place['place']}: not filled in"
        console.print(cell(f"weather    {value}"))
    for poll in answer["polls"]:
        state = OPENNESS[poll["is_open"]]
        total = f", {poll['total_count']} votes" if poll["total_count"] is not None else ""
        console.print(cell(f"poll       {poll['question']} ({state}{total})"))
        for option in poll["options"]:
            votes = f"{number(option['votes_count']):>8}  {number(option['share_pct'], ' %'):>6}"
            console.print(Text(f"           {votes}  ") + cell(option["text"]))
    if answer["visitors"]:
        names = ("online", "today", "total")
        counters = (f"{name} {number(answer['visitors'][f'{name}_count'])}" for name in names)
        console.print(cell(f"visitors   {', '.join(counters)}"))
    for block in answer["link_blocks"]:
        line = f"link block {block['title'] or 'without title'}: {len(block['links'])} links"
        console.print(cell(line))
    for item in answer["placements"]:
        views = item["view_count"]["count"] if item["view_count"] else None
        when = (item["published_at"] or "–")[:16]
        line = f"{item['position']:>3}  {when:<16}  {number(views):>6}  {item['title']}"
        console.print(cell(line))
    for refused in answer["refusals"]:
        line = f"refused    {refused['field']} {refused['text']!r}: {refused['reason']}"
        console.print(cell(line, "yellow"))
    links = answer["links"]
    counts = f"{len(links['articles'])} articles, {len(links['listings'])} listings"
    console.print(cell(f"links      {counts}, next page: {links['next'] or 'none'}", "dim"))


def show_tries(console: Console, tries: list[Answer]) -> None:
    """Every rule of the family with how often it matched and what it gave."""
    layout = None
    for each in tries:
        if each["layout"] != layout:
            layout = each["layout"]
            console.print(cell(f"\nlayout {layout}", "bold"))
            table = Table(box=None, show_header=False, pad_edge=False)
            table.add_column(no_wrap=True)
            table.add_column(justify="right")
            table.add_column(overflow="fold", ratio=2)
            table.add_column(overflow="fold", ratio=3)
            for one in (one for one in tries if one["layout"] == layout):
                style = "green" if one["matches_count"] else "dim"
                count = number(one["matches_count"])
                table.add_row(
                    cell(one["rule"], style),
                    cell(count, style),
                    cell(one["selector"], "dim"),
                    cell(one["value"]),
                )
            console.print(table)
