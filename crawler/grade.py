"""What is wrong with a page that came with status 200. Pure.

Decides whether a page that decodes and parses is what it seems: a wall before the page, an error
page, a page that says it is not there. A page that shows an article or a list is never a wall,
whatever else stands on it. Refuses to guess from the address: that is for `read.py`.
"""

import re

from core.records import Quality
from core.text import fold, tidy
from crawler.layout import Layout, Sign
from crawler.page import Page

_TAIL_CHARS = 4_096
_NODES_LIMIT = 10  # judged per sign, and the beginning of each
_SIGN_CHARS = 1_000
_SHORT_CHARS = 1_500  # of visible text; an error page says little
_REFRESH_S = 10  # a page that sends on within this time is none itself

_WALL_SIGNS = (
    "#challenge-form", "#cf-wrapper", "#challenge-running", "#cf-challenge-running",
    "#challenge-error-text", "script[src*='/cdn-cgi/challenge-platform/']", "form#captcha",
    "div.g-recaptcha.challenge", "iframe[src*='_Incapsula_Resource']", "#sucuri-challenge",
    "form[action*='captcha' i] img[src*='captcha' i]", "#ddg-captcha", "#px-captcha",
)  # fmt: skip
_WALL_WORDS = re.compile(
    r"just a moment|attention required|access denied|ddos.?(?:protection|guard)|request rejected"
    r"|you have been blocked|are you a (?:human|robot)|checking your browser|security check"
    r"|sucuri website firewall|bot verification|xac (?:minh|thuc) (?:ban )?(?:khong phai|la)"
    r"|xac minh truy cap|kiem tra trinh duyet|truy cap bi (?:tu choi|chan)|yeu cau bi tu choi"
)
_COOKIE_WALL = re.compile(r"document\.cookie\s*=.{0,2000}?location\.(?:reload|href|replace)", re.S)
_ERROR_WORDS = re.compile(
    r"(?:http (?:status|error) |error |loi )?5[0-9][0-9](?: [-–—:|]? ?(?:internal|service|bad gate"
    r"|gateway|server|error|loi|temporarily).{0,80})?"
    r"|(?:internal )?server error.{0,80}|service (?:temporarily )?unavailable.{0,40}"
    r"|bad gateway.{0,40}|gateway time-?out.{0,40}|runtime error|application error.{0,40}"
    r"|error establishing a database connection|database error.{0,40}|loi ket noi.{0,60}"
    r"|(?:website |he thong |trang web )?(?:dang )?(?:bao tri|duoc bao tri).{0,60}"
    r"|(?:site |we are )?(?:down for|under|undergoing) maintenance.{0,40}"
    r"|he thong dang gap su co.{0,40}"
    r"|loi (?:he thong|may chu).{0,60}|ket noi (?:den )?(?:co so du lieu|csdl).{0,60}"
)  # fmt: skip
_ERROR_TEXT = re.compile(
    r"fatal error: |uncaught (?:pdo|mysqli_sql_)?exception|warning: mysqli?_|sqlstate\["
    r"|error establishing a database connection"
    r"|(?:could|can)(?:not| not) connect to (?:mysql|database)"
    r"|server error in '/|java\.(?:lang|sql)\.[a-z]+exception|http status 5[0-9][0-9]"
    r"|ora-[0-9]{5}:|system\.(?:web|data)\.[a-z.]+exception|too many connections"
)  # fmt: skip
_MISSING_WORDS = re.compile(
    r"(?:error |loi |http )?404(?:$|[^0-9].*)"
    r"|.{0,60}(?:page|article|file) (?:was )?not found.{0,40}"
    r"|not found(?: .{0,40})?|.{0,60}(?:khong tim thay|khong ton tai|khong con ton tai"
    r"|da bi (?:xoa|go)|khong the tim thay).{0,80}"
    r"|.{0,40}page (?:doesn.?t|does not|no longer) exist.{0,40}"
    r"|oops!? .{0,60}(?:can.?t be found|not found).{0,40}"
)  # fmt: skip
_REFRESH = re.compile(
    r"\s{0,9}([0-9]{1,4})(?:\.[0-9]{0,9})?\s{0,9}[;,]\s{0,9}(?:url\s{0,9}=)?(.+)", re.I
)
_LOGIN_FIELDS = "form input[type=password i]"


