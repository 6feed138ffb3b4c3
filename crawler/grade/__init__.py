"""What is wrong with a page that came with status 200. Pure.

Decides whether a page that decodes and parses is what it seems: a wall before the page, an error
page, a page that says it is not there, one that was cut off. A page that shows an article or a list
is never a wall, whatever else stands on it; but where an article is told by its shape alone
(`::text`), a title that says "not found" is believed, unless somebody wrote what stands below it.
Refuses to guess from the address: that is for `read.py`.

    words.py  the sentences with which pages say so
    said.py   where on a page they stand
    ends.py   whether a page is whole
"""

import re

from selectolax.lexbor import LexborNode

from core.errors import BadValue
from core.records import Quality
from core.text import tidy
from crawler.fields.dates import read_when
from crawler.grade.ends import why_cut
from crawler.grade.said import TITLE, Said, Verdict, judged, runs_of, titles_of
from crawler.grade.words import is_error_text, said_by_text, said_by_title
from crawler.layout import Layout, Sign
from crawler.page import TEXT, Page

__all__ = [
    "grade_page",
    "is_article",
    "is_challenge",
    "is_written",
    "rests_on_shape",
    "said_instead",
    "sent_on",
    "shows_content",
]

_HIDING = {"hidden", "hide", "d-none"}  # Bootstrap 3, 2 and 5
_NODES_LIMIT = 10  # judged per sign, and the beginning of each
_SIGN_CHARS = 1_000
_REFRESH_S = 10  # a page that sends on within this time is none itself
_LONG_CHARS = 2_000  # of a text that no error page has
_SOME_CHARS, _MANY_LINKS = 400, 10  # of a text on a portal's page; a program's own has no menu
_FEW_CHARS = 600  # around a captcha that is all there is
_LOADING_CHARS = 80  # of a page that its scripts make
_CHALLENGE_CHARS = 1 << 16

_CHALLENGE = re.compile(  # software that guards pages
    r"_cf_chl_opt|cf-browser-verification|jschl[-_]answer|challenge-platform/h/[a-z]/orchestrate"
    r"|id=[\"']challenge-(?:form|running|error-text)|/_Incapsula_Resource|Incapsula incident ID"
    r"|sucuri_cloudproxy|sucuri-firewall-block|/\.well-known/ddos-guard/|awswaf\.com/"
    r"|captcha-delivery\.com|id=[\"']px-captcha|slowAES\.decrypt|KPSDK\."
)
_WALL = (
    "#challenge-form, #challenge-running, #cf-challenge-running, #challenge-error-text",
    "form#captcha, #sucuri-challenge, #px-captcha, #ddg-captcha",
    "form[action*='captcha' i] img[src*='captcha' i]",
)
_CAPTCHA = (
    ".g-recaptcha, .h-captcha, .cf-turnstile, [data-sitekey], img[src*='captcha' i],"
    " iframe[src*='recaptcha'], iframe[src*='hcaptcha'], iframe[src*='challenges.cloudflare.com']"
)
_FORM = "textarea, input[type=email i], input[type=tel i], input[type=password i]"
_LOGIN_FIELDS = "form input[type=password i]"
_MOUNTS = "#root, #app, #__next, #__nuxt, #___gatsby, app-root, [ng-app]"
_MEDIA = "img, picture, iframe, frame, object, embed, video, audio, canvas"
_WRITTEN = (
    "meta[property='og:type'][content*='article'], meta[property='article:published_time'],"
    " [itemprop=articleBody], [itemprop=datePublished]"
)
_REFRESH = re.compile(
    r"\s{0,9}([0-9]{1,4})(?:\.[0-9]{0,9})?\s{0,9}[;,]\s{0,9}(?:url\s{0,9}=)?(.+)", re.I
)
_LEAVES = re.compile(
    r"\blocation(?:\.href)?\s{0,9}=\s{0,9}[\"']([^\"'\n]{1,500})[\"']"
    r"|\blocation\.(?:replace|assign)\(\s{0,9}[\"']([^\"'\n]{1,500})[\"']"
)
_SETS_COOKIE = re.compile(r"\bdocument\.cookie\s{0,9}=")
_COMES_BACK = re.compile(r"\blocation\b|\.submit\(\)")


