"""The selector that gives a field on most pages and a wrong value on none. Pure.

Of each page at most _MOST_SPOTS places are looked at, of their selectors only those that name such
a place on enough pages, the cheapest _MOST_TRIED of them.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from core.records import When
from crawler.layout import Candidate
from crawler.learn.outline import Spot
from crawler.learn.proposals import Proposal
from crawler.learn.selectors import Weighed, selectors_of
from crawler.learn.values import (
    Place,
    Sample,
    Verdict,
    likely_spots_of,
    opening_spots_of,
    read_value,
    says_something,
    spots_of,
    values_of,
    verdict_on,
    verdict_on_opening,
)

LEAST_PAGES = 2
_MOST_SPOTS = 12
_MOST_TRIED = 60
_EXAMPLE_CHARS = 300
_LESS_FOR_HEADING = {"h1": 0.0, "h2": 0.3, "h3": 0.6}
_WHOLE = 0.8  # against a box whose part says the same
_COST_OF = {Place.BETWEEN: 0.0, Place.NEAR: 1.0, Place.INSIDE: 2.0, Place.FAR: 2.5}
_SOME = 4  # a lead is known on at least one page of so many
_SITE_WIDE, _ALIKE = 1_000, 0.02  # a counter of visitors is large, and nearly the same everywhere
_HINTS = {
    "title": r"title|headline|heading|tieu-?_?de",
    "lead": r"sapo|lead|summary|desc|intro|hometext|tom-?_?tat|trich",
    "published": r"date|time|ngay|publi|post|created",
    "view_count": r"view|luot|xem|count|hit|read",
    "authors": r"author|tac-?_?gia|by-?line|writer|name",
    "section": r"crumb|section|cat|chuyen-?_?muc",
    "body": r"content|body|noi-?_?dung|detail|text|entry|chi-?_?tiet",
}
HINTS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _HINTS.items()}
_LESS_LIKELY = {"published": re.compile(r"modif|updat|cap-?_?nhat", re.IGNORECASE)}

Key = tuple[Weighed, str | None]  # a selector and an attribute


def enough(count: int) -> int:
    """How many of these pages a selector has to be right on."""
    return max(LEAST_PAGES, math.ceil(2 * count / 3))


def shared(
    found: Iterable[Iterable[tuple[Weighed, str | None]]], least: int
) -> list[tuple[str, str | None, float, bool]]:
    """The selectors found on at least so many pages, the cheapest first, at most _MOST_TRIED.

    `found` has a page's selectors each. Of one selector on several pages the least cost counts.
    """
    counts: dict[tuple[str, str | None], int] = {}
    costs: dict[tuple[str, str | None], tuple[float, bool]] = {}
    for of_page in found:
        seen: set[tuple[str, str | None]] = set()
        for weighed, attribute in of_page:
            key = (weighed.css, attribute)
            seen.add(key)
            cost = (weighed.cost, weighed.is_named)
            costs[key] = min(cost, costs.get(key, cost))
        for key in seen:
            counts[key] = counts.get(key, 0) + 1
    fitting = [(*key, *costs[key]) for key, count in counts.items() if count >= least]
    fitting.sort(key=lambda each: (each[2], each[0], each[1] or ""))
    return fitting[:_MOST_TRIED]


def choose(name: str, samples: Sequence[Sample]) -> Proposal | None:
    """The best selector for a field; None when none is dependable."""
    knowing = [sample for sample in samples if name in sample.known]
    best = None
    if len(knowing) >= LEAST_PAGES:
        best = _Choice(name, samples, len(knowing), spots_of, verdict_on).best()
    if name == "lead" and best is None and knowing and len(knowing) * _SOME >= len(samples):
        return _Choice(name, samples, len(samples), opening_spots_of, verdict_on_opening).best()
    if len(knowing) >= LEAST_PAGES:
        return best
    if name in ("published", "view_count", "authors") and len(samples) >= LEAST_PAGES:
        return _Choice(name, samples, len(samples), likely_spots_of, says_something).best()
    return None


class _Choice:
    """The choice for one field: from places to selectors to the best of them."""

    def __init__(
        self,
        name: str,
        samples: Sequence[Sample],
        of_count: int,
        spots: Callable[[Sample, str], Iterable[Spot]],
        judge: Callable[[Sample, Candidate, str], Verdict],
    ) -> None:
        self.name, self.samples, self.of_count = name, samples, of_count
        self.spots, self.judge = spots, judge
        self.is_blind = judge is says_something

    def best(self) -> Proposal | None:
        """Right on the most pages, then exactly right on the most, then the cheapest."""
        best: tuple[int, int] = (0, 0)
        chosen: Candidate | None = None
        found = (self._selectors(sample) for sample in self.samples)
        for css, attribute, _, is_named in shared(found, enough(self.of_count)):
            candidate = Candidate(selector=css, attribute=attribute)
            rank = self._rank(candidate, is_named=is_named)
            if rank is not None and rank > best:
                best, chosen = rank, candidate
                if rank == (self.of_count, self.of_count):
                    break
        if chosen is None:
            return None
        return Proposal(
            selector=chosen.selector,
            attribute=chosen.attribute,
            pages_count=best[0],
            of_count=self.of_count,
            example=self._example(chosen),
            is_first=self.name != "published" or best[0] == best[1],
        )

    def _selectors(self, sample: Sample) -> Iterable[Key]:
        spots = list(self.spots(sample, self.name))
        outer = _outer(spots, sample)
        weighed = sorted(
            ((self._cost(sample, spot) + _WHOLE * (spot in outer), spot) for spot in spots),
            key=lambda each: each[0],
        )
        for cost, spot in weighed[:_MOST_SPOTS]:
            for each in selectors_of(spot.node, HINTS[self.name]):
                less = _LESS_LIKELY.get(self.name)
                more = 1.5 if less is not None and less.search(each.css) else 0.0
                yield Weighed(each.css, each.cost + cost + more, each.is_named), spot.attribute

    def _cost(self, sample: Sample, spot: Spot) -> float:
        """What speaks against this place: far away, in a menu or a link, with other words."""
        cost = 0.5 * (spot.attribute is not None) + len(spot.text) / 150
        cost += 2 * spot.is_away + 0.5 * (spot.node.tag == "a" and self.name != "section")
        if self.name == "title":
            return cost + _LESS_FOR_HEADING.get(spot.node.tag or "", 1.0)
        return cost + _COST_OF.get(sample.place(spot), 4.0)

    def _rank(self, candidate: Candidate, *, is_named: bool) -> tuple[int, int] | None:
        """On how many pages it is right, and exactly; None when it is wrong on one."""
        least = enough(self.of_count)
        verdicts: list[Verdict] = []
        for left, sample in zip(range(len(self.samples), 0, -1), self.samples, strict=True):
            verdict = self.judge(sample, candidate, self.name)
            # a nameless line where others have their section is just a line
            is_guess = verdict is Verdict.UNKNOWN and self.name == "section"
            if verdict is Verdict.WRONG or (is_guess and not is_named):
                return None
            verdicts.append(verdict)
            if sum(each >= Verdict.NEARLY for each in verdicts) + left - 1 < least:
                return None
        right = sum(each >= Verdict.NEARLY for each in verdicts)
        exact = verdicts.count(Verdict.RIGHT)
        return (right, exact) if self._makes_sense(candidate, exact) else None

    def _makes_sense(self, candidate: Candidate, exact: int) -> bool:
        """No title of the site, no clock of the page, no counter of all visitors."""
        if self.name == "title":
            titles = {read_value(sample, candidate, "title") for sample in self.samples}
            return 2 * len(titles - {None}) > len(self.samples)
        if self.name == "published" and (self.is_blind or exact < self.of_count):
            return not self._is_clock(candidate)
        if self.name == "view_count" and self.is_blind:
            values = [read_value(sample, candidate, "view_count") for sample in self.samples]
            return _is_of_articles([count for count in values if count is not None])
        return True

    def _is_clock(self, candidate: Candidate) -> bool:
        """It stands away from headline and text, and shows the day of the capture everywhere."""
        for sample in self.samples:
            value: Any = read_value(sample, candidate, "published")
            if value is None:
                continue
            assert isinstance(value, When)
            today = sample.page.captured_at.astimezone(sample.page.site.zone).date()
            if value.on != today or self._is_between(sample, candidate):
                return False
        return True

    def _is_between(self, sample: Sample, candidate: Candidate) -> bool:
        number = sample.outline.number_of(sample.page.node(candidate.selector))
        top = sample.title if sample.title >= 0 else sample.text[0]
        return number is not None and top <= number <= sample.text[0]

    def _example(self, candidate: Candidate) -> str:
        """What it gives on the first page that has it, preferably one where that is known."""
        for sample in sorted(self.samples, key=lambda sample: self.name not in sample.known):
            texts = values_of(sample, candidate, self.name)
            if texts:
                return ", ".join(texts[:5])[:_EXAMPLE_CHARS]
        return ""


def _outer(spots: Sequence[Spot], sample: Sample) -> frozenset[Spot]:
    """Those that hold the next one of these spots, which are in page order."""
    ends = sample.outline.ends
    return frozenset(
        spot
        for spot, following in pairwise(sorted(spots, key=lambda spot: spot.number))
        if spot.number < following.number < ends[spot.number]
    )


def _is_of_articles(counts: list[int]) -> bool:
    """Whether the counts differ enough to be those of single articles."""
    most = max(counts)
    return most < _SITE_WIDE or most - min(counts) > _ALIKE * most
