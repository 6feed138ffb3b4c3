"""The element that holds the text on every page, and what in it is no part of the text. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborNode

from core.records import Reading
from core.text import tidy, words
from crawler.fields.blocks import read_blocks
from crawler.learn.choose import HINTS, LEAST_PAGES, enough, shared
from crawler.learn.outline import Outline
from crawler.learn.proposals import Proposal
from crawler.learn.selectors import Weighed, selectors_of
from crawler.learn.values import Sample
from crawler.page import MAX_CHARS, TEXT, Page

LEAST_SHARE = 0.9  # of the text's words that the body has to hold
MOST_LENGTH = 1.3  # times as many words as the text
_OUTWARD, _INWARD = 2, 6  # levels around the text's own element
_HEAVY = 0.4  # of an element's characters that its one heavy child holds
_MOST_BESIDE = 4  # words
_DOUBTFUL = 0.3  # how much lead, title and dateline weigh, which may be taken out again
_STEP = 0.04  # of unlikeness that is no difference
_GOOD = 0.02
_EXAMPLE_CHARS = 300
_MOST_SKIPS = 40  # elements of one page that are tried as no part of the text
_MOST_MATCHES = 200
_MOST_PROPOSED = 12
_MOST_SCRAP = 20_000  # characters of one
_LONG = 30  # of a line that is no chance
_BOXES = "aside, div, dl, footer, form, h2, h3, h4, header, nav, ol, p, section, span, table, ul"
_INLINE = frozenset(("a", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"))
_SPACE = re.compile(r"\s+")
_ANY = re.compile("(?!)")


def text_node(page: Page, reading: Reading) -> LexborNode | None:
    """The element that the reading took its text from."""
    source = dict(reading.provenance).get("article.text")
    return page.node(source.selector if source is not None else TEXT)


@dataclass(slots=True)
class _Text:
    """The known text of one page, and what elements hold of it."""

    sample: Sample
    node: LexborNode
    lines: tuple[str, ...]
    known: Counter[str]  # its words
    lead: Counter[str]  # words of the lead, which may stand in the body or not
    beside: frozenset[int] = frozenset()  # nodes of other fields
    judged: dict[int, tuple[float, float]] = field(default_factory=dict)

    def unlikeness(self, selector: str) -> tuple[float, float] | None:
        """How much of the text is missing in the first match, and how much is too much."""
        node = self.sample.page.node(selector)
        if node is None:
            return None
        if node.mem_id not in self.judged:
            whole = self._words(node, frozenset())
            given = self._words(node, self.beside) if self.beside else whole
            total = self.known.total()
            missing = 1 - (given & self.known).total() / total
            rest = given - self.known
            doubtful = (whole - given).total() + (rest & self.lead).total()
            more = (rest - self.lead).total() + _DOUBTFUL * doubtful
            self.judged[node.mem_id] = (missing, more / total)
        return self.judged[node.mem_id]

    def _words(self, node: LexborNode, skipped: frozenset[int]) -> Counter[str]:
        body = read_blocks(node, resolve=self.sample.page.resolve, skipped=skipped)
        return Counter(words("\n".join(block.text for block in body.blocks)))


def body_of(
    samples: Sequence[Sample], fields: Sequence[Proposal]
) -> tuple[Proposal, list[Sample]] | None:
    """The selector of the body, and the pages on which it holds the text and little else.

    A page whose text stands elsewhere is of another kind: it is outvoted. What the selectors of
    `fields` give is no part of the text, though the reader of unknown pages may have thought so.
    """
    found = (_text_of(sample, fields) for sample in samples)
    texts = [text for text in found if text is not None]
    if len({tuple(text.known.items()) for text in texts}) < LEAST_PAGES:
        return None
    least = enough(len(samples))
    best: tuple[int, float] = (0, 0.0)
    chosen, alike, more_pct = "", list[Sample](), 0
    for css, _, _, _ in shared((_selectors(text) for text in texts), least):
        seen = [(text.sample, text.unlikeness(css)) for text in texts]
        right = {id(sample): off for sample, off in seen if off is not None and _is_right(*off)}
        if len(right) < least:
            continue
        off = sum(2 * missing + more for missing, more in right.values()) / len(right)
        rank = (len(right), -round(off / _STEP) * _STEP)
        if rank > best:
            best, chosen = rank, css
            more_pct = round(100 * sum(more for _, more in right.values()) / len(right))
            alike = [sample for sample in samples if id(sample) in right]
            if len(right) == len(texts) and off < _GOOD:
                break
    if not alike:
        return None
    shown = next(text for text in texts if text.sample is alike[0])
    proposal = Proposal(
        selector=chosen,
        pages_count=best[0],
        of_count=len(samples),
        example=_beginning(shown.sample, chosen, shown.beside),
        more_pct=more_pct,
    )
    return proposal, alike


def skips_of(
    samples: Sequence[Sample], body: Proposal, fields: Iterable[Proposal]
) -> Iterator[Proposal]:
    """What inside the body is no part of the text, on every page where it stands there."""
    fields = [each for each in fields if each.attribute is None]
    texts = (_text_of(sample, fields) for sample in samples)
    insides = [each for each in (_inside(text, body) for text in texts) if each is not None]
    found = [css for css, _, _, is_named in shared(map(_scraps, insides), LEAST_PAGES) if is_named]
    least = dict.fromkeys(found, LEAST_PAGES) | {each.selector: 1 for each in fields}
    proposed = 0
    for css in least:
        matches = [(each, each.matches(css)) for each in insides]
        shown = [each for each, nodes in matches if nodes]
        fresh = [each for each, nodes in matches if any(map(each.is_fresh, nodes))]
        if len(fresh) < least[css] or proposed >= _MOST_PROPOSED:
            continue
        if all(each.is_scrap(node) for each, nodes in matches for node in nodes):
            proposed += 1
            example = fresh[0].take(css)
            for each in fresh[1:]:
                each.take(css)
            yield Proposal(
                selector=css, pages_count=len(shown), of_count=len(samples), example=example
            )


@dataclass(slots=True)
class _Inside:
    """The body of one page, and what of it is known to be text."""

    sample: Sample
    node: LexborNode
    number: int
    lines: frozenset[str]
    text: str  # without white space
    images: frozenset[str]
    gone: list[tuple[int, int]] = field(default_factory=list)  # elements already left out

    def matches(self, css: str) -> list[LexborNode]:
        """The nodes inside the body that the selector finds."""
        nodes = self.sample.page.nodes(css)[:_MOST_MATCHES]
        return [node for node in nodes if self.sample.outline.holds(self.number, node)]

    def is_fresh(self, node: LexborNode) -> bool:
        """Whether it is not left out yet."""
        number = self.sample.outline.numbers[node.mem_id]
        return not any(first <= number < end for first, end in self.gone)

    def is_scrap(self, node: LexborNode) -> bool:
        """Whether it shows something, and nothing of it is known as text or image of the article.

        An inline element is part of its paragraph.
        """
        outline = self.sample.outline
        if outline.sizes[outline.numbers[node.mem_id]] > _MOST_SCRAP:
            return False
        shown = read_blocks(node, resolve=self.sample.page.resolve)
        if not shown.blocks or any(image.url in self.images for image in shown.images):
            return False
        for block in shown.blocks:
            if block.text in self.lines:
                return False
            is_part = node.tag in _INLINE or len(block.text) >= _LONG
            if is_part and block.text and _SPACE.sub("", block.text) in self.text:
                return False
        return True

    def take(self, css: str) -> str:
        """Leave out what the selector finds; the beginning of the first text of it."""
        outline = self.sample.outline
        for node in self.matches(css):
            number = outline.numbers[node.mem_id]
            self.gone.append((number, outline.ends[number]))
        return _beginning(self.sample, css)


def _inside(text: _Text | None, body: Proposal) -> _Inside | None:
    if text is None:
        return None
    node = text.sample.page.node(body.selector)
    number = text.sample.outline.number_of(node)
    article = text.sample.reading.article
    if node is None or number is None or article is None:
        return None
    return _Inside(
        text.sample,
        node,
        number,
        lines=frozenset(text.lines),
        text=_SPACE.sub("", "".join(text.lines)),
        images=frozenset(image.url for image in article.images),
    )


def _scraps(inside: _Inside) -> Iterator[tuple[Weighed, None]]:
    """Selectors of the elements in the body that the reader of unknown pages left out."""
    prose = inside.sample.page.prose
    if prose is None:
        return
    skipped = (node for node in inside.node.css(_BOXES) if node.mem_id in prose.skipped)
    for node in islice(skipped, _MOST_SKIPS):
        for each in selectors_of(node, _ANY):
            yield each, None


def _text_of(sample: Sample, fields: Iterable[Proposal]) -> _Text | None:
    node = text_node(sample.page, sample.reading)
    article = sample.reading.article
    if node is None or article is None:
        return None
    said: list[str] = []
    beside: set[int] = set()
    for each in fields:
        found = sample.page.node(each.selector)
        if found is not None and each.attribute is None:
            said.append(tidy(found.text()[:MAX_CHARS]))
            beside.add(found.mem_id)
    said.sort(key=len, reverse=True)
    blocks = (block.text for block in article.blocks if block.text)
    lines = tuple(line for line in blocks if not _is_said(line, said))
    known = Counter(words("\n".join(lines)))
    lead = Counter(words(article.lead or ""))
    return _Text(sample, node, lines, known, lead, frozenset(beside)) if known else None


def _is_said(line: str, said: Iterable[str]) -> bool:
    """Whether a line is made of what other fields say, and of little else (`75 views Print`)."""
    rest = line
    for each in said:
        rest = rest.replace(each, " ") if each else rest
    return rest != line and len(words(rest)) <= _MOST_BESIDE


def _beginning(sample: Sample, css: str, skipped: frozenset[int] = frozenset()) -> str:
    """The beginning of what the first match shows."""
    node = sample.page.node(css)
    if node is None:
        return ""
    shown = read_blocks(node, resolve=sample.page.resolve, skipped=skipped)
    return " ".join(block.text for block in shown.blocks if block.text)[:_EXAMPLE_CHARS]


def _is_right(missing: float, more: float) -> bool:
    return missing <= 1 - LEAST_SHARE and 1 - missing + more <= MOST_LENGTH


def _selectors(text: _Text) -> Iterator[tuple[Weighed, None]]:
    """Selectors of the text's own element, of those around it and of the heavy ones inside."""
    nodes = [text.node]
    around = text.node.parent
    for _ in range(_OUTWARD):
        if around is None or around.tag in ("body", "html"):
            break
        nodes.append(around)
        around = around.parent
    inner: LexborNode | None = text.node
    for _ in range(_INWARD):
        inner = _heavy_child(inner, text.sample.outline) if inner is not None else None
        if inner is not None:
            nodes.append(inner)
    for node in nodes:
        for each in selectors_of(node, HINTS["body"]):
            yield each, None


def _heavy_child(node: LexborNode, outline: Outline) -> LexborNode | None:
    number = outline.number_of(node)
    child = node.first_child
    while child is not None and number is not None:
        inside = outline.number_of(child) if child.is_element_node else None
        if inside is not None and outline.sizes[inside] >= _HEAVY * outline.sizes[number]:
            return child
        child = child.next
    return None
