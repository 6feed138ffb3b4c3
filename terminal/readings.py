"""One page as the rules see it: each value with the rule that found it."""

from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

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
        ("layout", f"{answer['layout'] or 'none'}, rules {answer['rules']}", ""),
    ]
    article = answer["article"]
    if article is None:
        return rows
    text = article["text"]
    cut = f"{text[:TEXT_LETTERS]}… ({len(text)} letters)" if len(text) > TEXT_LETTERS else text
    published = f"{article['published_at']} ({article['published_precision']})"
    views = answer["view_count"]
    rows += [
        ("native id", article["native_id"], "article.native_id"),
        ("title", article["title"], "article.title"),
        ("section", article["section"], "article.section"),
        ("published", published if article["published_at"] else None, "article.published_at"),
        ("views", number(views["count"]) if views else None, "view_count"),
        ("authors", ", ".join(article["authors"]) or None, "article.authors"),
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
        value = place["text"] if place["is_filled"] else "not filled in"
        console.print(cell(f"weather    {place['place']}: {value}"))
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
