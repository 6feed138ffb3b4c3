"""The items of a listing by the rules of its layout. Pure."""

from selectolax.lexbor import LexborNode

from core.errors import BadValue
from core.records import Count, Placement, Refusal, When
from core.text import tidy
from crawler.beside import text_in
from crawler.fields.counts import read_count
from crawler.fields.dates import read_when
from crawler.layout import Layout, ListingRules
from crawler.page import Page
from crawler.urls import native_id, refusal

MAX_CHARS = 10_000  # of one title, template white space included


def read_placements(page: Page, layout: Layout, refusals: list[Refusal]) -> tuple[Placement, ...]:
    """The items in page order, positions from 1, by the first rules that find any."""
    for rules in layout.listing:
        reader = _Items(page, layout, rules, refusals)
        placements = reader.placements()
        if placements:
            return placements
    return ()


class _Items:
    """The items of one listing by one set of rules."""

    def __init__(
        self, page: Page, layout: Layout, rules: ListingRules, refusals: list[Refusal]
    ) -> None:
        self.page, self.layout, self.rules, self.refusals = page, layout, rules, refusals

    def placements(self) -> tuple[Placement, ...]:
        found: list[Placement] = []
        for node in _outermost(self.page.nodes(self.rules.item)):
            placement = self._placement(node, len(found) + 1)
            if placement is not None:
                found.append(placement)
        return tuple(found)

    def _placement(self, node: LexborNode, position: int) -> Placement | None:
        rules, site = self.rules, self.page.site
        title = node.css_first(rules.title) if rules.title else node
        link = node.css_first(rules.link) if rules.link else node
        if title is None or link is None:
            return None
        url = self.page.resolve(link.attributes.get("href") or "")
        shown = tidy(title.text()[:MAX_CHARS]) or tidy(title.attributes.get("title") or "")
        if url is None or not shown or refusal(url, site):
            return None
        timer = self._text(node, rules.timer)
        counter = timer if rules.view_count is None else self._text(node, rules.view_count)
        return Placement(
            position=position,
            url=url,
            title=shown,
            native_id=native_id(url, site.family.urls),
            summary=self._text(node, rules.summary) or None,
            image_url=self._image(node),
            published=self._when(timer),
            view_count=self._count(counter),
        )

    def _text(self, node: LexborNode, selector: str | None) -> str:
        return "" if selector is None else text_in(node, selector)

    def _image(self, node: LexborNode) -> str | None:
        found = node.css_first(self.rules.image) if self.rules.image else None
        if found is None:
            return None
        written = (found.attributes.get(name) for name in ("data-src", "data-original", "src"))
        source = next((url for url in written if url and not url.startswith("data:")), "")
        return self.page.resolve(source)

    def _when(self, text: str) -> When | None:
        if not text:
            return None
        try:
            return read_when(
                text,
                zone=self.page.site.zone,
                captured_at=self.page.captured_at,
                formats=self.layout.date_formats,
            )
        except BadValue as error:
            self._refuse("placements.published_at", text, error)
            return None

    def _count(self, text: str) -> Count | None:
        if not text:
            return None
        try:
            if self.rules.view_count is None:
                return read_count(text)
            return read_count(text) or read_count(text, labelled=False)
        except BadValue as error:
            self._refuse("placements.view_count", text, error)
            return None

    def _refuse(self, field: str, text: str, error: BadValue) -> None:
        self.refusals.append(Refusal(field=field, text=text[:200], reason=str(error)))


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Those that stand in no other: an item inside an item would tell the same text twice."""
    seen: set[int] = set()
    outermost: list[LexborNode] = []
    for node in nodes:
        around = node.parent
        while around is not None and around.mem_id not in seen:
            around = around.parent
        seen.add(node.mem_id)
        if around is None:
            outermost.append(node)
    return outermost