def grade_page(page: Page, text: str, layout: Layout | None) -> Verdict:
    """The quality of a page by what it shows, with one sentence unless it is OK."""
    if layout is not None and is_article(page, layout):
        verdict = _of_article(page, text, layout) if rests_on_shape(layout) else None
    elif layout is not None and _shows_list(page, layout):
        verdict = _of_list(page, layout)
    else:
        verdict = _of_nothing(page, text, layout)
    if verdict is not None:
        return verdict
    if layout is None:
        return Quality.LAYOUT_CHANGED, "the page shows no sign of the portal's family"
    cut = why_cut(text, writes_end_tags=not rests_on_shape(layout))
    return (Quality.TRUNCATED, cut) if cut else (Quality.OK, "")


def is_challenge(text: str) -> bool:
    """Whether the beginning of an answer, whatever its status, holds a known check for robots."""
    return _CHALLENGE.search(text, 0, _CHALLENGE_CHARS) is not None


def shows_content(page: Page, layout: Layout) -> bool:
    """An article or a list stands there: a login or a captcha beside it is no wall."""
    return is_article(page, layout) or _shows_list(page, layout)


def is_article(page: Page, layout: Layout) -> bool:
    """Whether the page shows every sign of an article in this layout."""
    return all(page.matches(sign) for sign in layout.article_signs)


def rests_on_shape(layout: Layout) -> bool:
    """Whether the layout knows an article by the shape of its text, not by its template."""
    return TEXT in layout.article_signs


def is_written(page: Page) -> bool:
    """Whether the page says for machines that it is an article."""
    return page.matches(_WRITTEN) or page.matches("::json-ld")


def said_instead(page: Page) -> Verdict | None:
    """What a page says in its text instead of the article that was expected; None: nothing."""
    return Said(page).by_text


def sent_on(page: Page) -> str | None:
    """The canonical URL that the page sends its reader on to at once; None when it stays.

    A script counts where there is nothing else on the page.
    """
    for node in page.nodes("meta[http-equiv=refresh i]")[:_NODES_LIMIT]:
        found = _REFRESH.match((node.attributes.get("content") or "")[:_SIGN_CHARS])
        is_for_all = node.parent is None or node.parent.tag != "noscript"
        if found and int(found[1]) <= _REFRESH_S and is_for_all:
            return page.resolve(found[2].strip().strip("'\""))
    leaves = _LEAVES.search(Said(page).script) if page.matches("script") else None
    return page.resolve(leaves[1] or leaves[2]) if leaves is not None else None


# --- an article by its shape, a list -------------------------------------------------------------


def _of_article(page: Page, text: str, layout: Layout) -> Verdict | None:
    """Error pages have text too: one that its own title calls so is one, unless it was written."""
    titles = titles_of(page, TITLE, "h1")
    if not titles:
        return _trouble(page, text, Said(page))
    for title in titles[:1] if titles[-1] in titles[0] else titles:
        quality = said_by_title(title)
        if quality is None or (quality is Quality.LOGIN_WALL and not page.matches(_LOGIN_FIELDS)):
            continue
        if not _is_told(page, layout, quality):
            return judged(quality, title)
    return _missing(page, layout)


def _is_told(page: Page, layout: Layout, quality: Quality) -> bool:
    """Whether the text was written by somebody, under a title that could be an error's."""
    node = page.node(TEXT)
    if node is None or is_written(page):
        return node is not None
    if is_error_text(Said(page).text):
        return False
    runs = runs_of(node)
    chars_count = sum(map(len, runs))
    if chars_count > _LONG_CHARS:
        return True
    if any(said_by_text(run) is quality for run in runs):
        return False
    is_dressed = chars_count > _SOME_CHARS and len(page.tree.css("a[href]")) > _MANY_LINKS
    return is_dressed or _has_time(page, layout)


def _has_time(page: Page, layout: Layout) -> bool:
    """Whether a time of publication can be read on the page."""
    for candidate in layout.fields.get("published", ()):
        for shown in page.values(candidate):
            try:
                if read_when(shown, zone=page.site.zone, captured_at=page.captured_at):
                    return True
            except BadValue:
                continue
    return False


def _of_list(page: Page, layout: Layout) -> Verdict | None:
    """The latest news stand below many a "not found"; a login stands beside many a list."""
    for name in (TITLE, "h1"):
        for title in titles_of(page, name):
            quality = said_by_title(title)
            is_beside = quality is Quality.LOGIN_WALL and (
                name == "h1" or not page.matches(_LOGIN_FIELDS)
            )
            if quality is not None and not is_beside:
                return judged(quality, title)
    return _missing(page, layout)


