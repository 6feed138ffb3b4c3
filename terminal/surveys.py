"""A first look at a portal as a person reads it: what was found, what was not."""

from collections.abc import Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.records import Quality, Reading
from terminal.words import cell, local, number

TITLE_LETTERS = 60


class Seen(Protocol):
    """What a survey found; see `survey.Survey`."""

    site: Any
    title: str
    evidence: str
    robots: str
    sections: tuple[str, ...]
    found: list[Any]
    articles: list[Reading]
    learned: Any
    notes: list[str]


def show_survey(console: Console, seen: Seen) -> None:
    """The portal in a few lines, then the articles in a table."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    family = seen.site.family.id
    why = f"{family}, by {seen.evidence}" if seen.evidence else f"{family}: no family is known"
    facts.add_row("front page", cell(f"{seen.title or 'without title'}  {seen.site.home}"))
    facts.add_row("family", cell(why))
    facts.add_row("robots.txt", cell(seen.robots))
    facts.add_row("sections", cell(f"{len(seen.sections)}: {', '.join(seen.sections[:8])}"))
    for each in seen.found:
        said = f"{each.entries_count} entries" if each.entries_count is not None else each.why
        facts.add_row(each.kind, cell(f"{each.url}  {said}"))
    console.print(facts)
    if not seen.articles:
        console.print(
            cell(
                "No article was found: name a section's URL instead of the front page, or write "
                "the portal's urls.article in its section.",
                "yellow",
            )
        )
    else:
        console.print()
        console.print(_articles(seen))
        console.print(_rates(seen.articles))
    for note in seen.notes:
        console.print(cell(f"note: {note}", "yellow"))


def _articles(seen: Seen) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("title", "published", "views", "authors", "section", "letters", "images", "files"):
        is_number = name in ("views", "letters", "images", "files")
        table.add_column(
            name,
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=name in ("views", "letters", "images", "files", "published"),
        )
    for reading in seen.articles:
        article = reading.article
        if article is None or reading.quality is not Quality.OK:
            table.add_row(cell(f"{reading.quality.value}: {reading.reason}", "red"))
            continue
        views = reading.view_count
        when = article.published
        table.add_row(
            cell(article.title, width=TITLE_LETTERS),
            _or_dash(local(when.at, seen.site.zone) if when else None),
            _or_dash(number(views.count) if views else None),
            _or_dash(", ".join(article.authors)),
            _or_dash(article.section),
            cell(str(len(article.text))),
            cell(str(len(article.images))),
            cell(str(len(article.attachments))),
        )
    return table


def _rates(articles: Sequence[Reading]) -> Text:
    """Of how many articles each field was found."""
    good = [each.article for each in articles if each.article is not None]
    counts = {
        "title": sum(1 for each in good if each.title),
        "date": sum(1 for each in good if each.published),
        "views": sum(1 for each in articles if each.view_count),
        "text": sum(1 for each in good if each.text),
        "authors": sum(1 for each in good if each.authors),
    }
    shown = ", ".join(f"{name} {count}" for name, count in counts.items())
    return cell(f"found on {len(articles)} pages: {shown}", "dim")


def _or_dash(text: str | None) -> Text:
    return cell(text, width=TITLE_LETTERS) if text else cell("–", "dim")