def grade_page(page: Page, text: str, layout: Layout | None) -> tuple[Quality, str]:
    """The quality of a page by what it shows, with one sentence unless it is OK."""
    has_content = layout is not None and shows_content(page, layout)
    if not has_content:
        said = _Said(page, text)
        wall = _wall(page, text, said)
        if wall:
            return Quality.BOT_WALL, wall
        if said.is_short and (_ERROR_TEXT.search(said.text) or _in_full(_ERROR_WORDS, said.titles)):
            return Quality.SERVER_ERROR, f"the page is a server's error: {said.shown}"
    if layout is None:
        return Quality.LAYOUT_CHANGED, "the page shows no sign of the portal's family"
    if any(_shows(page, sign) for sign in layout.missing_signs):
        return Quality.SOFT_404, "the page says that it was not found"
    if not has_content:
        if said.is_short and _in_full(_MISSING_WORDS, said.titles):
            return Quality.SOFT_404, f"the page says that it was not found: {said.shown}"
        is_login = any(_shows(page, sign) for sign in layout.login_signs)
        if is_login or (said.is_short and page.matches(_LOGIN_FIELDS)):
            return Quality.LOGIN_WALL, "the page is a login form"
    tail = text[-_TAIL_CHARS:].lower()
    if "</html" not in tail and "</body" not in tail:
        return Quality.TRUNCATED, "the page ends before its closing tags"
    return Quality.OK, ""


def shows_content(page: Page, layout: Layout) -> bool:
    """An article or a list stands there: a login or a captcha beside it is no wall."""
    if any(page.matches(rules.item) for rules in layout.listing):
        return True
    return is_article(page, layout)


def is_article(page: Page, layout: Layout) -> bool:
    """Whether the page shows every sign of an article in this layout."""
    return all(page.matches(sign) for sign in layout.article_signs)


def sent_on(page: Page) -> str | None:
    """The canonical URL that the page sends its reader on to at once; None when it stays."""
    for node in page.nodes("meta[http-equiv=refresh i]")[:_NODES_LIMIT]:
        found = _REFRESH.match((node.attributes.get("content") or "")[:_SIGN_CHARS])
        if found and int(found[1]) <= _REFRESH_S:
            return page.resolve(found[2].strip().strip("'\""))
    return None


class _Said:
    """What a page without content says: its titles and the beginning of its text."""

    def __init__(self, page: Page, text: str) -> None:
        body = page.tree.body
        seen = "" if body is None else _visible(page, len(text))
        self.is_short = len(seen) <= _SHORT_CHARS
        self.text = fold(seen[:_SHORT_CHARS])
        heads = (page.tree.css_first(name) for name in ("title", "h1", "h2"))
        shown = [tidy(node.text()[:_SIGN_CHARS]) for node in heads if node is not None]
        self.shown = next((each for each in shown if each), seen)[:80]
        self.titles = [fold(each) for each in shown if each]


def _visible(page: Page, limit: int) -> str:
    """The beginning of the body's text, scripts and styles left out."""
    pieces: list[str] = []
    count = 0
    for node in page.tree.css("body :not(script, style, noscript, template)"):
        own = node.text(deep=False)
        if own and not own.isspace():
            own = tidy(own[:_SIGN_CHARS])
            pieces.append(own)
            count += len(own) + 1
            if count > min(limit, 2 * _SHORT_CHARS):
                break
    body = page.tree.body
    own = tidy(body.text(deep=False)[:_SIGN_CHARS]) if body is not None else ""
    return " ".join([own, *pieces]).strip()


def _wall(page: Page, text: str, said: _Said) -> str:
    is_wall = any(page.matches(sign) for sign in _WALL_SIGNS)
    if is_wall or any(_WALL_WORDS.match(title) for title in said.titles):
        return f"a bot check stands before the page: {said.shown}"
    if len(text) < 20_000 and len(said.text) < 300 and _COOKIE_WALL.search(text):
        return "a script sets a cookie before it shows the page"
    return ""


def _in_full(pattern: re.Pattern[str], titles: list[str]) -> bool:
    """Whether a title says just that, alone or as one of the parts between ` - ` and `|`."""
    return any(
        pattern.fullmatch(part.strip(" .!:"))
        for title in titles
        for part in (title, *re.split(r" [-–—|»:] ", title))
    )


def _shows(page: Page, sign: Sign) -> bool:
    if sign.words is None:
        return page.matches(sign.selector)
    return any(
        sign.words.search(node.text()[:_SIGN_CHARS])
        for node in page.nodes(sign.selector)[:_NODES_LIMIT]
    )
