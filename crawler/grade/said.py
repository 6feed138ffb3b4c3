"""What a page without article or list says in its few words: titles, paragraphs, scripts. Pure."""

import re
from functools import cached_property

from selectolax.lexbor import LexborNode

from core.records import Quality
from core.text import tidy
from crawler.grade.words import said_by_text, said_by_title
from crawler.page import Page
from crawler.prose.outline import outline_of

Verdict = tuple[Quality, str]

TITLE = "title"  # of the page: the one in its head

_SHORT_CHARS = 1_500  # of visible text; an error page says little
_RUN_CHARS = 600  # of a paragraph that may say what is wrong
_TITLE_CHARS = 1_000
_NODES_LIMIT = 5  # of one name
_SCRIPT_CHARS = 3_000  # of a page whose scripts are all there is
_BARE_CHARS = 200  # of its visible text
_ALERT = re.compile(r"\balert\(\s{0,9}[\"']([^\"'\n]{1,200})[\"']")
_REASONS = {
    Quality.BOT_WALL: "a bot check stands before the page",
    Quality.SERVER_ERROR: "the page is a server's error",
    Quality.SOFT_404: "the page says that it was not found",
    Quality.LOGIN_WALL: "the page asks for a login",
}


class Said:
    """The words of one page; each is worked out when first asked for."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """The paragraphs a reader sees, links to elsewhere left out."""
        body = self._page.tree.body
        return runs_of(body) if body is not None else ()

    @cached_property
    def text(self) -> str:
        """The visible text, no more than shows whether it is short."""
        shown: list[str] = []
        left_chars = 2 * _SHORT_CHARS
        for run in self.runs:
            shown.append(run[:left_chars])
            left_chars -= len(run) + 1
            if left_chars <= 0:
                break
        return " ".join(shown)

    @property
    def is_short(self) -> bool:
        """An error page says little."""
        return len(self.text) <= _SHORT_CHARS

    @cached_property
    def script(self) -> str:
        """The scripts of a page that has nothing else; "" of any other."""
        if len(self.text) >= _BARE_CHARS or len(self._page.tree.css("a[href]")) > 3:
            return ""
        nodes = self._page.tree.css("script:not([src])")
        script = "\n".join(node.text() for node in nodes)
        return script if len(script) <= _SCRIPT_CHARS else ""

    @property
    def shown(self) -> str:
        """Its own words, for people."""
        titles = titles_of(self._page, TITLE, "h1", "h2")
        return next(iter(titles), self.text)[:80]

    @cached_property
    def by_title(self) -> Verdict | None:
        """What its title says; its headings too, when it says hardly more."""
        headings = ("h1", "h2", "h3") if self.is_short else ("h1",)
        for title in titles_of(self._page, TITLE):
            quality = said_by_title(title)
            if quality is not None:
                return judged(quality, title)
        for title in titles_of(self._page, *headings):
            quality = said_by_title(title)
            if quality is not None and quality is not Quality.LOGIN_WALL:  # stands beside many
                return judged(quality, title)
        return None

    @cached_property
    def by_text(self) -> Verdict | None:
        """What a paragraph says, or an alert where there is none."""
        for run in (*self.runs, *_ALERT.findall(self.script)):
            quality = said_by_text(run) if len(run) <= _RUN_CHARS else None
            if quality is not None:
                return judged(quality, run)
        return None


def judged(quality: Quality, shown: str) -> Verdict:
    """The quality, and one sentence with the words that showed it."""
    shown = tidy(shown)[:80]
    return quality, f"{_REASONS[quality]}: {shown}" if shown else _REASONS[quality]


def runs_of(node: LexborNode) -> tuple[str, ...]:
    """The paragraphs inside a node, links to elsewhere left out."""
    return tuple(run.text for run in outline_of(node, None).runs if not run.is_link)


def titles_of(page: Page, *names: str) -> list[str]:
    """The first that says something of each; headings that are links name another page."""
    return [text for text in (_title(page, name) for name in names) if text]


def _title(page: Page, name: str) -> str:
    if name == TITLE:
        head = page.tree.head
        node = head.css_first(name) if head is not None else None
        return tidy(node.text()[:_TITLE_CHARS]) if node is not None else ""
    first = page.tree.css_first(name)  # found sooner than all are
    if first is None:
        return ""
    for node in (first, *(page.tree.css(name)[1:_NODES_LIMIT] if _is_silent(first) else ())):
        if not _is_silent(node):
            return tidy(node.text()[:_TITLE_CHARS])
    return ""


def _is_silent(heading: LexborNode) -> bool:
    """It names another page, or nothing."""
    return heading.css_first("a[href]") is not None or not heading.text().strip()
