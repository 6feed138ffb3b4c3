"""An article page's fields by the candidates of its layout. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from selectolax.lexbor import LexborNode

from core.errors import BadValue, LayoutChanged
from core.records import (
    Article,
    Attachment,
    Count,
    Credit,
    Image,
    PageKind,
    Provenance,
    Quality,
    Reading,
    Refusal,
    When,
)
from core.text import fold, language_of
from crawler.fields.authors import read_authors
from crawler.fields.blocks import Body, read_blocks
from crawler.fields.counts import What, read_count
from crawler.fields.dates import read_when
from crawler.fields.files import read_files
from crawler.layout import Layout
from crawler.page import TEXT, Page
from crawler.urls import native_id

T = TypeVar("T")

COUNTED: Mapping[str, What] = {"view_count": "views", "comment_count": "comments"}
MAX_LIST = 50  # values of a list field
_HOME = frozenset(("trang chu", "home", "trang nhat", "homepage", "front page"))


def read_article(blank: Reading, page: Page, layout: Layout) -> Reading:
    """`blank` with the article, its counters and the provenance of each field.

    A missing required field makes the quality `layout_changed`; other fields may be absent.
    """
    try:
        return _Fields(blank, page, layout).reading()
    except LayoutChanged as error:
        return replace(
            blank, kind=PageKind.ARTICLE, quality=Quality.LAYOUT_CHANGED, reason=str(error)
        )


class _Fields:
    """One pass over the fields of one page; collects provenance and refusals on the way."""

    def __init__(self, blank: Reading, page: Page, layout: Layout) -> None:
        self.blank, self.page, self.layout = blank, page, layout
        self.provenance: dict[str, Provenance] = {}
        self.refusals = list(blank.refusals)

    def reading(self) -> Reading:
        title = self._text("title")
        if not title:
            raise LayoutChanged("no title where the layout has it", field="title")
        body = self._body()
        lead = self._text("lead")
        if not body.blocks and not lead:
            raise LayoutChanged("neither lead nor body text in the article", field="text")
        authors, thanks = self._authors()
        breadcrumb = self._breadcrumb(title)
        article = Article(
            native_id=self._native_id(),
            url=self.page.url,
            title=title,
            lead=lead,
            blocks=body.blocks,
            images=self._images(body),
            attachments=self._attachments(body),
            authors=authors,
            credits=thanks,
            section=self._text("section") or (breadcrumb[-1] if breadcrumb else None),
            breadcrumb=breadcrumb,
            tags=self._tags(),
            language=language_of(" ".join([title, *(block.text for block in body.blocks)])),
            published=self._when("published"),
            updated=self._when("updated"),
        )
        view_count, comment_count = self._count("view_count"), self._count("comment_count")
        self._check_required()
        return replace(
            self.blank,
            kind=PageKind.ARTICLE,
            article=article,
            view_count=view_count,
            comment_count=comment_count,
            provenance=tuple(sorted(self.provenance.items())),
            refusals=tuple(self.refusals),
        )

    # --- one field -----------------------------------------------------------------------------

    def _found(self, field: str, *, is_list: bool = False) -> Iterator[tuple[str, Provenance]]:
        """The texts that the candidates of a field find, with the one that found each."""
        for number, candidate in enumerate(self.layout.fields.get(field, ()), start=1):
            provenance = Provenance(candidate=number, selector=candidate.selector)
            for text in self.page.values(candidate, is_list=is_list):
                yield text, provenance

    def _text(self, field: str) -> str | None:
        for text, provenance in self._found(field):
            self.provenance[f"article.{field}"] = provenance
            return text
        return None

    def _list(self, field: str) -> tuple[str, ...]:
        """Every text of the first candidate that finds any, each once."""
        found: dict[str, None] = {}
        source: Provenance | None = None
        for text, provenance in self._found(field, is_list=True):
            if source not in (None, provenance) or len(found) >= MAX_LIST:
                break
            source = self.provenance[f"article.{field}"] = provenance
            found[text] = None
        return tuple(found)

    def _read(self, name: str, field: str, read: Callable[[str], T | None]) -> T | None:
        """The first value that makes sense; what makes none is refused with its reason."""
        for text, provenance in self._found(field):
            try:
                value = read(text)
            except BadValue as error:
                self._refuse(name, text, str(error))
                continue
            if value is not None:
                self.provenance[name] = provenance
                return value
        return None

    def _when(self, field: str) -> When | None:
        zone, now = self.page.site.zone, self.page.captured_at
        formats = self.layout.date_formats
        return self._read(
            f"article.{field}_at",
            field,
            lambda text: read_when(text, zone=zone, captured_at=now, formats=formats),
        )

    def _count(self, field: str) -> Count | None:
        what = COUNTED[field]
        return self._read(
            field,
            field,
            lambda text: read_count(text, what=what) or read_count(text, labelled=False, what=what),
        )

    # --- fields with a rule of their own ---------------------------------------------------------

    def _native_id(self) -> str | None:
        by_url = native_id(self.page.url, self.page.site.family.urls)
        by_page = self._text("native_id")
        if by_url and by_page and by_url != by_page:
            raise LayoutChanged(
                f"the page shows article {by_page} at the URL of article {by_url}",
                field="native_id",
            )
        return by_url or by_page

    def _authors(self) -> tuple[tuple[str, ...], tuple[Credit, ...]]:
        """Names of the first candidate that finds any; credits of every one before it too."""
        names: dict[str, None] = {}
        thanks: dict[Credit, None] = {}
        source: Provenance | None = None
        for text, provenance in self._found("authors", is_list=True):
            if source not in (None, provenance):
                break
            found = read_authors(text)
            for name in found.refused:
                self._refuse("article.authors", name, "not a person's name")
            if found.names:
                source = self.provenance["article.authors"] = provenance
            names |= dict.fromkeys(found.names)
            thanks |= dict.fromkeys(found.credits)
        return tuple(names)[:MAX_LIST], tuple(thanks)[:MAX_LIST]

    def _breadcrumb(self, title: str) -> tuple[str, ...]:
        """The sections above the article; neither the front page nor the article itself."""
        crumbs = [crumb.strip(" »›>/|") for crumb in self._list("breadcrumb")]
        mine = fold(title)
        return tuple(each for each in crumbs if each and fold(each) not in _HOME | {mine})

    def _tags(self) -> tuple[str, ...]:
        parts = (part.strip(" #;,.") for text in self._list("tags") for part in text.split(","))
        return tuple(dict.fromkeys(part for part in parts if part))[:MAX_LIST]

    def _body(self) -> Body:
        for number, selector in enumerate(self.layout.body, start=1):
            node = self.page.node(selector)
            if node is None:
                continue
            self.provenance["article.text"] = Provenance(candidate=number, selector=selector)
            skipped = {each.mem_id for each in self._aside(node)}
            if selector == TEXT and self.page.prose is not None:
                skipped |= self.page.prose.skipped
            return read_blocks(node, resolve=self.page.resolve, skipped=skipped)
        raise LayoutChanged("no body where the layout has it", field="text")

    def _aside(self, body: LexborNode) -> Iterator[LexborNode]:
        """Nodes that are never content, wherever in the body they stand."""
        aside = (*self.layout.body_skip, *((self.layout.related,) if self.layout.related else ()))
        for selector in aside:
            yield from self.page.nodes(selector, within=body)

    def _images(self, body: Body) -> tuple[Image, ...]:
        """Those beside the body first: they stand above it."""
        if self.layout.images is None:
            return body.images
        images = {image.url: image for image in body.images}
        beside: dict[str, Image] = {}
        for node in self.page.nodes(self.layout.images)[:MAX_LIST]:
            for image in read_blocks(node, resolve=self.page.resolve).images:
                beside.setdefault(image.url, image)
        return tuple({**beside, **images}.values())

    def _attachments(self, body: Body) -> tuple[Attachment, ...]:
        if self.layout.attachments is None:
            return body.attachments
        beside = read_files(self.page.nodes(self.layout.attachments), resolve=self.page.resolve)
        known = {file.url for file in body.attachments}
        return (*body.attachments, *(file for file in beside if file.url not in known))

    def _check_required(self) -> None:
        for field in sorted(self.layout.required - {"title"}):
            names = (field, f"article.{field}", f"article.{field}_at")
            if not any(name in self.provenance for name in names):
                raise LayoutChanged(f"no {field} where the layout has it", field=field)

    def _refuse(self, field: str, text: str, reason: str) -> None:
        self.refusals.append(Refusal(field=field, text=text[:200], reason=reason))
