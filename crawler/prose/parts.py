"""What inside the block of the main text is text, what is its lead, and what is no part. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from selectolax.lexbor import LexborNode

from crawler.prose.near import bylines, is_signature, lines
from crawler.prose.outline import Element, Outline, Run
from crawler.prose.words import TITLE, Place

_HEADING_RUNS, _HEADING_CHARS = 12, range(15, 301)  # above the text
_LEAST_WITH_HEADLINE, _LEAST_ALONE = 140, 400  # characters of running text of an article
_LINKS_SHARE = 5  # characters of links to one of text that make a page of links
_LEAST_AGAIN = 60  # of a text that stands twice, once for another screen
_LEAD_RUNS, _LEAD_SIZE = 3, 1_000  # at most
_LEAST_AFTER_LEAD = 80  # characters of text; without it the lead is the text
_CELLS, _CELL_RUNS = frozenset(("td", "th", "tr")), 3  # a column of a layout has more
_BOXES = frozenset(("article", "div", "fieldset", "form", "header", "section"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """The main text of a page."""

    node: LexborNode
    skipped: frozenset[int]  # `mem_id` of nodes inside that are no part of the text
    is_article: bool  # enough running text for an article
    size: int = 0  # characters of running text; of scripts without spaces twice as many
    heading: str = ""  # the nearest one above the text, when the page's title repeats none
    lead: str = ""  # what stands between headline and text, or is named so; not in the text
    lines: tuple[str, ...] = ()  # beside the headline and the text's end: dates, counters
    bylines: tuple[str, ...] = ()  # there too: who wrote it


def told(outline: Outline, weights: list[int], *, core: int, block: int) -> Prose:
    """The text in `block`, of which `core` is the body proper.

    `weights` has the size of the running text of each run, 0 where it does not count.
    """
    is_alone = outline.headline < 0
    heading = _heading_above(outline, weights, core) if is_alone else -1
    if heading >= 0:
        outline.headline = outline.runs[heading].element
    parts = _Parts(outline, weights, core, block)
    kept = parts.kept()
    parts.drop_idle_headings(kept)
    lead = parts.take_lead(kept)
    numbers = [number for number, is_kept in enumerate(kept) if is_kept]
    bare = (number for number in numbers if not outline.runs[number].is_caption)
    first, last = next(bare, numbers[0] if numbers else 0), numbers[-1] if numbers else 0
    if first < last and is_signature(outline, outline.runs[last]):
        kept[last] = False
    return Prose(
        node=outline.elements[block].node,
        skipped=parts.skipped(kept),
        is_article=parts.is_article(_LEAST_ALONE if is_alone else _LEAST_WITH_HEADLINE),
        size=parts.size,
        heading=outline.runs[heading].text if heading >= 0 else "",
        lead=" ".join(outline.runs[number].text for number in lead),
        lines=lines(outline, first, last),
        bylines=bylines(outline, first, last),
    )


def sums(sizes: Iterable[int]) -> list[int]:
    """The sum of all before each number."""
    return list(accumulate(sizes, initial=0))


def _heading_above(outline: Outline, weights: list[int], core: int) -> int:
    """The number of the run that heads the text, when no title told it; -1 when none does."""
    block = outline.elements[core]
    sure = next((n for n in range(block.first, block.end) if weights[n]), block.first)
    for number in range(sure - 1, max(sure - _HEADING_RUNS, 0) - 1, -1):
        run = outline.runs[number]
        if run.is_away or run.is_link or len(run.text) not in _HEADING_CHARS:
            continue
        attributes = outline.elements[run.element].node.attributes
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        if run.is_heading or TITLE.search(names):
            return number
    return -1


class _Parts:
    """The runs of one block."""

    def __init__(self, outline: Outline, weights: list[int], core: int, block: int) -> None:
        self.elements, self.runs, self.weights = outline.elements, outline.runs, weights
        self.has_headline = outline.headline >= 0
        self.hidden = outline.hidden
        self.core, self.block = outline.elements[core], outline.elements[block]
        self.core_number, self.block_number = core, block
        self.begin = self.block.first
        if self.has_headline and outline.elements[outline.headline].end <= self.core.end:
            self.begin = max(self.begin, outline.elements[outline.headline].end)
        self.text = sums(weights)
        self.size = self.text[self.block.end] - self.text[self.block.first]
        self.begin_of_page = outline.elements[outline.headline].end if self.has_headline else 0
        self.data = sums(self._is_data(run) for run in self.runs)

    def _is_data(self, run: Run) -> bool:
        return run.has_file or run.is_caption or self.elements[run.element].is_data

    def kept(self) -> list[bool]:
        """Of every run whether it is text: all of the core but what leads away; before the core
        and its first sure run only running text and captions.
        """
        kept = [False] * len(self.runs)
        seen: set[str] = set()
        inside = range(self.core.first, self.core.end)
        sure = next((number for number in inside if self.weights[number]), self.core.end)
        for number in range(self.begin, self.core.end):
            run = self.runs[number]
            is_again = run.text in seen
            if run.size >= _LEAST_AGAIN:
                seen.add(run.text)
            if not run.is_away and not run.is_link and not is_again:
                is_file = number >= self.core.first and run.has_file
                kept[number] = (
                    number >= sure or self.weights[number] > 0 or run.is_caption or is_file
                )
        return kept

    def take_lead(self, kept: list[bool]) -> list[int]:
        """The runs of the lead, which are then no longer kept: what stands between the headline
        and the core, or what in the core's beginning is named a lead.
        """
        before = [
            number
            for number in range(self.begin, self.core.first)
            if kept[number] and not self.runs[number].is_caption
        ]
        lead = before or self._named_lead(kept)
        size = sum(self.runs[number].size for number in lead)
        if not lead or len(lead) > _LEAD_RUNS or size > _LEAD_SIZE:
            return []
        if self.text[self.core.end] - self.text[lead[-1] + 1] < _LEAST_AFTER_LEAD:
            return []
        told = (n for n in range(lead[-1] + 1, len(kept)) if kept[n] and self._is_told(n))
        for number in range(lead[0], next(told, lead[-1] + 1)):
            is_heading = self.runs[number].is_heading and number not in lead
            kept[number] = kept[number] and (is_heading or self.runs[number].is_caption)
        return lead

    def _is_told(self, number: int) -> bool:
        return self.weights[number] > 0 or self._is_data(self.runs[number])

    def drop_idle_headings(self, kept: list[bool]) -> None:
        """A heading of nothing that is kept heads links to elsewhere."""
        is_next_kept = False
        for number in range(self.core.end - 1, self.begin - 1, -1):
            if self.runs[number].is_heading and not is_next_kept:
                kept[number] = False
            is_next_kept = kept[number]

    def _named_lead(self, kept: list[bool]) -> list[int]:
        first = next((number for number, is_kept in enumerate(kept) if is_kept), -1)
        lead: list[int] = []
        for number in range(max(first, 0), min(first + _LEAD_RUNS, len(kept))):
            run = self.runs[number]
            if kept[number] and not run.is_caption and self.elements[run.element].is_lead:
                lead.append(number)
        return lead

    def skipped(self, kept: list[bool]) -> frozenset[int]:
        """The nodes in the block that hold nothing of the text; images are kept."""
        kept_before = sums(kept)
        found: set[int] = set()
        number = self.block_number + 1
        while number < self.block.after:
            element = self.elements[number]
            if element.first == element.end:
                is_skipped = element.place is not Place.OPEN
            else:
                is_skipped = kept_before[element.first] == kept_before[element.end]
                if element.tag in _CELLS:
                    is_skipped = is_skipped and element.end - element.first > _CELL_RUNS
                is_skipped = is_skipped or self._is_insert(element)
            if is_skipped:
                found.add(element.node.mem_id)
            number = element.after if is_skipped else number + 1
        return frozenset(found.union(self.hidden))

    def _is_insert(self, element: Element) -> bool:
        """Whether it is a box of scraps in the text: several runs, and none of them a sentence."""
        first, end = element.first, element.end
        return (
            element.tag in _BOXES
            and end - first > 1
            and self.text[end] == self.text[first]
            and self.data[end] == self.data[first]
        )

    def is_article(self, least: int) -> bool:
        """Whether the text is enough, and not lost among teasers and links to elsewhere.

        Teasers below an article's text are common, above it they are a list.
        """
        runs = self.runs[self.core.first : self.core.end]
        begin = min(self.begin_of_page, self.core.first)
        before = sum(run.size for run in self.runs[begin : self.core.first] if run.is_teaser)
        teased = before + sum(run.size for run in runs if run.is_teaser and not run.is_away)
        linked = sum(run.link_size for run in runs if not run.is_away)
        return self.size >= least and self.size > teased and self.size * _LINKS_SHARE > linked
