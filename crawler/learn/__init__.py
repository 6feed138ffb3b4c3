"""What the pages of an unknown site have in common, as selectors a person can edit. Pure.

From several article pages and what the generic family read on them: where title, lead, dateline,
counter, byline, section and text stand. What is learned is right on at least two thirds of the
pages that show it and wrong on none. At most MOST_PAGES pages are looked at, and of each a bounded
number of elements, so the time is linear in their size. Refuses to guess: a field without a
dependable selector is absent.

    outline.py    a page as places that can hold a value: one walk
    values.py     what a field's value is, and whether a selector gives it
    selectors.py  selectors of an element that may outlive the next article
    choose.py     the best selector of a field
    body.py       the body, and what in it is no text
    section.py    all this as a section of the config
"""

from collections.abc import Iterable, Iterator, Sequence

from core.records import Quality, Reading
from core.text import same_form
from crawler.learn.body import body_of, skips_of, text_node
from crawler.learn.choose import LEAST_PAGES, choose
from crawler.learn.outline import outline_of
from crawler.learn.proposals import Learned, Proposal
from crawler.learn.section import to_toml
from crawler.learn.values import FIELDS, Sample, known_of, spots_of
from crawler.page import TEXT, Page

__all__ = ["Learned", "Proposal", "learn", "to_toml"]

MOST_PAGES = 12
_LEAST_SIGNS = 2
_LONG = 60  # characters of a paragraph of the text


def learn(pages: Sequence[tuple[Page, Reading]]) -> Learned:
    """What the articles among these pages of one site have in common.

    Each reading is what the generic family found on its page. Listings and broken pages may be
    among them: they are only asked whether they look like an article. Of two articles at one URL
    the first counts. Fewer than two articles teach nothing.
    """
    samples, others = _samples(pages)
    if len(samples) < LEAST_PAGES:
        return Learned(pages_count=len(samples))
    found = body_of(samples, ())
    body, alike = found if found is not None else (None, samples)
    fields: dict[str, Proposal] = {}
    for name in FIELDS:
        chosen = choose(name, alike)
        if chosen is not None:
            fields[name] = chosen
        if name == "title":
            _frame(alike, body, chosen)
    found = body_of(samples, tuple(fields.values())) or found  # now without what is none of it
    body, alike = found if found is not None else (None, samples)
    skips = skips_of(alike, body, fields.values()) if body is not None else ()
    return Learned(
        pages_count=len(samples),
        fields=fields,
        body=body,
        body_skip=tuple(skips),
        article_signs=tuple(_signs(body, fields, others, len(alike))),
    )


def _samples(pages: Iterable[tuple[Page, Reading]]) -> tuple[list[Sample], list[Page]]:
    """The articles, each URL once, and the pages that are none."""
    samples: dict[str, Sample] = {}
    others: list[Page] = []
    for page, reading in pages:
        if reading.article is None or reading.quality is not Quality.OK:
            others.append(page)
        elif page.url not in samples and len(samples) < MOST_PAGES:
            outline = outline_of(page, text_node(page, reading))
            lines = tuple(same_form(each.text) for each in reading.article.blocks if each.text)
            samples[page.url] = Sample(
                page=page, reading=reading, outline=outline, lines=lines, known=known_of(reading)
            )
    return list(samples.values()), others[:MOST_PAGES]


def _frame(samples: list[Sample], body: Proposal | None, title: Proposal | None) -> None:
    """Note where headline and text stand on each page: other fields are near them."""
    for sample in samples:
        outline = sample.outline
        headline = sample.page.node(title.selector) if title is not None else None
        if headline is None:
            headline = next((spot.node for spot in spots_of(sample, "title")), None)
        top = outline.number_of(headline)
        node = sample.page.node(body.selector) if body is not None else None
        if node is None:
            node = text_node(sample.page, sample.reading)
        number = outline.number_of(node)
        if number is None:
            continue
        lines = frozenset(sample.lines)
        inside = range(number, outline.ends[number])
        paragraphs = (
            spot.number
            for spot in outline.spots
            if spot.number in inside and len(spot.text) >= _LONG and same_form(spot.text) in lines
        )
        sample.title = top if top is not None else -1
        sample.text = (next(paragraphs, number), outline.ends[number])


def _signs(
    body: Proposal | None, fields: dict[str, Proposal], others: list[Page], count: int
) -> Iterator[Proposal]:
    """What tells an article's page: body and title, and more while other pages show those too."""
    title = fields.get("title")
    signs = [each for each in (body, title) if each is not None]
    if not signs:
        return
    yield from signs
    misled = [page for page in others if all(page.matches(each.selector) for each in signs)]
    more = [fields[name] for name in ("published", "lead", "view_count") if name in fields]
    for each in more:
        rest = [page for page in misled if page.matches(each.selector)]
        if len(rest) < len(misled) and each.pages_count == count:
            yield each
            misled = rest
    if misled or len(signs) < _LEAST_SIGNS:  # the text's shape tells them too
        yield Proposal(selector=TEXT, pages_count=count, of_count=count, example="")