def _missing(page: Page, layout: Layout) -> Verdict | None:
    is_missing = any(_shows(page, sign) for sign in layout.missing_signs)
    return judged(Quality.SOFT_404, "") if is_missing else None


# --- neither: what the page says is all there is -------------------------------------------------


def _of_nothing(page: Page, text: str, layout: Layout | None) -> Verdict | None:
    said = Said(page)
    verdict = _trouble(page, text, said)
    if verdict is not None:
        return verdict
    cut = why_cut(text, writes_end_tags=layout is not None and not rests_on_shape(layout))
    if cut:
        return Quality.TRUNCATED, cut
    if layout is not None and (verdict := _missing(page, layout)):
        return verdict
    return (
        said.by_title
        or (said.by_text if said.is_short else None)
        or _login(page, layout, said)
        or _emptiness(page, layout, said)
    )


def _trouble(page: Page, text: str, said: Said) -> Verdict | None:
    """A wall or an error: what stands before a page, or in the place of all pages alike."""
    by_text = said.by_text if said.is_short else None
    if by_text is not None and by_text[0] is Quality.LOGIN_WALL:
        return by_text
    if any(page.matches(sign) for sign in _WALL):
        return judged(Quality.BOT_WALL, said.shown)
    for verdict in (said.by_title, by_text):
        if verdict is not None and verdict[0] in (Quality.BOT_WALL, Quality.SERVER_ERROR):
            return verdict
    if not said.is_short:
        return None
    if is_error_text(said.text):
        return judged(Quality.SERVER_ERROR, said.shown)
    if is_challenge(text) or _is_captcha(page, said):
        return judged(Quality.BOT_WALL, said.shown)
    if _SETS_COOKIE.search(said.script) and _COMES_BACK.search(said.script):
        goes_to = sent_on(page)
        if goes_to is None or _path(goes_to) == _path(page.url):
            return Quality.BOT_WALL, "a script sets a cookie before it shows the page"
    return None


def _is_captcha(page: Page, said: Said) -> bool:
    """A captcha with hardly a word around it, and no form that it may guard."""
    return len(said.text) <= _FEW_CHARS and page.matches(_CAPTCHA) and not page.matches(_FORM)


def _login(page: Page, layout: Layout | None, said: Said) -> Verdict | None:
    """A login form alone; below running text it stands aside."""
    has_sign = layout is not None and any(_shows(page, sign) for sign in layout.login_signs)
    is_beside = not said.is_short and page.prose is not None and page.prose.is_article
    if (has_sign and not is_beside) or (said.is_short and _asks_for_a_login(page)):
        return judged(Quality.LOGIN_WALL, said.shown)
    return None


def _asks_for_a_login(page: Page) -> bool:
    """A form for a password that a reader sees; many pages carry a hidden one for their members."""
    return any(not _is_hidden(node) for node in page.nodes(_LOGIN_FIELDS)[:_NODES_LIMIT])


def _is_hidden(node: LexborNode) -> bool:
    around: LexborNode | None = node
    while around is not None:
        attributes = around.attributes if around.is_element_node else {}
        classes = (attributes.get("class") or "").split()
        if _HIDING & set(classes) or "hidden" in attributes:
            return True
        if "display:none" in (attributes.get("style") or "").replace(" ", "").lower():
            return True
        around = around.parent
    return False


def _emptiness(page: Page, layout: Layout | None, said: Said) -> Verdict | None:
    if len(said.text) <= _LOADING_CHARS and page.matches("script") and _is_shell(page):
        return Quality.EMPTY, "the page shows nothing without its scripts"
    is_blank = not said.text and not page.matches(_MEDIA) and not page.matches("a[href]")
    if layout is not None and is_blank and sent_on(page) is None:
        return Quality.EMPTY, "the page shows no text"
    return None


def _is_shell(page: Page) -> bool:
    return page.matches(_MOUNTS) or any(
        "javascript" in node.text()[:_SIGN_CHARS].lower() for node in page.nodes("noscript")
    )


def _shows_list(page: Page, layout: Layout) -> bool:
    return any(page.matches(rules.item) for rules in layout.listing)


def _shows(page: Page, sign: Sign) -> bool:
    if sign.words is None:
        return page.matches(sign.selector)
    return any(
        sign.words.search(tidy(node.text()[:_SIGN_CHARS]))
        for node in page.nodes(sign.selector)[:_NODES_LIMIT]
    )


def _path(url: str) -> str:
    return url.partition("?")[0]
