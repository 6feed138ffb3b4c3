"""An article page's fields by the candidates of its layout. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.errors import BadValue, LayoutChanged
from core.records import Article, Count, PageKind, Provenance, Quality, Reading, Refusal, When
from core.text import language_of, tidy
from crawler.fields.authors import read_authors
from crawler.fields.blocks import Body, read_blocks
from crawler.fields.counts import read_count
from crawler.fields.dates import read_when
from crawler.layout import Candidate, Layout, Site
from crawler.urls import native_id, page_url

Found = tuple[str, Provenance]


def read_article(page: Reading, tree: LexborHTMLParser, site: Site, layout: Layout) -> Reading:
    """`page` with the article, its counter and the provenance of each field.

    A missing title or body makes the quality `layout_changed`; other fields may be absent.
    """
    try:
        return _Fields(page, tree, site, layout).reading()
    except LayoutChanged as error:
        return replace(
            page, kind=PageKind.ARTICLE, quality=Quality.LAYOUT_CHANGED, reason=str(error)
        )


class _Fields:
    """One pass over the fields of one page; collects provenance and refusals on the way."""

    def __init__(self, page: Reading, tree: LexborHTMLParser, site: Site, layout: Layout) -> None:
        self.page, self.tree, self.site, self.layout = page, tree, site, layout
        self.url = page.canonical_url or page.url
        self.provenance: dict[str, Provenance] = {}
        self.refusals = list(page.refusals)

    def reading(self) -> Reading:
        title = self._text("title")
        if not title:
            raise LayoutChanged("no title where the layout has it", field="title")
        body = self._body()
        lead = self._text("lead")
        if not body.blocks and not lead:
            raise LayoutChanged("neither lead nor body text in the article", field="text")
        view_count = self._view_count()
        section = self._text("section")
        article = Article(
            native_id=self._native_id(),
            url=self.url,
            title=title,
            lead=lead,
            blocks=body.blocks,
            images=body.images,
            attachments=body.attachments,
            authors=self._authors(),
            section=section,
            breadcrumb=(section,) if section else (),
            language=language_of(" ".join([title, *(block.text for block in body.blocks)])),
            published=self._published(),
        )
        return replace(
            self.page,
            kind=PageKind.ARTICLE,
            article=article,
            view_count=view_count,
            provenance=tuple(sorted(self.provenance.items())),
            refusals=tuple(self.refusals),
        )

    def _candidates(self, field: str) -> Iterator[Found]:
        """The texts that the candidates of a field find, tidied, empty ones left out."""
        for number, candidate in enumerate(self.layout.fields.get(field, ()), start=1):
            node = self.tree.css_first(candidate.selector)
            text = value_of(node, candidate) if node is not None else ""
            if text:
                yield text, Provenance(candidate=number, selector=candidate.selector)

    def _text(self, field: str) -> str | None:
        for text, provenance in self._candidates(field):
            self.provenance[f"article.{field}"] = provenance
            return text
        return None

    def _native_id(self) -> str | None:
        by_url = native_id(self.url, self.site.family.urls)
        by_page = self._text("native_id")
        if by_url and by_page and by_url != by_page:
            self.refusals.append(
                Refusal(field="article.native_id", text=by_page, reason=f"the URL says {by_url}")
            )
            raise LayoutChanged(
                f"the page shows article {by_page} at the URL of article {by_url}",
                field="native_id",
            )
        return by_url or by_page

    def _published(self) -> When | None:
        for text, provenance in self._candidates("published"):
            try:
                when = read_when(text, zone=self.site.zone, captured_at=self.page.captured_at)
            except BadValue as error:
                self._refuse("article.published_at", text, error)
                continue
            if when is not None:
                self.provenance["article.published_at"] = provenance
                return when
        return None

    def _view_count(self) -> Count | None:
        for text, provenance in self._candidates("view_count"):
            try:
                count = read_count(text)
            except BadValue as error:
                self._refuse("view_count", text, error)
                continue
            if count is not None:
                self.provenance["view_count"] = provenance
                return count
        return None

    def _authors(self) -> tuple[str, ...]:
        for text, provenance in self._candidates("authors"):
            authors = read_authors(text)
            for name in authors.refused:
                self._refuse("article.authors", name, BadValue("not a person's name"))
            if authors.names:
                self.provenance["article.authors"] = provenance
                return authors.names
        return ()

    def _body(self) -> Body:
        for number, selector in enumerate(self.layout.body, start=1):
            node = self.tree.css_first(selector)
            if node is None:
                continue
            self.provenance["article.text"] = Provenance(candidate=number, selector=selector)
            return read_blocks(node, resolve=self._resolve, skip=self.layout.body_skip)
        raise LayoutChanged("no body where the layout has it", field="text")

    def _resolve(self, href: str) -> str | None:
        return page_url(href, self.url, self.site)

    def _refuse(self, field: str, text: str, error: BadValue) -> None:
        self.refusals.append(Refusal(field=field, text=text[:200], reason=str(error)))


def value_of(node: LexborNode, candidate: Candidate) -> str:
    """What a candidate finds at a node, tidied; "" for nothing."""
    raw = node.text() if candidate.attribute is None else node.attributes.get(candidate.attribute)
    text = tidy(raw or "")
    if candidate.pattern is None:
        return text
    match = candidate.pattern.search(text)
    return match[1].strip() if match else ""
